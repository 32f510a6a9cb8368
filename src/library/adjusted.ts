import { basisGaps } from '../core/basis.ts';
import { type Bar, type CorporateAction, type Series, seriesKey } from '../core/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { type Day, type DayRange, formatDay, parseDay } from '../core/day.ts';
import { BackfillError } from '../core/errors.ts';
import {
  type Adjustment,
  adjustBars,
  ADJUSTMENTS,
  factorSteps,
  isAdjustment,
  type SessionClose,
  sessionCloses,
  unusableDividends,
} from '../core/factors.ts';
import { periodOf, periodRange, periodsOf, sessionDateOf } from '../core/partition.ts';
import { intersect } from '../core/ranges.ts';
import type { BarStore, Scan, SeriesState } from '../store/store.ts';
import { dayRange } from './forget.ts';
import type { AdjustOptions, ReadOptions } from './history.ts';

/** What is read of one series. */
interface Reading {
  readonly series: Series;
  readonly state: SeriesState;
  readonly calendar: Calendar;
  readonly sessionOf: (ts: number) => Day;
  readonly mode: Adjustment;
  /** Days that may have bars. */
  readonly days: DayRange;
  /** Inclusive. */
  readonly asOf: Day;
}

/** What `History.read` gives. */
export async function readAdjusted(store: BarStore, series: Series, options: ReadOptions): Promise<Bar[]> {
  const { mode } = parseAdjust(options);
  // Without a date to stop at, bars as traded need no knowledge of the series.
  if (mode === 'none' && options.asOf === undefined) return store.readBars(series, dayRange(options));
  const scan = await store.scan({ tickers: [series.ticker], intervals: [series.interval] });
  const bars: Bar[] = [];
  for await (const part of await openAdjusted(store, scan, series, options)) bars.push(...part);
  return bars;
}

/**
 * Adjusted bars of a series, one partition at a time. Throws `basis-unknown` where splits, dividends or closes that the
 * factors need are not known; nothing is thrown for that once it has begun.
 */
export async function openAdjusted(
  store: BarStore,
  scan: Scan,
  series: Series,
  options: ReadOptions,
): Promise<AsyncIterable<Bar[]>> {
  const reading = readingOf(scan, series, options);
  if (reading === undefined) return nothing();
  const steps = await stepsOf(store, scan, reading);
  const { sessionOf, days } = reading;
  return (async function* parts() {
    for (const part of partsOf(reading.series, days))
      yield adjustBars(await store.readBars(series, part), steps, sessionOf);
  })();
}

/** Why series of a store cannot be adjusted so, by `seriesKey`. Reads bars only where there are dividends. */
export async function unadjustable(
  store: BarStore,
  scan: Scan,
  options: AdjustOptions,
): Promise<ReadonlyMap<string, BackfillError>> {
  const errors = new Map<string, BackfillError>();
  for (const [key, { series }] of scan.series) {
    try {
      const reading = readingOf(scan, series, options);
      if (reading) assertKnown(reading, await actionsOf(store, reading), scan);
    } catch (error) {
      if (!(error instanceof BackfillError) || error.code !== 'basis-unknown') throw error;
      errors.set(key, error);
    }
  }
  return errors;
}

/** Throws `usage` and `invalid-date`. */
export function parseAdjust({ adjust = 'none', asOf }: AdjustOptions): {
  mode: Adjustment;
  asOf: Day | undefined;
} {
  if (!isAdjustment(adjust))
    throw new BackfillError(
      'usage',
      `there is no adjustment "${String(adjust)}"; there are ${ADJUSTMENTS.join(', ')}`,
    );
  return { mode: adjust, asOf: asOf === undefined ? undefined : parseDay(asOf) };
}

/** What a read is of; undefined if there is nothing to read. */
function readingOf(scan: Scan, series: Series, options: ReadOptions): Reading | undefined {
  const { mode, asOf } = parseAdjust(options);
  const state = scan.series.get(seriesKey(series));
  const last = state?.coverage.present.at(-1);
  if (state === undefined || last === undefined) return undefined;
  const until = asOf ?? last.to - 1;
  const wanted = dayRange(options) ?? periodRange('all');
  const range = { from: wanted.from, to: Math.min(wanted.to, until + 1) };
  const [first, ...more] = intersect(state.coverage.present, [range]);
  if (first === undefined) return undefined;
  const calendar = calendarById(state.calendar);
  return {
    series,
    state,
    calendar,
    sessionOf: sessionDateOf(series.interval, calendar),
    mode,
    days: { from: first.from, to: more.at(-1)?.to ?? first.to },
    asOf: until,
  };
}

