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

/**
 * Daily bars of bars of a clock hour, ascending: of each session the hours that hold some of its time, the first one from
 * the open and the last one to the close. A session without its first or its last hour gives none: its open or its
 * close would be wrong. One with an hour that cannot be read, or that no check of bars would let pass, gives a row that is
 * said to be wrong; an hour that comes twice counts once.
 */
export function dailyOfHours(hours: FileBars, calendar: Calendar): FileBars {
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
  for (const [day, ofDay] of byDay) {
    const own = calendar.isSession(day) ? hoursOf(ofDay, calendar.session(day)) : undefined;
    if (own === undefined) continue;
    const { hours: sound, fault } = checked(own, calendar);
    const bar = asOneBar(sound, startOfDay(day));
    if (bar === undefined) continue;
    if (fault !== undefined) faults.set(daily.length, fault);
    daily.pushRow(bar);
  }
  return { bars: daily.bars(), faults };
}

/** The hours of a session; undefined where they do not tell its open and its close. */
function hoursOf(ofDay: readonly MarketRow[], { open, close }: Session): (Ohlcv & MarketRow)[] | undefined {
  const regular = ofDay.filter(({ ts }) => ts + HOUR_MS > open && ts < close);
  const [first, last] = [regular[0], regular.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (first.ts > open || last.ts + HOUR_MS < close) return undefined;
  return regular.every(isComplete) ? regular : undefined;
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
