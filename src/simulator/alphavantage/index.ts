import type { OwnWire } from '../own-wire.ts';
import { REFUSALS } from './errors.ts';
import { alphavantageWire, askedSeries } from './wire.ts';

/** Who waits longer for the next request has used up his day. */
const MINUTE_MS = 60_000;

/** Alpha Vantage's server. */
export const alphavantage: OwnWire = {
  answer: alphavantageWire,
  askedSeries,
  keyParameters: ['apikey'],
  tooFast: (waitMs, { query }) =>
    waitMs > MINUTE_MS ? REFUSALS.dayUsedUp(query.get('apikey') ?? '') : REFUSALS.tooFast(),
};
