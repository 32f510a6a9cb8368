import type { SimulatedServer } from '../distortion.ts';
import { type UnknownSymbol, sampleWire } from './wire.ts';

/** A server of lists and pages, which does that with a symbol that the market does not have. */
export function sample(unknown: UnknownSymbol): SimulatedServer {
  return {
    answer: sampleWire(unknown),
    answerKey: ({ method, path, query }) => `${method} ${path}?${query.toString()}`,
    askedSeries: ({ query }) => ({ symbol: query.get('symbols'), interval: query.get('interval') }),
    // Its faults are those of any server: of the network and of form.
    distortions: {},
  };
}
