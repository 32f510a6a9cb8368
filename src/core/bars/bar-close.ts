import type { Calendar, Session } from '../calendar/calendar.ts';
import { type Day, MS_PER_DAY, utcDayOf } from '../session/day.ts';
import { type Interval, intervalMs } from '../session/interval.ts';
import type { Bars } from './columns.ts';
import { barEnd, isTradingTime } from './session-grid.ts';

/** Gives, of the bars of one series, when each was known, ms since the epoch. */
export type CloseTimes = (bars: Pick<Bars, 'length' | 'ts'>) => Float64Array;

/**
 * When the bars of a series are known, which is when they close, ms since the epoch, ascending. A daily bar closes with its
 * session, early closes included; any other when its stretch ends, which the lunch break and the close cut short. What lies
 * outside the hours closes after its whole length, and a daily bar of a day that is no session when the session before it would
 * have. None closes before the one that it follows.
 */
export function closeTimes(interval: Interval, calendar: Calendar): CloseTimes {
  const closeOf = interval === '1d' ? dailyCloses(calendar) : intradayCloses(intervalMs(interval), calendar);
  return ({ ts, length }) => {
    const closes = new Float64Array(length);
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < length; i++) closes[i] = last = Math.max(last, closeOf(ts[i] as number));
    return closes;
  };
}

/** Most series of a calendar have bars of the same days. */
function dailyCloses(calendar: Calendar): (ts: number) => number {
  const closes = new Map<Day, number>();
  return (ts) => {
    const day = utcDayOf(ts);
    let close = closes.get(day);
    if (close === undefined) closes.set(day, (close = closeOn(day, calendar)));
    return close;
  };
}

function closeOn(day: Day, calendar: Calendar): number {
  const session = calendar.sessionOnOrBefore(day);
  return calendar.session(session).close + (day - session) * MS_PER_DAY;
}

/** Bars of one session follow each other. */
function intradayCloses(lengthMs: number, calendar: Calendar): (ts: number) => number {
  let session: Session | undefined;
  return (ts) => {
    if (session === undefined || ts < session.open || ts >= session.close) {
      const day = calendar.sessionAt(ts);
      if (day === undefined) return ts + lengthMs;
      session = calendar.session(day);
    }
    return isTradingTime(session, ts) ? barEnd(session, ts, lengthMs) : ts + lengthMs;
  };
}
