import { calendarById } from '../../../core/calendar/calendars.ts';
import { Zone } from '../../../core/calendar/zone.ts';
import { startOfDay } from '../../../core/session/day.ts';
import type { Interval } from '../../../core/session/interval.ts';
import type { Scan } from '../../scan.ts';

/** A stretch of time whose bars of a series were stored before they were final. */
export interface Unsettled {
  readonly interval: Interval;
  readonly ticker: string;
  /** ms since the epoch, `[from, to)`. */
  readonly from: number;
  readonly to: number;
}

/** What is not final yet in a store, as stretches of the bars' own stamps: `ts` says whether a bar lies in one. */
export function unsettledIn({ series }: Scan): Unsettled[] {
  const zones = new Map<string, Zone>();
  return [...series.values()].flatMap(({ series: { interval, ticker }, calendar, coverage }) =>
    coverage.provisional.map(({ from, to }) => {
      if (interval === '1d') return { interval, ticker, from: startOfDay(from), to: startOfDay(to) };
      const { zone: name } = calendarById(calendar);
      const zone = zones.get(name) ?? new Zone(name);
      zones.set(name, zone);
      return { interval, ticker, from: zone.instantOf(from, 0), to: zone.instantOf(to, 0) };
    }),
  );
}
