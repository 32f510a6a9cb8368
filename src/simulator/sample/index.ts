import type { SimulatedServer } from '../distortion.ts';
import { distortionsOf } from '../garbage/distortions.ts';
import { pageForm } from './form.ts';
import { type UnknownSymbol, sampleWire } from './wire.ts';

/** A server of lists and pages, which does that with a symbol that the market does not have. */
export function sample(unknown: UnknownSymbol): SimulatedServer {
  const wire = sampleWire(unknown);
  return {
    answer: wire,
    answerKey: ({ method, path, query }) => `${method} ${path}?${query.toString()}`,
    askedSeries: ({ query }) => ({
      symbol: query.get('symbols') ?? query.get('session'),
      interval: query.get('interval'),
    }),
    distortions: distortionsOf(pageForm(wire)),
  };
}
