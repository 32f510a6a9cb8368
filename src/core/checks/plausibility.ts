import type { CorporateAction } from '../bars/bars.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { type Bars, columnsOf } from '../bars/columns.ts';
import type { Day } from '../session/day.ts';
import type { Interval } from '../session/interval.ts';
import { type JoinedBars, joinBars } from '../bars/merge-bars.ts';
import { sessionDateOf } from '../bars/partition.ts';
import { largest, smallest } from '../extremes.ts';

/** What bars of one series are judged by, besides themselves. */
export interface SeriesContext {
  readonly interval: Interval;
  /** Length of the bars in ms, where no interval has it. Default: that of the interval. */
  readonly rowMs?: number;
  readonly calendar: Calendar;
  /** All splits and dividends known of the instrument, in any order. */
  readonly actions: readonly CorporateAction[];
  /** Stored final bars before, after or among the judged ones. They are compared with, never judged. */
  readonly known: Bars;
  /** What the instrument is (`typeOf`). Default: not known, so that its prices are positive. */
  readonly type?: string | null;
}

/** The prices by which one session is compared with others. Of a daily bar `firstClose` is `close`. */
export interface SessionPrices {
  readonly day: Day;
  /** Stamp of the first bar. */
  readonly ts: number;
  readonly open: number;
  /** Close of the first bar. */
  readonly firstClose: number;
  readonly high: number;
  readonly low: number;
  /** Close of the last bar. */
  readonly close: number;
  readonly bars: number;
  /** Whether one of its bars is of the judged ones. */
  readonly given: boolean;
}

/** Sessions as columns: entry i of every column is session i, ascending. */
export type Sessions = {
  readonly [Field in Exclude<keyof SessionPrices, 'given'>]: Float64Array;
} & {
  readonly length: number;
  readonly given: Uint8Array;
};

/** Session i as an object. Written out: spread together, it would cost many times as much. */
export function sessionAt(sessions: Sessions, i: number): SessionPrices | undefined {
  if (i < 0 || i >= sessions.length) return undefined;
  return {
    day: sessions.day[i] as Day,
    ts: sessions.ts[i] as number,
    open: sessions.open[i] as number,
    firstClose: sessions.firstClose[i] as number,
    high: sessions.high[i] as number,
    low: sessions.low[i] as number,
    close: sessions.close[i] as number,
    bars: sessions.bars[i] as number,
    given: sessions.given[i] === 1,
  };
}

/** A price and the session it was paid in. */
export interface DatedPrice {
  readonly day: Day;
  readonly price: number;
}

/** Days between two sessions beyond which they say nothing about each other: prices have had time to go anywhere. */
export const NEIGHBOUR_DAYS = 30;

/** Sessions of the judged bars and of the known ones, ascending. Of one stamp the judged bar counts. */
export function sessionPrices(judged: Bars, context: SeriesContext): Sessions {
  return sessionsOf(joinBars(context.known, judged), context);
}

/** Sessions of known bars and judged ones, which are the newer of the two lists; ascending. */
export function sessionsOf(
  { bars: series, places }: JoinedBars,
  { interval, calendar }: Pick<SeriesContext, 'interval' | 'calendar'>,
): Sessions {
  const sessionOf = sessionDateOf(interval, calendar);
  const days = new Float64Array(series.length);
  const given = new Uint8Array(series.length);
  let length = 0;
  for (let i = 0; i < series.length; i++) {
    days[i] = sessionOf(series.ts[i] as number);
    if (i === 0 || days[i] !== days[i - 1]) length++;
    if ((places[i] as number) >= 0) given[i] = 1;
  }
  if (length < series.length) return sessionsOfBars(series, days, given, length);
  const { ts, open, high, low, close } = series;
  return { length, day: days, ts, open, firstClose: close, high, low, close, bars: days.map(() => 1), given };
}

