import { type Series, seriesKey } from '../core/bars/bars.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { within } from '../core/coverage/coverage.ts';
import { actionDaysOf } from '../core/plan/slice.ts';
import { type DayRange, parseDay } from '../core/session/day.ts';
import { contains, intersect, span } from '../core/session/ranges.ts';
import { eachBounded, eachCounted, type OnDone } from '../store/bounded.ts';
import { isDamage } from '../store/damage.ts';
import { emptySessions } from '../store/empty-sessions.ts';
import type { ForgetStep, ForgottenEntry, ForgottenSeries, KnownBesides } from '../store/forgotten.ts';
import { elsewhereLines } from '../core/instrument/moved-part.ts';
import type { BarStore, Rename } from '../store/store.ts';
import { type Scan, type SeriesState, unreadableIn } from '../store/scan.ts';
import type { Engine } from './engine.ts';
import type { BroughtBack, Forgettable, ForgetOptions, ForgetRange, Forgotten } from './forgotten.ts';
import type { DateRange } from './read-options.ts';
import { type NotFound, notFound } from './not-found.ts';

/** What `History.forget` does; `tickers` undefined: all in the store. */
export async function forget(
  engine: Engine,
  tickers: readonly string[] | undefined,
  { onProgress, ...range }: ForgetRange & ForgetOptions,
  now: number,
): Promise<Forgotten> {
  const { store } = engine;
  const days = dayRange(range);
  return engine.write(tickers ?? 'all', async () => {
    const { scan, series, actionsOf, nothingOf } = await meant(store, tickers, range);
    const order = {
      series,
      actionsOf,
      ...(days && { range: days }),
      at: now,
      onKept: tellingOf('keeping', onProgress),
    };
    // Whole and durable before anything goes.
    const entry = await store.keepForgotten(order);
    let rows = 0;
    await eachCounted(series, tellingOf('removing', onProgress), async (one) => {
      const removed = await store.forget(one, days);
      rows += removed;
    });
    // What a run that was cut short left there, the next one would take for an answer of its own.
    const staged = (await store.staging.list()).filter(
      (slice) =>
        range.intervals?.includes(slice.interval) !== false &&
        (days === undefined ||
          contains([days], slice.session) ||
          intersect(actionDaysOf(slice), [days]).length > 0),
    );
    await store.staging.remove(staged);
    let actions = 0;
    await eachBounded(actionsOf, async (ticker) => {
      const removed = await store.forgetActions(ticker, days);
      actions += removed;
    });
    const { empty, exDays } = knownIn(entry);
    return {
      ...{
        rows,
        actions,
        empty,
        exDays,
        id: entry?.id ?? null,
        notFound: nothingOf,
        setAside: scan.setAside,
      },
      ...(staged.length > 0 && { staged: staged.length }),
    };
  });
}

/** What was known besides the bars, splits and dividends themselves. */
function knownIn(entry: ForgottenEntry | undefined): KnownBesides {
  const series = entry?.series ?? [];
  return {
    empty: series.reduce((sum, { empty }) => sum + (empty?.sessions ?? 0), 0),
    exDays: entry?.exDays ?? 0,
  };
}

/** What `History.forgettable` gives. Reads bars where a range is given, and takes no lock. */
export async function forgettable(
  store: BarStore,
  tickers: readonly string[] | undefined,
  range: ForgetRange,
): Promise<Forgettable> {
  const days = dayRange(range);
  const { scan, actionsOf } = await meant(store, tickers, range);
  const parts: ForgottenSeries[] = [];
  for (const state of scan.series.values()) {
    const part = await partOf(store, state, days);
    if (part !== undefined) parts.push(part);
  }
  let actions = 0;
  for (const ticker of actionsOf) actions += await countActions(store, ticker, days);
  return { series: parts, actions };
}

