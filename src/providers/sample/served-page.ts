import { BarBuilder } from '../../core/bars/bar-builder.ts';
import { checkActions } from '../../core/actions/action-checks.ts';
import { type CorporateAction, type Identity, UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { type Day, parseDay, utcDayOf } from '../../core/session/day.ts';
import { type Bars, NO_BARS, keep } from '../../core/bars/columns.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import { BackfillError } from '../../core/errors.ts';
import { intersect } from '../../core/session/ranges.ts';
import { partOver } from '../part-over.ts';
import { errorByStatus, firstLine } from '../http/status.ts';
import type { Page, Spoilt } from '../http/steps.ts';
import type { HttpAnswer } from '../http/transport.ts';
import type {
  ActionsAnswer,
  BarAnswer,
  ExplainedAbsence,
  ListRequest,
  MarketAnswer,
  MarketRequest,
  Part,
  PartOf,
  UnusableRow,
} from '../provider.ts';

/** What the pages of a chain said so far. */
export interface Told {
  /** By ticker. */
  readonly series: ReadonlyMap<string, ToldSeries>;
  /** The server's clock at its first page, ms since the epoch. */
  readonly asOf: number;
  /** Token of the next page. */
  readonly next: string | null;
}

/** A series as far as pages told of it. */
interface ToldSeries extends Head {
  readonly bars: Bars;
  readonly unusable: readonly UnusableRow[];
}

interface Head extends Pick<BarAnswer, 'explained' | 'delistedOn'> {
  readonly identity: Identity;
  readonly actions: readonly CorporateAction[];
}

/** A series as it is on the wire, dates as `YYYY-MM-DD`. */
interface WireSeries {
  readonly symbol: string;
  readonly currency: string | null;
  readonly exchange: string | null;
  readonly type: string | null;
  readonly firstTrade: string | null;
  readonly delistedOn: string | null;
  readonly actions: readonly (CorporateAction & { readonly exDay: string })[];
  readonly quiet: readonly { from: string; to: string; reason: 'halted' | 'no-trades' }[];
  readonly bars: readonly (readonly [ts: number, ...values: (number | null)[]])[];
}

interface WirePage {
  readonly asOf: number;
  readonly series: readonly WireSeries[];
  readonly next: string | null;
}

interface WireError {
  readonly error: { readonly code: string; readonly message: string; readonly symbol?: string };
}

/** One page added to what was told before. Throws what the answer says instead. */
export function readPage(answer: HttpAnswer, _asked: object, before: Told | undefined): Page<Told> | Spoilt {
  if (answer.status === 400) return refusalIn(answer);
  const page = bodyOf(answer) as WirePage;
  const series = new Map(before?.series);
  try {
    if (!Number.isSafeInteger(page.asOf)) throw new Error('it does not say when it is of');
    if (typeof page.next !== 'string' && page.next !== null) throw new Error('it does not say what is next');
    for (const one of page.series) {
      series.set(one.symbol, withRows(series.get(one.symbol) ?? headOf(one), one.bars));
    }
  } catch (cause) {
    throw notRead(answer, cause);
  }
  const state = { series, asOf: before?.asOf ?? page.asOf, next: page.next };
  const reaches = new Map(
    page.series.map(({ symbol, bars }) => [symbol, bars.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY]),
  );
  return { parts: [], state, hasMore: page.next !== null, reaches };
}

/** The part of a ticker at the end of its chain; of one that is on no page nothing is known. */
export function partOf(ticker: string, asked: Omit<ListRequest, 'tickers'>, { series, asOf }: Told): Part {
  const calendar = calendarFor(ticker);
  const told = series.get(ticker) ?? NOTHING_TOLD;
  // A server whose clock is behind has not seen the end of what is over by ours, nor can it tell of it.
  const proven = partOver(asked.range, calendar, Math.min(asked.now, asOf));
  const sessionOf = (ts: number): Day => (asked.interval === '1d' ? utcDayOf(ts) : calendar.localDay(ts));
  const isTold = (ts: number): boolean => asOf >= asked.now || sessionOf(ts) < proven.to;
  const bars = keep(told.bars, (i) => isTold(told.bars.ts[i] as number));
  const untold = told.bars.length - bars.length;
  const answer: BarAnswer = {
    ...told,
    bars,
    explained: told.explained.flatMap((one) =>
      intersect([one], [proven]).map((part) => ({ ...one, ...part })),
    ),
    proven,
    wireBasis: 'raw',
    dropped: untold,
    ...(untold > 0 && { unfinished: untold }),
  };
  return { ticker, answer };
}

/** The splits and dividends of a ticker at the end of their chain. */
export function actionsOf(ticker: string, { series }: Told): PartOf<ActionsAnswer> {
  return { ticker, answer: { actions: series.get(ticker)?.actions ?? [] } };
}

/** What the pages of a market said of one session. */
export function marketOf({ interval, session, now }: MarketRequest, told: Told): MarketAnswer {
  const asked = { interval, range: { from: session, to: session + 1 }, now };
  return { parts: [...told.series.keys()].map((ticker) => partOf(ticker, asked, told)), asOf: told.asOf };
}

const NOTHING_TOLD: ToldSeries = {
  ...{ identity: UNKNOWN_IDENTITY, actions: [], explained: [], delistedOn: null },
  ...{ bars: NO_BARS, unusable: [] },
};

/** The list of tickers in an answer. */
export function readTickers(answer: HttpAnswer): readonly string[] {
  return (bodyOf(answer) as { tickers: readonly string[] }).tickers;
}

function refusalIn(answer: HttpAnswer): Spoilt {
  const { error } = parsed(answer) as Partial<WireError>;
  const about = `sample answered ${answer.status}: ${error?.message ?? firstLine(answer.body)}`;
  if (error?.code !== 'unknown-symbol') throw new BackfillError('bad-answer', about);
  const { symbol } = error;
  return {
    spoilt: new BackfillError('unknown-ticker', about),
    without: symbol === undefined ? [] : [symbol],
  };
}

/** An answer's JSON. Throws what its status means, and `bad-answer` (retryable). */
export function bodyOf(answer: HttpAnswer): unknown {
  if (answer.status === 200) return parsed(answer);
  throw errorByStatus(answer, `sample answered ${answer.status}: ${firstLine(answer.body)}`);
}

function parsed(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.body);
  } catch (cause) {
    throw notRead(answer, cause);
  }
}

