import { BarBuilder } from '../../core/bars/bar-builder.ts';
import { type Bars, barAt, keep } from '../../core/bars/columns.ts';
import { BackfillError } from '../../core/errors.ts';
import { type Day, type DayRange, startOfDay, utcDayOf } from '../../core/session/day.ts';
import { intervalMs } from '../../core/session/interval.ts';
import { contains } from '../../core/session/ranges.ts';
import { shown } from '../../core/shown.ts';
import { barEnd, isTradingTime, mayStartBar } from '../../market/session-grid.ts';
import { type Joining, joinRows } from '../joined-rows.ts';
import type { BarAnswer, UnusableRow } from '../provider.ts';

/** A page of bars: rows by symbol, stamped as Alpaca does, NaN for what has no value; the token of the next page. */
export interface BarsPage {
  readonly rows: ReadonlyMap<string, Bars>;
  readonly next: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The page in a body. `symbols`: those asked for, of which some may come on another page, or never. Throws `bad-answer`
 * (retryable) for what is none, or of other symbols.
 */
export function readBarsPage(body: string, symbols: readonly string[]): BarsPage {
  const page = pageIn(body, 'bars');
  // The endpoint of one symbol answers with a list.
  const lists: Fields = Array.isArray(page.list) ? { [symbols[0] ?? '']: page.list } : fieldsOf(page.list);
  if (Array.isArray(page.list) && symbols.length !== 1)
    refuse('it does not say of which symbols its bars are');
  const rows = Object.entries(lists).map(([symbol, list]): [string, Bars] => {
    if (!symbols.includes(symbol)) refuse(`it is of ${symbol}, which was not asked for`);
    return [symbol, barsIn(list, symbol)];
  });
  return { rows: new Map(rows), next: page.next };
}

/** The list of a page by its name, and what follows. */
export function pageIn(body: string, name: string): { readonly list: unknown; readonly next: string | null } {
  const page = fieldsOf(parsed(body));
  if (!(name in page)) refuse(`it has no ${name}`);
  const { [name]: list, next_page_token: next = null } = page;
  if (list !== null && typeof list !== 'object') refuse(`its ${name} are ${shown(list)}`);
  if (next !== null && typeof next !== 'string') refuse(`its next_page_token is ${shown(next)}`);
  return { list, next: next === '' ? null : next };
}

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    return refuse(`it does not parse (${error instanceof Error ? error.message : String(error)})`);
  }
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Throws that an answer cannot be read. */
export function refuse(what: string): never {
  throw new BackfillError('bad-answer', `alpaca's answer cannot be read: ${what}`, { retryable: true });
}

function barsIn(list: unknown, symbol: string): Bars {
  if (!Array.isArray(list)) return refuse(`its bars of ${symbol} are ${shown(list)}`);
  const bars = new BarBuilder(list.length);
  for (const row of list as readonly unknown[]) {
    const { t, o, h, l, c, v, n, vw } = fieldsOf(row);
    const ts = typeof t === 'string' ? Date.parse(t) : Number.NaN;
    if (Number.isNaN(ts)) refuse(`a bar of ${symbol} has the time ${shown(t)}`);
    const value = (one: unknown): number =>
      typeof one === 'number'
        ? one
        : isNone(one)
          ? Number.NaN
          : refuse(`a bar of ${symbol} has the value ${shown(one)}`);
    bars.push(ts, value(o), value(h), value(l), value(c), value(v), value(vw), value(n));
  }
  return bars.bars();
}

