// A process that copies one store into another. Says `begun` before its first step, and `equal` at the end.
import { copyStore } from '../../src/library/copy.ts';

const [from = '', to = ''] = process.argv.slice(2);
let isBegun = false;
const report = await copyStore(from, to, {
  onProgress: () => {
    if (!isBegun) console.log('begun');
    isBegun = true;
  },
});
console.log(report.isEqual ? 'equal' : JSON.stringify(report));
process.exit(0);
