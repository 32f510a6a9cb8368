import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { formatDay } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { History } from '../../library/history.ts';
import { type Scan, type SeriesState, unreadableIn } from '../../store/scan.ts';
import type { Content } from '../routes.ts';
import { intervalOf, readingIn, seriesOf, tickersOf } from './query.ts';
import { jsonContent } from './refused.ts';

export const COVERAGE_PARAMETERS: readonly string[] = ['tickers', 'interval', 'start', 'end', 'asOf'];

/**
 * What the store has of a range of some series (default: of all that are stored of the interval). Throws `not-stored` for one
 * of which nothing is known.
 */
export async function coverageAnswer(
  history: Pick<History, 'batches' | 'scan'>,
  parameters: ReadonlyMap<string, string>,
): Promise<Content> {
  const interval = intervalOf(parameters);
  const named = parameters.has('tickers') ? seriesOf(parameters) : undefined;
  const tickers = named?.map(({ ticker }) => ticker);
  const scan = await history.scan({ ...(tickers && { tickers }), intervals: [interval] });
  const series = named ?? [...scan.series.values()].map((state) => state.series).toSorted(byKey);
  if (series.length === 0)
    throw new BackfillError('not-stored', `the store has no series of the interval ${interval}`);
  for (const one of series) assertKnown(scan, one);
  const { start, end, asOf } = readingIn(parameters);
  const range = { ...(start && { start }), ...(end && { end }), ...(asOf && { asOf }) };
  const verdict = await history.batches(series, range).verdict();
  return jsonContent({ interval, start, end, asOf, verdict });
}

function assertKnown(scan: Scan, series: Series): void {
  const isDamaged = unreadableIn(scan).some(
    ({ ticker, interval }) => ticker === series.ticker && interval === series.interval,
  );
  if (isDamaged || scan.series.has(seriesKey(series))) return;
  const { ticker } = series;
  throw new BackfillError('not-stored', `${seriesKey(series)} is not in the store`, { ticker });
}

export const SERIES_PARAMETERS: readonly string[] = ['tickers', 'interval'];

/** Which series are stored (default: of all tickers and intervals). Throws `not-stored` for one that is named and is not. */
export async function seriesAnswer(
  history: Pick<History, 'scan'>,
  parameters: ReadonlyMap<string, string>,
): Promise<Content> {
  const interval = parameters.has('interval') ? intervalOf(parameters) : undefined;
  const tickers = parameters.has('tickers') ? tickersOf(parameters) : undefined;
  const scan = await history.scan({
    ...(tickers && { tickers }),
    ...(interval && { intervals: [interval] }),
  });
  for (const ticker of tickers ?? []) assertAnyKnown(scan, ticker, interval);
  const stored = [...scan.series.values()].toSorted((a, b) => byKey(a.series, b.series)).map(storedSeries);
  return jsonContent({ series: stored });
}

/** The same of a ticker whose interval may not be named. */
function assertAnyKnown(scan: Scan, ticker: string, interval: Interval | undefined): void {
  if (interval !== undefined) return assertKnown(scan, { ticker, interval });
  const known = [...[...scan.series.values()].map(({ series }) => series), ...unreadableIn(scan)];
  if (known.some((one) => one.ticker === ticker)) return;
  throw new BackfillError('not-stored', `${ticker} is not in the store`, { ticker });
}

function byKey(a: Series, b: Series): number {
  const [one, other] = [seriesKey(a), seriesKey(b)];
  return one < other ? -1 : Number(one > other);
}

function storedSeries({ series, calendar, identity, rows, coverage, fetchedAt }: SeriesState): object {
  const { currency, exchange, type } = identity;
  const [first, last] = [coverage.present[0], coverage.present.at(-1)];
  const sessions = calendarById(calendar);
  return {
    ...series,
    ...{ calendar, currency, exchange, type, rows },
    first: first === undefined ? null : formatDay(sessions.sessionOnOrAfter(first.from)),
    last: last === undefined ? null : formatDay(sessions.sessionOnOrBefore(last.to - 1)),
    fetchedAt: fetchedAt === null ? null : new Date(fetchedAt).toISOString(),
  };
}
