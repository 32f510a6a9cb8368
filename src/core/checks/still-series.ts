import type { JoinedBars } from '../bars/merge-bars.ts';
import { sessionDateOf } from '../bars/partition.ts';
import { FLAT_STANDSTILL } from './copies.ts';
import type { Oddity } from './oddity.ts';
import type { SeriesContext } from './plausibility.ts';

/** What may stand at one price for years: money funds, pegged currencies, rates that a bank sets. */
const MAY_STAND: ReadonlySet<string> = new Set(['fund', 'fx', 'index']);

/**
 * A daily series of which every bar, stored and judged, stands at one price from open to close, as one oddity at its first
 * bar; none once that is stored, in a shorter series, or of what may stand so. Whatever its volumes, it shows no market.
 */
export function stillSeries({ bars, places }: JoinedBars, context: SeriesContext): Oddity[] {
  const { interval, calendar, type = null } = context;
  if (interval !== '1d' || bars.length <= FLAT_STANDSTILL || (places[0] as number) < 0) return [];
  if (type !== null && MAY_STAND.has(type)) return [];
  const [price, ts] = [bars.close[0] as number, bars.ts[0] as number];
  const stands = (column: Float64Array): boolean => column.every((one) => one === price);
  if (![bars.close, bars.open, bars.high, bars.low].every(stands)) return [];
  const note = `all ${bars.length} bars stand at ${price}, from open to close`;
  return [{ kind: 'repeat', session: sessionDateOf(interval, calendar)(ts), ts, note }];
}
