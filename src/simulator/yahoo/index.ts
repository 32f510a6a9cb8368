import type { SimulatedServer } from '../distortion.ts';
import { distortionsOf } from '../garbage/distortions.ts';
import { chartForm } from './form.ts';
import { answerKey, symbolOf, yahooWire } from './wire.ts';

/** Yahoo's chart server. */
export const yahoo: SimulatedServer = {
  answer: yahooWire,
  answerKey,
  askedSeries: (request) => ({ symbol: symbolOf(request), interval: request.query.get('interval') }),
  distortions: distortionsOf(chartForm),
};