function notRead({ body }: HttpAnswer, cause: unknown): BackfillError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `sample's answer cannot be read (${why}): ${firstLine(body)}`;
  return new BackfillError('bad-answer', message, { retryable: true, cause });
}

function headOf(series: WireSeries): ToldSeries {
  const { currency, exchange, type, firstTrade, delistedOn, actions, quiet } = series;
  const stated = actions.map((row) => ({ action: { ...row, exDay: parseDay(row.exDay) }, row }));
  return {
    ...NOTHING_TOLD,
    identity: { currency, exchange, type, firstTrade: dayOrNull(firstTrade) },
    actions: checkActions(stated).actions,
    explained: quiet.map(({ from, to, reason }): ExplainedAbsence => {
      return { from: parseDay(from), to: parseDay(to), reason };
    }),
    delistedOn: dayOrNull(delistedOn),
  };
}

function dayOrNull(text: string | null): Day | null {
  return text === null ? null : parseDay(text);
}

function withRows(told: ToldSeries, rows: WireSeries['bars']): ToldSeries {
  const bars = new BarBuilder(rows.length);
  const unusable = [...told.unusable];
  for (const row of rows) {
    const [ts, open, high, low, close, volume, vwap, trades] = row;
    if (isNumber(open) && isNumber(high) && isNumber(low) && isNumber(close) && isNumber(volume))
      bars.push(ts, open, high, low, close, volume, vwap ?? Number.NaN, trades ?? Number.NaN);
    else unusable.push({ ts, reason: 'empty', row });
  }
  return { ...told, bars: concatBars([told.bars, bars.bars()]), unusable };
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number';
}
