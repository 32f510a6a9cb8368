import { basisGaps } from '../core/adjust/basis.ts';
import { plural } from '../core/plural.ts';
import { storedRowsOf } from '../core/bars/bar-builder.ts';
import { type Bar, type CorporateAction, type Dividend, type Series, seriesKey } from '../core/bars/bars.ts';
import { closeTimes } from '../core/bars/bar-close.ts';
import { NO_BARS, type StoredBars, slice } from '../core/bars/columns.ts';
import { concatBars } from '../core/bars/concat-bars.ts';
import { type DayRange, formatDay } from '../core/session/day.ts';
import { BackfillError } from '../core/errors.ts';
import { type FactorStep, adjustBars, factorSteps, unusableDividends } from '../core/adjust/factors.ts';
import type { Interval } from '../core/session/interval.ts';
import { periodRange, periodsOf } from '../core/bars/partition.ts';
import { intersect } from '../core/session/ranges.ts';
import { isDamage } from '../store/damage.ts';
import type { BarStore } from '../store/store.ts';
import { ANY_TICKER, type Scan, type SetAside } from '../store/scan.ts';
import { readAsScanned } from './as-scanned.ts';
import { damageInRange } from './damage-in-range.ts';
import { dividendCloses } from './dividend-closes.ts';
import { dayRange } from './forget.ts';
import { contradictedSplits, notShown } from './hidden-splits.ts';
import type { AdjustOptions, ReadOptions } from './read-options.ts';
import { notFound } from './not-found.ts';
import { type Reading, parseAdjust, readingOf } from './reading.ts';
import { unreadSplit } from './unread-splits.ts';
import { askAgain } from '../backfill/want/ask-again.ts';
import { type SourceOf, sourcesIn } from './source-of.ts';

/** What `History.read` gives. */
export async function readAdjusted(store: BarStore, series: Series, options: ReadOptions): Promise<Bar[]> {
  const { mode } = parseAdjust(options);
  // Without a date to stop at, bars as traded of a sound store need no knowledge of the series.
  if (mode === 'none' && options.asOf === undefined && !(await store.hasDamage())) {
    const bars = await store.readBars(series, dayRange(options));
    if (bars.length > 0) return storedRowsOf(bars);
  }
  const scan = await store.scan({ tickers: [series.ticker], intervals: intervalsFor(series.interval) });
  assertReadable(scan, series, options);
  const parts: StoredBars[] = [];
  for await (const part of (await openAdjusted(store, scan, series, options)).bars) parts.push(part);
  return storedRowsOf(concatBars(parts));
}

/** Throws `store-corrupt` where damage took some of the range, and `not-stored` for a series without any bar. */
export function assertReadable(scan: Scan, series: Series, options: ReadOptions): void {
  const { ticker, interval } = series;
  const [lost] = damageInRange(scan, series, options);
  if (lost !== undefined)
    throw new BackfillError('store-corrupt', `${lost.path}: ${lost.reason}${unnamed(lost)}`, { ticker });
  if ((scan.series.get(seriesKey(series))?.rows ?? 0) > 0) return;
  const [missing] = notFound(scan, { tickers: [ticker], intervals: [interval] }, ({ rows }) => rows > 0);
  if (missing !== undefined) throw new BackfillError('not-stored', missing.reason, { ticker });
}

function unnamed({ ticker }: SetAside): string {
  return ticker === ANY_TICKER
    ? ', and nobody can tell of which series; backfill doctor --fix moves it to quarantine'
    : '';
}

/** Intervals to scan for adjusted bars of one: daily closes may stand in for missing ones. */
export function intervalsFor(interval: Interval): Interval[] {
  return interval === '1d' ? ['1d'] : [interval, '1d'];
}

/** Adjusted bars of a series. */
export interface AdjustedBars {
  /** One partition at a time. */
  readonly bars: AsyncIterable<StoredBars>;
  /** Days that may have bars; undefined: there is nothing to read. */
  readonly days: DayRange | undefined;
  /** Those of some of these days, as they are in `bars`. */
  readonly read: (days: DayRange) => Promise<StoredBars>;
  /** What is odd about the dividends that they are adjusted for, a line each. */
  readonly doubts: readonly string[];
}

