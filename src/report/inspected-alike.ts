import type { Interval } from '../core/session/interval.ts';
import { grouped } from '../core/grouped.ts';

/** A series that a run would store of files. */
export interface StoredSeries {
  readonly ticker: string;
  readonly interval: Interval;
  readonly bars: number;
  /** The same for the same bars; null where they are too few to tell. */
  readonly fingerprint: string | null;
}

/** The series that have the very same bars as those of other tickers, of which a run keeps none, each with these tickers. */
export function sameSeries(stored: readonly StoredSeries[]): ReadonlyMap<StoredSeries, readonly string[]> {
  const known = stored.filter(({ fingerprint }) => fingerprint !== null);
  const groups = grouped(known, ({ interval, fingerprint }) => `${interval} ${fingerprint}`);
  return new Map(
    [...groups.values()].flatMap((alike) =>
      alike.flatMap((one): [StoredSeries, string[]][] => {
        const others = new Set(alike.map(({ ticker }) => ticker).filter((ticker) => ticker !== one.ticker));
        return others.size === 0 ? [] : [[one, [...others]]];
      }),
    ),
  );
}

/** Tickers that are named. */
export const NAMED = 3;

/** Why none of such a series would be kept. */
export function alikeText(series: string, others: readonly string[]): string {
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
  const names = others.slice(0, NAMED).join(', ') + more;
  return `its bars of ${series} are the very same as those of ${names}: a run keeps none of them; if they are one instrument, leave one name of it`;
}