/** The same of bars of which several are of one session, as `days` tells. */
function sessionsOfBars(series: Bars, days: Float64Array, isGiven: Uint8Array, length: number): Sessions {
  const column = columnsOf(length, 8);
  const [day, ts, open, firstClose] = [column(), column(), column(), column()];
  const [high, low, close, bars] = [column(), column(), column(), column()];
  const given = new Uint8Array(length);
  let at = -1;
  for (let i = 0; i < series.length; i++) {
    if (i === 0 || days[i] !== days[i - 1]) {
      at++;
      day[at] = days[i] as number;
      ts[at] = series.ts[i] as number;
      open[at] = series.open[i] as number;
      firstClose[at] = series.close[i] as number;
      high[at] = series.high[i] as number;
      low[at] = series.low[i] as number;
    }
    high[at] = Math.max(high[at] as number, series.high[i] as number);
    low[at] = Math.min(low[at] as number, series.low[i] as number);
    close[at] = series.close[i] as number;
    bars[at] = (bars[at] as number) + 1;
    if (isGiven[i] === 1) given[at] = 1;
  }
  return { length, day, ts, open, firstClose, high, low, close, bars, given };
}

/**
 * By what factor the price went from one session to a later one, of the readings that the corporate actions between
 * them allow (none, the splits, the splits and dividends) the one nearest to 1: what no action explains.
 */
export function changeOf(from: DatedPrice, to: DatedPrice, actions: readonly CorporateAction[]): number {
  const plain = to.price / from.price;
  if (actions.length === 0 || from.day === to.day) return plain;
  const split = splitRatio(from.day, to.day, actions);
  const expected = [from.price / split, from.price / split - dividends(from.day, to.day, actions)];
  return expected
    .filter((price) => price > 0)
    .map((price) => to.price / price)
    .reduce((best, change) => (sizeOf(change) < sizeOf(best) ? change : best), plain);
}

/** New shares for one old by the splits with an ex-date in `(after, through]`; 1 if there is none. */
export function splitRatio(after: Day, through: Day, actions: readonly CorporateAction[]): number {
  let ratio = 1;
  for (const action of actions) {
    if (action.kind === 'split' && action.exDay > after && action.exDay <= through) ratio *= action.ratio;
  }
  return ratio;
}

/**
 * How far all the given prices of a session stand above (> 1) or below (< 1) the closes of both neighbours: the
 * smallest such factor, or 1 if they do not all stand on one side.
 */
export function standout(
  day: Day,
  prices: readonly number[],
  [before, after]: readonly [SessionPrices, SessionPrices],
  actions: readonly CorporateAction[],
): number {
  const factors = prices.flatMap((price) => [
    changeOf({ day: before.day, price: before.close }, { day, price }, actions),
    1 / changeOf({ day, price }, { day: after.day, price: after.close }, actions),
  ]);
  const least = smallest(factors);
  const most = largest(factors);
  if (least > 1) return least;
  return most < 1 ? most : 1;
}

/** Whether a factor is larger than `bound` or smaller than its inverse. */
export function isBeyond(factor: number, bound: number): boolean {
  return factor > bound || factor < 1 / bound;
}

/** Whether two sessions are near enough in time to be compared. */
export function areNeighbours(a: SessionPrices, b: SessionPrices): boolean {
  return b.day - a.day <= NEIGHBOUR_DAYS;
}

/** Whether the closes of two sessions agree within a factor, corporate actions between them allowed for. */
export function closesAgree(
  a: SessionPrices,
  b: SessionPrices,
  bound: number,
  actions: readonly CorporateAction[],
): boolean {
  return !isBeyond(changeOf({ day: a.day, price: a.close }, { day: b.day, price: b.close }, actions), bound);
}

function dividends(after: Day, through: Day, actions: readonly CorporateAction[]): number {
  let amount = 0;
  for (const action of actions) {
    if (action.kind === 'dividend' && action.exDay > after && action.exDay <= through)
      amount += action.currency === undefined ? action.amount : 0;
  }
  return amount;
}

function sizeOf(factor: number): number {
  return Math.abs(Math.log(factor));
}
