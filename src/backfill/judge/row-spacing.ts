import type { Bars } from '../../core/bars/columns.ts';
import { BackfillError } from '../../core/errors.ts';
import { INTERVALS, type Interval, intervalMs } from '../../core/session/interval.ts';
import { longBars } from '../../core/checks/long-bars.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import type { Received } from './received.ts';

/** With fewer bars of a day in a row their distances may be what they are by chance. */
const ENOUGH_STEPS = 20;

/**
 * Throws `bad-answer`, worth another try, where bars (ascending) of a coarser interval than was asked for came: days that
 * are weeks or months apart, 5m bars that all are 15 minutes apart.
 */
export function assertSpacing({ want, calendar }: Received, bars: Bars): void {
  const { ticker, interval } = want.series;
  const dayOf = sessionDateOf(interval, calendar);
  const apart =
    interval === '1d' ? longBars(Array.from(bars.ts, dayOf), calendar) : coarserThan(interval, bars, dayOf);
  if (apart === undefined) return;
  const message = `the rows for ${ticker} are ${apart} apart: bars of ${apart} were answered for ${interval}, and are not stored`;
  throw new BackfillError('bad-answer', message, { retryable: true, ticker });
}

/** The interval that all bars of each day are a multiple of apart, if it is coarser than theirs should be. */
function coarserThan(interval: Interval, { ts }: Bars, dayOf: (ts: number) => number): Interval | undefined {
  const days = ts.map(dayOf);
  const steps = ts.map((stamp, i) => stamp - (ts[i - 1] ?? stamp)).filter((_, i) => days[i] === days[i - 1]);
  if (steps.length < ENOUGH_STEPS) return undefined;
  const coarser = INTERVALS.slice(INTERVALS.indexOf(interval) + 1).filter((one) => one !== '1d');
  return coarser.findLast((one) => steps.every((step) => step % intervalMs(one) === 0));
}
