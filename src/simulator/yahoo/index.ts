import type { SimulatedServer } from '../distortion.ts';
import { yahooDistortions } from './distortions.ts';
import { answerKey, symbolOf, yahooWire } from './wire.ts';

/** Yahoo's chart server. */
export const yahoo: SimulatedServer = {
  answer: yahooWire,
  answerKey,
  askedSeries: (request) => ({ symbol: symbolOf(request), interval: request.query.get('interval') }),
  distortions: yahooDistortions,
};