async function stepsOf(store: BarStore, scan: Scan, reading: Reading) {
  const { mode, asOf, series } = reading;
  const actions = await actionsOf(store, reading);
  assertKnown(reading, actions, scan);
  const closes = mode === 'all' ? await closesBefore(store, reading, actions) : [];
  const [odd] = mode === 'all' ? unusableDividends(actions, closes, asOf) : [];
  if (odd !== undefined) {
    const what = `the dividend of ${odd.amount} on ${formatDay(odd.exDay)} is not below the close before it, ${odd.close}`;
    throw unknown(
      series,
      `${what}; correct or forget the bars or actions of that day, or use --adjust splits`,
    );
  }
  return factorSteps(actions, closes, mode, asOf);
}

/** Only actions after the first session matter, and only they have their close read. */
async function actionsOf(store: BarStore, { series, mode, days, asOf }: Reading): Promise<CorporateAction[]> {
  if (mode === 'none') return [];
  const actions = await store.readActions(series.ticker);
  return actions.filter(({ exDay }) => days.from < exDay && exDay <= asOf);
}

function assertKnown(reading: Reading, actions: readonly CorporateAction[], scan: Scan): void {
  const { series, state, calendar, mode, days, asOf } = reading;
  const { unanswered, closes } = basisGaps({
    mode,
    first: calendar.sessionOnOrAfter(days.from),
    asOf,
    calendar,
    coverage: state.coverage,
    actions,
    answered: scan.actions.get(series.ticker) ?? [],
  });
  const gap = unanswered[0];
  if (gap !== undefined) {
    const more = unanswered.length > 1 ? ` and ${unanswered.length - 1} more gaps` : '';
    const text = `nobody has answered for its splits and dividends of ${formatDay(gap.from)}..${formatDay(gap.to - 1)}${more}`;
    throw unknown(series, `${text}; ${remedy(series, gap.from, (unanswered.at(-1) ?? gap).to - 1)}`);
  }
  const close = closes[0];
  if (close === undefined) return;
  const more = closes.length > 1 ? ` and ${closes.length - 1} more` : '';
  const text = `the close of ${formatDay(close)}${more}, before a dividend, is missing`;
  throw unknown(series, `${text}; ${remedy(series, close, closes.at(-1) ?? close)}`);
}

function remedy({ ticker, interval }: Series, from: Day, through: Day): string {
  const of = interval === '1d' ? '' : ` --interval ${interval}`;
  return `run backfill --tickers ${ticker}${of} --start ${formatDay(from)} --end ${formatDay(through)}`;
}

function unknown(series: Series, why: string): BackfillError {
  return new BackfillError('basis-unknown', `${seriesKey(series)} cannot be adjusted: ${why}`, {
    ticker: series.ticker,
  });
}

/** The closes before the ex-dates of dividends, from as few partitions as have them. */
async function closesBefore(
  store: BarStore,
  { series, state, calendar, sessionOf }: Reading,
  actions: readonly CorporateAction[],
): Promise<SessionClose[]> {
  const periods = new Set<string>();
  for (const { kind, exDay } of actions) {
    const run = kind === 'dividend' ? state.coverage.present.findLast(({ from }) => from < exDay) : undefined;
    if (run === undefined) continue;
    const last = calendar.sessionOnOrBefore(Math.min(run.to, exDay) - 1);
    periods.add(periodOf(series.interval, Math.max(last, run.from)));
  }
  const closes: SessionClose[] = [];
  for (const period of [...periods].toSorted())
    closes.push(...sessionCloses(await store.readBars(series, periodRange(period)), sessionOf));
  return closes;
}

/** The days of a series, cut at its partitions. */
function partsOf({ interval }: Series, days: DayRange): DayRange[] {
  return periodsOf(interval, [days]).flatMap((period) => intersect([days], [periodRange(period)]));
}

async function* nothing(): AsyncGenerator<Bar[]> {
  // Nothing is stored in the range.
}
