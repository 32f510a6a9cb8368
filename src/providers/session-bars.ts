import { BarBuilder } from '../core/bars/bar-builder.ts';
import { type Bars, barAt, keep } from '../core/bars/columns.ts';
import { type Day, type DayRange, startOfDay, utcDayOf } from '../core/session/day.ts';
import { intervalMs } from '../core/session/interval.ts';
import { contains } from '../core/session/ranges.ts';
import { barEnd, isTradingTime, mayStartBar } from '../core/bars/session-grid.ts';
import { type Joining, joinRows } from './joined-rows.ts';
import { missingPrices } from './missing-prices.ts';
import type { BarAnswer, UnusableRow } from './provider.ts';

/** What rows are read by. */
export interface RowsAsked extends Joining {
  /** Session dates wanted, `[from, to)`. */
  readonly range: DayRange;
  /** How far the rows go, ms since the epoch. */
  readonly until: number;
}

type BarRows = Pick<
  BarAnswer,
  'bars' | 'unusable' | 'partial' | 'dropped' | 'offGrid' | 'offGridOn' | 'unfinished' | 'straysOn'
>;

/** Rows as bars of sessions on our grid. Those of extended hours are left out. */
export function barsOfSessions(rows: Bars, asked: RowsAsked): BarRows {
  const { interval, rowMs } = asked;
  if (rowMs < intervalMs(interval)) return joined(rows, asked);
  return interval === '1d' ? daily(rows, asked) : intraday(rows, asked);
}

/**
 * A day is stamped with its midnight on the exchange's clock, which of currencies is UTC: their bars of a day are those of the UTC
 * date, though a session is one of London.
 */
function daily(rows: Bars, asked: RowsAsked): BarRows {
  const { calendar } = asked;
  return kept(
    rows,
    (ts) => {
      const day = calendar.kind === 'currencies' ? utcDayOf(ts) : calendar.localDay(ts);
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

/** Hours of the clock are none of a session that opens at 09:30, nor days of another zone: bars are joined of shorter rows. */
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
  const straysOn: Day[] = [];
  let [dropped, unfinished] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    const { day, ts, is } = placeOf(rows.ts[i] as number);
    const at = (column: Float64Array): number => column[i] as number;
    const fault = missingPrices(at(open), at(high), at(low), at(close));
    if (is === 'bar' && fault === null)
      bars.push(ts, at(open), at(high), at(low), at(close), at(volume), vwap?.[i], trades?.[i]);
    // A row without a price of a session that is not final says nothing yet.
    else if (is === 'bar' && fault !== null && day <= settled)
      unusable.push({ ts, reason: fault, row: barAt(rows, i) });
    else dropped++;
    if (is === 'unfinished' || (is === 'bar' && fault !== null && day > settled)) unfinished++;
    if (is === 'off-grid') offGridOn.push(day);
    if (is === 'extended') straysOn.push(day);
  }
  const strays = { offGrid: offGridOn.length, offGridOn, straysOn };
  return { bars: bars.bars(), unusable, dropped, ...strays, unfinished };
}