/**
 * Adjusted bars of a series. Throws `basis-unknown` where splits, dividends or closes that the
 * factors need are not known; nothing is thrown for that once it has begun. A damaged partition, or one that has vanished
 * since the scan, is given to `onDamage` and passed over, or else thrown.
 */
export async function openAdjusted(
  store: BarStore,
  scan: Scan,
  series: Series,
  options: ReadOptions,
  onDamage?: (error: BackfillError) => void,
): Promise<AdjustedBars> {
  const reading = readingOf(scan, series, options);
  if (reading === undefined)
    return { bars: nothing(), days: undefined, read: () => Promise.resolve(NO_BARS), doubts: [] };
  const { steps, doubts } = await stepsOf(store, scan, reading, sourcesIn(store));
  const { sessionOf, days } = reading;
  const read = async (part: DayRange): Promise<StoredBars> =>
    adjustBars(closedIn(reading, await readAsScanned(store, reading, part)), steps, sessionOf);
  async function* parts(): AsyncGenerator<StoredBars> {
    for (const part of partsOf(series, days)) {
      try {
        yield await read(part);
      } catch (error) {
        if (onDamage === undefined || !isDamage(error)) throw error;
        onDamage(error);
      }
    }
  }
  return { bars: parts(), days, read, doubts };
}

/** Without those that had not closed when the reading is of. */
function closedIn({ series, calendar, closedBy }: Reading, bars: StoredBars): StoredBars {
  if (closedBy === undefined) return bars;
  const closes = closeTimes(series.interval, calendar)(bars);
  let closed = bars.length;
  while (closed > 0 && (closes[closed - 1] as number) > closedBy) closed--;
  return slice(bars, 0, closed);
}

/** Whether a series can be adjusted. */
export interface Adjustability {
  /** Why it cannot; undefined if it can. */
  readonly error?: BackfillError;
  /** As in `AdjustedBars`. */
  readonly doubts: readonly string[];
}

/**
 * What `openAdjusted` would say of series of a store (default: of all), by `seriesKey`. Reads bars only where there are
 * dividends.
 */
export async function adjustability(
  store: BarStore,
  scan: Scan,
  options: AdjustOptions,
  isMeant: (key: string) => boolean = () => true,
): Promise<ReadonlyMap<string, Adjustability>> {
  const found = new Map<string, Adjustability>();
  const sourceOf = sourcesIn(store);
  for (const [key, { series }] of scan.series) {
    if (!isMeant(key)) continue;
    try {
      const reading = readingOf(scan, series, options);
      found.set(key, {
        doubts: reading === undefined ? [] : (await stepsOf(store, scan, reading, sourceOf)).doubts,
      });
    } catch (error) {
      const isKnown = error instanceof BackfillError && error.code === 'basis-unknown';
      if (!isKnown && !isDamage(error)) throw error;
      found.set(key, { error, doubts: [] });
    }
  }
  return found;
}

async function stepsOf(
  store: BarStore,
  scan: Scan,
  reading: Reading,
  sourceOf: SourceOf,
): Promise<{ steps: FactorStep[]; doubts: readonly string[] }> {
  const { mode, asOf, series } = reading;
  const actions = await actionsOf(store, reading);
  await assertKnown(store, reading, actions, scan, sourceOf);
  await assertShown(store, reading, actions, sourceOf);
  const { closes, doubts } =
    mode === 'all' ? await dividendCloses(store, reading, actions) : { closes: [], doubts: [] };
  const [odd] = mode === 'all' ? unusableDividends(actions, closes, asOf) : [];
  if (odd !== undefined) {
    const what = `the dividend of ${odd.amount} on ${formatDay(odd.exDay)} is not below the close before it, ${odd.close}`;
    throw unknown(
      series,
      `${what}; correct or forget the bars or actions of that day, or adjust for splits alone`,
    );
  }
  return { steps: factorSteps(actions, closes, mode, asOf), doubts };
}

