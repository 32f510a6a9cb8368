import { describeProvider } from './contract.ts';
import { inFiles, inProcess, served } from './contract/subject.ts';

// One line a provider; the precision is that of prices which a wire adjusts and rounds.
describeProvider('yahoo', served('yahoo', 'yahoo', 2e-7));
describeProvider('sample at a URL', served('sample', 'sample', 0, { isList: true, isMarket: true }));
describeProvider('sample', inProcess);
describeProvider('csv', inFiles);
