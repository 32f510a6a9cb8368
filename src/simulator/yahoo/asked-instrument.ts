import type { Asked } from '../distortion.ts';
import { findInstrument, type Instrument } from './instrument.ts';
import { symbolOf } from './wire.ts';

/** The instrument that a request is about; undefined where its answer is an error. */
export function instrumentOf({ request, market, now }: Asked): Instrument | undefined {
  return findInstrument(market, symbolOf(request) ?? '', now);
}