/** Only actions after the first session matter, and only they have their close read. */
async function actionsOf(store: BarStore, { series, mode, days, asOf }: Reading): Promise<CorporateAction[]> {
  if (mode === 'none') return [];
  const actions = await store.readActions(series.ticker);
  return actions.filter(({ exDay }) => days.from < exDay && exDay <= asOf);
}

async function assertKnown(
  store: BarStore,
  reading: Reading,
  actions: readonly CorporateAction[],
  scan: Scan,
  sourceOf: SourceOf,
): Promise<void> {
  const { series, state, daily, calendar, mode, days, asOf, knownThrough } = reading;
  const { unanswered: open, closes } = basisGaps({
    mode,
    first: calendar.sessionOnOrAfter(days.from),
    asOf,
    calendar,
    coverage: state.coverage,
    daily,
    actions,
    answered: scan.actions.get(series.ticker) ?? [],
  });
  const unanswered = intersect(open, [{ from: Number.NEGATIVE_INFINITY, to: knownThrough + 1 }]);
  const gap = unanswered[0];
  if (gap !== undefined) {
    const unread = await unreadSplit(store, series.ticker, gap);
    if (unread !== undefined) throw unknown(series, unread);
    const more = unanswered.length > 1 ? ` and ${plural(unanswered.length - 1, 'more gap')}` : '';
    const text = `nobody has answered for its splits and dividends of ${formatDay(gap.from)}..${formatDay(gap.to - 1)}${more}`;
    const through = (unanswered.at(-1) ?? gap).to - 1;
    const source = await sourceOf(series, days.to - 1);
    throw unknown(series, `${text}; ${listText(source)}${askAgain(series, gap.from, through, source)}`);
  }
  const foreign = mode === 'all' ? actions.find(isForeign) : undefined;
  if (foreign !== undefined) {
    const { amount, currency, exDay } = foreign;
    const day = formatDay(exDay);
    throw unknown(
      series,
      `the dividend of ${amount} on ${day} is in ${currency}, not in the currency of the price; ` +
        `say what it is there: backfill actions ${series.ticker} --add ${day},dividend,AMOUNT, or adjust for splits alone`,
    );
  }
  const close = closes[0];
  if (close === undefined) return;
  const more = closes.length > 1 ? ` and ${closes.length - 1} more` : '';
  const text = `the close of ${formatDay(close)}${more}, before a dividend, is missing`;
  const source = await sourceOf(series, days.to - 1);
  throw unknown(
    series,
    `${text}; ${askAgain({ ...series, interval: '1d' }, close, closes.at(-1) ?? close, source)}`,
  );
}

/** Factors of a split that stored prices do not have would put two levels into one series. */
async function assertShown(
  store: BarStore,
  { series, sessionOf, state }: Reading,
  actions: readonly CorporateAction[],
  sourceOf: SourceOf,
): Promise<void> {
  const [hidden] = await contradictedSplits(store, series, sessionOf, actions);
  if (hidden !== undefined) throw unknown(series, await notShown(state, hidden, sourceOf));
}

function isForeign(action: CorporateAction): action is Dividend {
  return action.kind === 'dividend' && action.currency !== undefined;
}

/** A folder of files tells of splits and dividends only in a list of its own. */
function listText(source: string | undefined): string {
  return source === 'csv'
    ? "list them in the folder's actions.csv, its header alone if there are none, and "
    : '';
}

function unknown(series: Series, why: string): BackfillError {
  return new BackfillError('basis-unknown', `${seriesKey(series)} cannot be adjusted: ${why}`, {
    ticker: series.ticker,
  });
}

/** The days of a series, cut at its partitions. */
function partsOf({ interval }: Series, days: DayRange): DayRange[] {
  return periodsOf(interval, [days]).flatMap((period) => intersect([days], [periodRange(period)]));
}

async function* nothing(): AsyncGenerator<StoredBars> {
  // Nothing is stored in the range.
}