/** The series and tickers that an order speaks of. Splits and dividends belong to no interval: they go with all of them. */
async function meant(
  store: BarStore,
  tickers: readonly string[] | undefined,
  range: ForgetRange,
): Promise<{ scan: Scan; series: Series[]; actionsOf: readonly string[]; nothingOf: NotFound[] }> {
  const { intervals } = range;
  const days = dayRange(range);
  const scan = await store.scan({ ...(tickers && { tickers }), ...(intervals && { intervals }) });
  const series = [...[...scan.series.values()].map((state) => state.series), ...lostSeries(scan)];
  const actionsOf = intervals === undefined ? (tickers ?? tickersWithActions(scan)) : [];
  const nothingOf: NotFound[] = [];
  for (const found of notFound(scan, { tickers, intervals }, (state) => isKnownIn(state, days))) {
    const isOfActions = actionsOf.includes(found.ticker);
    if (!isOfActions || (await countActions(store, found.ticker, days)) === 0) nothingOf.push(found);
  }
  return { scan, series, actionsOf, nothingOf };
}

/** Whether a bar, or a session without one, of these days (default: any) would be forgotten. */
function isKnownIn({ coverage }: SeriesState, days: DayRange | undefined): boolean {
  if (days === undefined) return true;
  return intersect(coverage.present, [days]).length + intersect(coverage.absent, [days]).length > 0;
}

/** Series of which nothing is left but what lies in quarantine: who forgets them gives that up. */
function lostSeries(scan: Scan): Series[] {
  const all = new Map<string, Series>();
  for (const { ticker, interval, isLeft, isRevisions } of unreadableIn(scan)) {
    if (interval === null || isLeft || isRevisions) continue;
    const one = { ticker, interval };
    if (!scan.series.has(seriesKey(one))) all.set(seriesKey(one), one);
  }
  return [...all.values()];
}

/** Also those of which nothing is left but what lies in quarantine. */
function tickersWithActions(scan: Scan): string[] {
  const lost = unreadableIn(scan).filter(({ interval, isLeft }) => interval === null && !isLeft);
  return [...new Set([...scan.actions.keys(), ...lost.map(({ ticker }) => ticker)])];
}

/** Undefined where nothing is known in the range. */
async function partOf(
  store: BarStore,
  state: SeriesState,
  days: DayRange | undefined,
): Promise<ForgottenSeries | undefined> {
  const { series, rows } = state;
  if (!isKnownIn(state, days)) return undefined;
  const coverage = days === undefined ? state.coverage : within(state.coverage, [days]);
  const empty = emptySessions(coverage, calendarById(state.calendar));
  return {
    ...{ series, rows: days === undefined ? rows : await countBars(store, series, days) },
    ...{ days: span(coverage.present) ?? null, ...(empty && { empty }) },
  };
}

/** Of a damaged file none: whoever forgets it is told. */
async function countBars(store: BarStore, series: Series, days: DayRange): Promise<number> {
  try {
    return (await store.readBars(series, days)).length;
  } catch (error) {
    if (isDamage(error)) return 0;
    throw error;
  }
}

async function countActions(store: BarStore, ticker: string, days: DayRange | undefined): Promise<number> {
  try {
    const actions = await store.readActions(ticker);
    return days === undefined
      ? actions.length
      : actions.filter(({ exDay }) => days.from <= exDay && exDay < days.to).length;
  } catch (error) {
    if (isDamage(error)) return 0;
    throw error;
  }
}

/** What `History.restore` does. */
export function restore(
  engine: Engine,
  id: string,
  now: number,
  { onProgress }: ForgetOptions,
): Promise<BroughtBack> {
  const { store } = engine;
  return engine.write('all', async () => {
    const restored = await store.restoreForgotten(id, now, tellingOf('restoring', onProgress));
    const { entry, rows, actions } = restored;
    if (rows + actions === 0) return { ...restored, elsewhere: [] };
    const elsewhere = elsewhereLines(entry.series, entry.movedFrom ?? [], await renamesIn(store));
    return { ...restored, elsewhere };
  });
}

/** None where the list is damaged: what was brought back is there all the same. */
async function renamesIn(store: BarStore): Promise<readonly Rename[]> {
  try {
    return await store.readRenames();
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
}

function tellingOf(doing: ForgetStep['doing'], onProgress: ForgetOptions['onProgress']): OnDone | undefined {
  return onProgress && ((done, of) => onProgress({ doing, done, of }));
}

/** User dates, both inclusive, as a range of days; undefined for no bounds. */
export function dayRange({ start, end }: DateRange): DayRange | undefined {
  if (start === undefined && end === undefined) return undefined;
  return {
    from: start === undefined ? Number.NEGATIVE_INFINITY : parseDay(start),
    to: end === undefined ? Number.POSITIVE_INFINITY : parseDay(end) + 1,
  };
}
