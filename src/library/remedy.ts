import type { Series } from '../core/bars/bars.ts';
import { type Day, formatDay } from '../core/session/day.ts';
import { derivedCapabilities } from '../backfill/want/derived.ts';
import { providerIds, toBeSaidTo } from '../providers/registry.ts';
import { isDamage } from '../store/damage.ts';
import type { BarStore } from '../store/store.ts';

/** Series of which the source is looked up in one go: it takes a read of each. */
const LOOKED_UP = 100;

/** Who gave the bar of a day of a series, or the last before it; undefined where that is not told. */
export type SourceOf = (series: Series, day: Day) => Promise<string | undefined>;

/** Reads it of the first hundred that it is asked for, and of the others tells nothing. */
export function sourcesIn(store: BarStore): SourceOf {
  let left = LOOKED_UP;
  return async (series, day) => {
    if (left-- <= 0) return undefined;
    try {
      const { source } = await store.readBars(series, { from: day, to: day + 1 });
      return source.names[source.codes.at(-1) ?? -1];
    } catch (error) {
      if (isDamage(error)) return undefined;
      throw error;
    }
  };
}

/** What asks the source of a series for days again, to end a message; with `everything`, though they are complete. */
export function askAgain(
  { ticker, interval }: Series,
  from: Day,
  through: Day,
  source: string | undefined,
  everything = false,
): string {
  const of = interval === '1d' ? '' : ` --interval ${interval}`;
  const what = `${everything ? '--no-gaps ' : ''}--tickers ${ticker}${of} --start ${formatDay(from)} --end ${formatDay(through)}`;
  if (source === derivedCapabilities.id) return `run backfill --derive ${what}`;
  // Never one that can be pasted and asks another source than that of its bars.
  if (source === undefined) return `run backfill --provider NAME ${what}, NAME being the source of its bars`;
  // A module of the user's is named by its path, which nobody wrote down.
  if (!providerIds().includes(source))
    return `run backfill --provider FILE ${what}, FILE being the module of the provider ${source}`;
  const open = toBeSaidTo(source);
  return open === undefined
    ? `run backfill --provider ${source} ${what}`
    : `run backfill --provider ${source} ${open.options} ${what}, ${open.words}`;
}