function isNone(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** What rows are read by. */
export interface RowsAsked extends Joining {
  /** Session dates wanted, `[from, to)`. */
  readonly range: DayRange;
  /** How far the rows go, ms since the epoch. */
  readonly until: number;
}

type BarRows = Pick<
  BarAnswer,
  'bars' | 'unusable' | 'partial' | 'dropped' | 'offGrid' | 'offGridOn' | 'unfinished'
>;

/** Rows as bars of sessions on our grid. Those of extended hours are left out. */
export function barsOfSessions(rows: Bars, asked: RowsAsked): BarRows {
  const { interval, rowMs } = asked;
  if (rowMs < intervalMs(interval)) return joined(rows, asked);
  return interval === '1d' ? daily(rows, asked) : intraday(rows, asked);
}

/** Alpaca stamps a day of shares with midnight in New York. */
function daily(rows: Bars, asked: RowsAsked): BarRows {
  const { calendar } = asked;
  return kept(
    rows,
    (ts) => {
      const day = calendar.localDay(ts);
      return { day, ts: startOfDay(day), is: isWanted(day, asked) ? 'bar' : 'unfinished' };
    },
    asked,
  );
}

function intraday(rows: Bars, asked: RowsAsked): BarRows {
  const { calendar, rowMs, until, settled } = asked;
  return kept(
    rows,
    (ts) => {
      const day = calendar.localDay(ts);
      const session = calendar.isSession(day) ? calendar.session(day) : undefined;
      if (session === undefined || (session.reliable && !isTradingTime(session, ts)))
        return { day, ts, is: 'extended' };
      if (!mayStartBar(session, ts, rowMs)) return { day, ts, is: 'off-grid' };
      return { day, ts, is: day <= settled || barEnd(session, ts, rowMs) <= until ? 'bar' : 'unfinished' };
    },
    asked,
  );
}

/**
 * Alpaca's hours of shares begin on the clock hour, ours at the open: they are joined of half hours. A day of crypto begins at
 * midnight UTC: it is joined of its hours.
 */
function joined(rows: Bars, asked: RowsAsked): BarRows {
  const { calendar, interval, until, settled } = asked;
  const own = intraday(rows, { ...asked, until: Number.POSITIVE_INFINITY });
  const { bars, unusable, partial } = joinRows(own.bars, asked);
  const isOver = (ts: number): boolean => {
    if (interval === '1d') return isWanted(utcDayOf(ts), asked);
    const day = calendar.localDay(ts);
    return day <= settled || barEnd(calendar.session(day), ts, intervalMs(interval)) <= until;
  };
  const over = keep(bars, (i) => isOver(bars.ts[i] as number));
  const unfinished = bars.length - over.length;
  return {
    ...own,
    ...{ bars: over, partial, unusable: [...own.unusable, ...unusable] },
    ...{ dropped: own.dropped + unfinished, unfinished },
  };
}

/** Of a session that is not final the bar as far as trading got, where it was asked for. */
function isWanted(day: Day, { calendar, settled, range }: RowsAsked): boolean {
  return day <= settled || (calendar.isSession(day) && contains([range], day));
}

/** What a row is, and where it belongs. */
interface Place {
  readonly day: Day;
  readonly ts: number;
  readonly is: 'bar' | 'extended' | 'off-grid' | 'unfinished';
}

function kept(rows: Bars, placeOf: (ts: number) => Place, { settled }: RowsAsked): BarRows {
  const { open, high, low, close, volume, vwap, trades } = rows;
  const bars = new BarBuilder(rows.length);
  const unusable: UnusableRow[] = [];
  const offGridOn: Day[] = [];
  let [dropped, unfinished] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    const { day, ts, is } = placeOf(rows.ts[i] as number);
    const isEmpty = [open, high, low, close].some((column) => Number.isNaN(column[i]));
    const at = (column: Float64Array): number => column[i] as number;
    if (is === 'bar' && !isEmpty)
      bars.push(ts, at(open), at(high), at(low), at(close), at(volume), vwap?.[i], trades?.[i]);
    // An empty row of a session that is not final says nothing yet.
    else if (is === 'bar' && day <= settled) unusable.push({ ts, reason: 'empty', row: barAt(rows, i) });
    else dropped++;
    if (is === 'unfinished' || (is === 'bar' && isEmpty && day > settled)) unfinished++;
    if (is === 'off-grid') offGridOn.push(day);
  }
  return { bars: bars.bars(), unusable, dropped, offGrid: offGridOn.length, offGridOn, unfinished };
}
