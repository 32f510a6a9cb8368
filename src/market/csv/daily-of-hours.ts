import { BarBuilder, barsOf, rowsOf } from '../../core/bars/bar-builder.ts';
import type { Ohlcv } from '../../core/bars/bars.ts';
import { NO_BARS } from '../../core/bars/columns.ts';
import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { soundRows } from '../../core/checks/sound-bars.ts';
import { type Day, startOfDay } from '../../core/session/day.ts';
import { isComplete, type MarketRow } from '../market.ts';
import { asOneBar } from '../../core/bars/session-grid.ts';
import { type FileBars, marketRowAt } from './file-bars.ts';

const HOUR_MS = 3_600_000;

/** Daily bars that were made of hours. */
export interface DailyOfHours extends FileBars {
  /** The days of the hours that hold no time of a session, one an hour, ascending. */
  readonly outside: readonly Day[];
}

/**
 * Daily bars of bars of a clock hour, ascending: of each session the hours that hold some of its time, the first one from
 * the open and the last one to the close. A session without its first or its last hour gives none: its open or its
 * close would be wrong. One with an hour that cannot be read, or that no check of bars would let pass, gives a row that is
 * said to be wrong; an hour that comes twice counts once.
 */
export function dailyOfHours(hours: FileBars, calendar: Calendar): DailyOfHours {
  const byDay = new Map<Day, MarketRow[]>();
  for (let i = 0; i < hours.bars.length; i++) {
    const hour = marketRowAt(hours, i);
    const day = calendar.localDay(hour.ts);
    const others = byDay.get(day);
    if (others === undefined) byDay.set(day, [hour]);
    else others.push(hour);
  }
  const daily = new BarBuilder(byDay.size);
  const faults = new Map<number, string>();
  const outside: Day[] = [];
  for (const [day, ofDay] of byDay) {
    const session = calendar.isSession(day) ? calendar.session(day) : undefined;
    const regular = session === undefined ? [] : regularHours(ofDay, session);
    for (let left = ofDay.length - regular.length; left > 0; left--) outside.push(day);
    const own = session === undefined ? undefined : wholeSession(regular, session);
    if (own === undefined) continue;
    const { hours: sound, fault } = checked(own, calendar);
    const bar = asOneBar(sound, startOfDay(day));
    if (bar === undefined) continue;
    if (fault !== undefined) faults.set(daily.length, fault);
    daily.pushRow(bar);
  }
  return { bars: daily.bars(), faults, outside };
}

/** The hours of a day that hold some time of its session. */
function regularHours(ofDay: readonly MarketRow[], { open, close }: Session): readonly MarketRow[] {
  return ofDay.filter(({ ts }) => ts + HOUR_MS > open && ts < close);
}

/** The hours of a session; undefined where they do not tell its open and its close. */
function wholeSession(
  regular: readonly MarketRow[],
  { open, close }: Session,
): (Ohlcv & MarketRow)[] | undefined {
  const [first, last] = [regular[0], regular.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (first.ts > open || last.ts + HOUR_MS < close) return undefined;
  return regular.every(isComplete) ? [...regular] : undefined;
}

/** The hours of one session, each once, and what is wrong with the first that cannot be. */
function checked(
  own: readonly (Ohlcv & MarketRow)[],
  calendar: Calendar,
): { readonly hours: readonly Ohlcv[]; readonly fault?: string } {
  const context = { interval: '1h', calendar, actions: [], known: NO_BARS } as const;
  const { accepted, rejected } = soundRows(barsOf(own), context);
  const unread = own.find(({ fault }) => fault !== undefined);
  const [wrong] = rejected;
  const [ts, reason] = unread === undefined ? [wrong?.bar.ts, wrong?.reason] : [unread.ts, unread.fault];
  if (ts === undefined) return { hours: rowsOf(accepted) };
  return { hours: own, fault: `its hour of ${new Date(ts).toISOString().slice(11, 16)}Z: ${reason}` };
}
