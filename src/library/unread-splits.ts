import { type DayRange, formatDay, parseDay } from '../core/session/day.ts';
import { contains } from '../core/session/ranges.ts';
import type { BarStore } from '../store/store.ts';

/**
 * What to say of the newest split that was told of some ex-dates and cannot be, as the quarantine has it, and what to do;
 * undefined where there is none.
 */
export async function unreadSplit(
  store: BarStore,
  ticker: string,
  exDates: DayRange,
): Promise<string | undefined> {
  const { records } = await store.readRejected({ tickers: [ticker] });
  const told = records
    .flatMap(({ rows }) => rows)
    .findLast(({ row }) => {
      const { kind, exDate } = (row ?? {}) as { readonly kind?: unknown; readonly exDate?: unknown };
      if (kind !== 'split') return false;
      return exDate === null || (typeof exDate === 'string' && contains([exDates], parseDay(exDate)));
    });
  if (told === undefined) return undefined;
  const { exDate } = told.row as { readonly exDate: string | null };
  const when = exDate ?? `${formatDay(exDates.from)}..${formatDay(exDates.to - 1)}`;
  const day = exDate ?? 'DATE';
  return (
    `a split that was told of it cannot be (${told.reason}), so that its splits of ${when} are not known; correct it where ` +
    `it was told (csv: actions.csv) and run again, or say by hand what it was: ` +
    `backfill actions ${ticker} --add ${day},split,RATIO (1:1 if there was none)`
  );
}
