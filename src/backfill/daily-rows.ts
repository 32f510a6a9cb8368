import type { Ohlcv } from '../core/bars.ts';
import { BackfillError } from '../core/errors.ts';
import { longBars } from '../core/long-bars.ts';
import { sessionDateOf } from '../core/partition.ts';
import type { Hearing } from './hearing.ts';

/** Throws `bad-answer`, worth another try, where daily bars were asked for and those of weeks or months came. */
export function assertDailyRows({ task, calendar }: Hearing, bars: readonly Ohlcv[]): void {
  const { ticker, interval } = task.series;
  if (interval !== '1d') return;
  const apart = longBars(
    bars.map(({ ts }) => sessionDateOf('1d', calendar)(ts)),
    calendar,
  );
  if (apart === undefined) return;
  const message = `the rows for ${ticker} are ${apart} apart: bars of ${apart} were answered for days, and are not stored`;
  throw new BackfillError('bad-answer', message, { retryable: true, ticker });
}
