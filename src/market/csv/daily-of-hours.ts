import { BarBuilder } from '../../core/bars/bar-builder.ts';
import type { Ohlcv } from '../../core/bars/bars.ts';
import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { type Day, startOfDay } from '../../core/session/day.ts';
import { isComplete, type MarketRow } from '../market.ts';
import { asOneBar } from '../session-grid.ts';
import { type FileBars, marketRowAt } from './file-bars.ts';

const HOUR_MS = 3_600_000;

/**
 * Daily bars of bars of a clock hour, ascending: of each session the hours that hold some of its time, the first one from
 * the open and the last one to the close. A session without its first or its last hour gives none: its open or its
 * close would be wrong.
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
  for (const [day, ofDay] of byDay) {
    const bar = calendar.isSession(day) ? dailyBar(ofDay, calendar.session(day)) : undefined;
    if (bar !== undefined) daily.pushRow(bar);
  }
  return { bars: daily.bars(), faults: new Map() };
}

function dailyBar(ofDay: readonly MarketRow[], { day, open, close }: Session): Ohlcv | undefined {
  const regular = ofDay.filter(({ ts }) => ts + HOUR_MS > open && ts < close);
  const [first, last] = [regular[0], regular.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (first.ts > open || last.ts + HOUR_MS < close || !regular.every(isComplete)) return undefined;
  return asOneBar(regular, startOfDay(day));
}
