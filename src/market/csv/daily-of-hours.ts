import { BarBuilder, barsOf, rowsOf } from '../../core/bars/bar-builder.ts';
import type { Ohlcv } from '../../core/bars/bars.ts';
import { NO_BARS } from '../../core/bars/columns.ts';
import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { checkBars } from '../../core/checks/checks.ts';
import { rejectIdle } from '../../core/checks/idle-bars.ts';
import type { SeriesContext } from '../../core/checks/plausibility.ts';
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
  const outside: Day[] = [];
  const whole: [Day, (Ohlcv & MarketRow)[]][] = [];
  for (const [day, ofDay] of byDay) {
    const session = calendar.isSession(day) ? calendar.session(day) : undefined;
    const regular = session === undefined ? [] : regularHours(ofDay, session);
    for (let left = ofDay.length - regular.length; left > 0; left--) outside.push(day);
    const own = session === undefined ? undefined : wholeSession(regular, session);
    if (own !== undefined) whole.push([day, own]);
  }
  const idle = idleHours(whole, calendar);
  const daily = new BarBuilder(whole.length);
  const faults = new Map<number, string>();
  for (const [day, own] of whole) {
    const { hours: sound, fault } = checked(own, calendar, idle);
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

/** Why hours in which nobody traded are none, by their stamps: it takes many sessions to tell what is usual. */
function idleHours(
  whole: readonly (readonly [Day, readonly (Ohlcv & MarketRow)[]])[],
  calendar: Calendar,
): ReadonlyMap<number, string> {
  const hours = whole.flatMap(([, own]) => own);
  const { accepted } = checkBars(barsOf(hours));
  const { rejected } = rejectIdle({ accepted, rejected: [] }, contextOf(calendar));
  return new Map(rejected.map(({ bar: { ts }, reason }) => [ts, reason]));
}

function contextOf(calendar: Calendar): SeriesContext {
  return { interval: '1h', calendar, actions: [], known: NO_BARS };
}

/** Hours that are joined, or why their bar is said to be wrong. */
interface Checked {
  readonly hours: readonly Ohlcv[];
  readonly fault?: string;
}

/** The hours of one session, each once, and what is wrong with the first that cannot be. */
function checked(
  own: readonly (Ohlcv & MarketRow)[],
  calendar: Calendar,
  idle: ReadonlyMap<number, string>,
): Checked {
  const wrong = (ts: number, reason: string): Checked => ({
    hours: own,
    fault: `its hour of ${new Date(ts).toISOString().slice(11, 16)}Z: ${reason}`,
  });
  for (const { ts, fault } of own) if (fault !== undefined) return wrong(ts, fault);
  const { accepted, rejected } = soundRows(barsOf(own), contextOf(calendar));
  for (const { bar, reason } of rejected) return wrong(bar.ts, reason);
  for (const { ts } of own) if (idle.has(ts)) return wrong(ts, idle.get(ts) as string);
  return { hours: rowsOf(accepted) };
}
