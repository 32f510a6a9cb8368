import { type Bars, keep } from '../../core/bars/columns.ts';
import type { Comparison } from '../../core/bars/compare.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { vendorsIn } from '../../core/bars/vendor.ts';
import { BackfillError } from '../../core/errors.ts';
import { type Day, formatDay } from '../../core/session/day.ts';
import { intervalMs } from '../../core/session/interval.ts';
import type { Received } from './received.ts';

/** A vendor may have one bar that nobody else has; two are no chance. */
const ENOUGH = 2;

/**
 * Throws `bad-answer`, worth another try, where the bars (ascending) of an answer and those that other sources gave of the same
 * sessions lie on two grids, such as hours from 09:30 on and from 10:00 on: an intraday series is of one. Where a calendar knows
 * the hours of a session no bar is off its grid; this is for the days of which it does not.
 */
export function assertSameGrid(
  { want, calendar, source }: Received,
  { compared, gone }: Comparison,
  bars: Bars,
): void {
  const { ticker, interval } = want.series;
  if (want.replaces === true || interval === '1d' || compared.length > 0) return;
  const sessionOf = sessionDateOf(interval, calendar);
  const lengthMs = intervalMs(interval);
  const grids = new Map<Day, Set<number>>();
  for (const ts of bars.ts) {
    const day = sessionOf(ts);
    grids.set(day, (grids.get(day) ?? new Set()).add(ts % lengthMs));
  }
  const off = keep(gone, (i) => {
    const ts = gone.ts[i] as number;
    return grids.get(sessionOf(ts))?.has(ts % lengthMs) === false;
  });
  if (off.length < ENOUGH) return;
  const [from, to] = [0, off.length - 1].map((i) => formatDay(sessionOf(off.ts[i] as number)));
  throw new BackfillError(
    'bad-answer',
    `the ${interval} bars of ${source} for ${ticker} start at other times than the ${off.length} stored ones of ` +
      `${vendorsIn(off).join(' and ')} from ${from} to ${to}: a series is not of two grids; ` +
      `to have all from ${source}: backfill forget ${ticker} --interval ${interval}, then run again`,
    { retryable: true, ticker },
  );
}
