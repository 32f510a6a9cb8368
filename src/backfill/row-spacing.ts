import type { Ohlcv } from '../core/bars.ts';
import { BackfillError } from '../core/errors.ts';
import { INTERVALS, type Interval, intervalMs } from '../core/interval.ts';
import { longBars } from '../core/long-bars.ts';
import { sessionDateOf } from '../core/partition.ts';
import type { Hearing } from './hearing.ts';

/** With fewer bars of a day in a row their distances may be what they are by chance. */
const ENOUGH_STEPS = 20;

/**
 * Throws `bad-answer`, worth another try, where bars (ascending) of a coarser interval than was asked for came: days that
 * are weeks or months apart, 5m bars that all are 15 minutes apart.
 */
export function assertSpacing({ task, calendar }: Hearing, bars: readonly Ohlcv[]): void {
  const { ticker, interval } = task.series;
  const dayOf = sessionDateOf(interval, calendar);
  const apart =
    interval === '1d'
      ? longBars(
          bars.map(({ ts }) => dayOf(ts)),
          calendar,
        )
      : coarserThan(interval, bars, dayOf);
  if (apart === undefined) return;
  const message = `the rows for ${ticker} are ${apart} apart: bars of ${apart} were answered for ${interval}, and are not stored`;
  throw new BackfillError('bad-answer', message, { retryable: true, ticker });
}

/** The interval that all bars of each day are a multiple of apart, if it is coarser than theirs should be. */
function coarserThan(
  interval: Interval,
  bars: readonly Ohlcv[],
  dayOf: (ts: number) => number,
): Interval | undefined {
  const steps = bars.flatMap((bar, i) => {
    const before = bars[i - 1];
    return before === undefined || dayOf(before.ts) !== dayOf(bar.ts) ? [] : [bar.ts - before.ts];
  });
  if (steps.length < ENOUGH_STEPS) return undefined;
  const coarser = INTERVALS.slice(INTERVALS.indexOf(interval) + 1).filter((one) => one !== '1d');
  return coarser.findLast((one) => steps.every((step) => step % intervalMs(one) === 0));
}
