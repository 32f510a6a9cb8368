import { MANUAL } from '../core/actions/action-book.ts';
import { isSameAction } from '../core/actions/alike.ts';
import { ratioText } from '../core/actions/ratio.ts';
import { type CorporateAction, type Series, type Split, isSplit, seriesKey } from '../core/bars/bars.ts';
import { type Bars, NO_BARS } from '../core/bars/columns.ts';
import { sessionDateOf } from '../core/bars/partition.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { concatBars } from '../core/bars/concat-bars.ts';
import { NEIGHBOUR_DAYS } from '../core/checks/plausibility.ts';
import { hiddenSplits, isVisible, misstatedSplits } from '../core/checks/unapplied-splits.ts';
import { type Day, type DayRange, formatDay } from '../core/session/day.ts';
import { normalize, span } from '../core/session/ranges.ts';
import { isDamage } from '../store/damage.ts';
import type { SeriesState } from '../store/scan.ts';
import { askAgain } from '../backfill/want/ask-again.ts';
import { type SourceOf, sourcesIn } from './source-of.ts';
import type { BarStore } from '../store/store.ts';

/** A split that prices contradict, and what they show in its place, as `2:1`; null: no split. */
export interface Contradicted {
  readonly split: Split;
  readonly shown: string | null;
}

/**
 * Splits that the stored prices of a series contradict: they go on over the ex-date, or show another ratio than one that
 * nobody entered by hand. Reads only the bars around splits that are large enough to show; what a damaged file held cannot be told.
 */
export async function contradictedSplits(
  store: BarStore,
  series: Series,
  sessionOf: (ts: number) => Day,
  actions: readonly CorporateAction[],
): Promise<Contradicted[]> {
  const splits = actions.filter(isSplit);
  const around = normalize(
    splits
      .filter(({ ratio }) => isVisible(ratio))
      .map(({ exDay }) => ({ from: exDay - NEIGHBOUR_DAYS, to: exDay + NEIGHBOUR_DAYS })),
  );
  const parts: Bars[] = [];
  for (const range of around) parts.push(await readSound(store, series, range));
  const bars = concatBars(parts);
  const hidden = hiddenSplits(bars, splits, sessionOf).map((split) => ({ split, shown: null }));
  const misstated = misstatedSplits(bars, actions, sessionOf);
  if (misstated.length === 0) return hidden;
  const { entries } = await store.readActionBook(series.ticker);
  const isOwn = ({ split }: Contradicted): boolean =>
    entries.some(({ action, source }) => source === MANUAL && isSameAction(action, split));
  return [...hidden, ...misstated.filter((one) => !isOwn(one))];
}

async function readSound(store: BarStore, series: Series, range: DayRange): Promise<Bars> {
  try {
    return await store.readBars(series, range);
  } catch (error) {
    if (isDamage(error)) return NO_BARS;
    throw error;
  }
}

/** What `History.contradictedSplits` gives. */
export async function contradictedSplitsOf(store: BarStore, ticker: string): Promise<readonly string[]> {
  const [{ series: stored }, actions] = [
    await store.scan({ tickers: [ticker] }),
    await store.readActions(ticker),
  ];
  const sourceOf = sourcesIn(store);
  const lines: string[] = [];
  for (const state of stored.values()) {
    const { series } = state;
    const sessionOf = sessionDateOf(series.interval, calendarById(state.calendar));
    for (const split of await contradictedSplits(store, series, sessionOf, actions))
      lines.push(`${seriesKey(series)} cannot be adjusted: ${await notShown(state, split, sourceOf)}`);
  }
  return lines;
}

/** What is wrong with a series, and what to do. */
export async function notShown(
  { series, coverage }: SeriesState,
  { split: { exDay, ratio }, shown }: Contradicted,
  sourceOf: SourceOf,
): Promise<string> {
  const day = formatDay(exDay);
  const whole = span(coverage.present) ?? { from: exDay, to: exDay + 1 };
  const source = await sourceOf(series, exDay);
  if (shown !== null)
    return (
      `its bars around ${day} show a split of ${shown}, not the ${ratioText(ratio)} of that day; ` +
      `correct it where it was told (csv: actions.csv) and run again, or say by hand which it is: ` +
      `backfill actions ${series.ticker} --withdraw ${day},split, then --add ${day},split,RATIO`
    );
  return (
    `its bars around ${day} do not show the split ${ratioText(ratio)} of that day; if it never was, ` +
    `backfill actions ${series.ticker} --withdraw ${day},split, else ` +
    askAgain(series, whole.from, whole.to - 1, source, true)
  );
}
