import { sessionDateOf } from '../core/bars/partition.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { contains } from '../core/session/ranges.ts';
import type { SeriesState } from '../store/scan.ts';

/** Whether a bar is final that starts at a stamp: its session was settled when it was stored. */
export type IsFinal = (ts: number) => boolean;

/** The same of the bars of a series. */
export function finality({ series, calendar, coverage }: SeriesState): IsFinal {
  const { provisional } = coverage;
  if (provisional.length === 0) return () => true;
  const sessionOf = sessionDateOf(series.interval, calendarById(calendar));
  return (ts) => !contains(provisional, sessionOf(ts));
}
