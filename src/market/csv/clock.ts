import type { Calendar } from '../../core/calendar/calendar.ts';
import { Zone } from '../../core/calendar/zone.ts';
import { type Day, MS_PER_DAY } from '../../core/session/day.ts';
import type { StampedRows } from './stamped-rows.ts';
import { writtenDay } from './stamps.ts';

const MINUTE_MS = 60_000;

const zones = new Map<string, Zone>();

/** The IANA zone whose clock stamps without an offset show: `said`, else the exchange's, and UTC for currencies. */
export function clockOf(said: string | null, calendar: Calendar): string {
  if (said === null) return calendar.kind === 'currencies' ? 'UTC' : calendar.zone;
  return said === 'exchange' ? calendar.zone : said;
}

/** The instants of rows, ms since the epoch: by their own offsets, or by the clock of a zone where they have none. */
export function instantsOf({ bars: { ts: clocks }, offsets }: StampedRows, zone: string): Float64Array {
  return clocks.map((clock, i) => {
    const offset = offsets?.[i] ?? Number.NaN;
    return Number.isNaN(offset) ? instantByClock(clock, zone) : clock - offset;
  });
}

/**
 * The instants, ascending, at which the clock of a zone shows what a stamp without an offset does, ms since the epoch: two where
 * it is set back, none where it is set forward.
 */
export function instantsShowing(clock: number, zone: string): readonly number[] {
  return zoneNamed(zone).instantsShowing(clock);
}

/** The instant at which the clock of a zone shows what a stamp does, whatever offset that has. */
function instantByClock(clock: number, zone: string): number {
  return instantAt(writtenDay(clock), minutesOf(clock), zone);
}

/** The instant at which the clock of a zone shows so many minutes after the midnight that starts `day`. */
export function instantAt(day: Day, minutes: number, zone: string): number {
  return zoneNamed(zone).instantOf(day, minutes);
}

/** Minutes after the midnight of a zone's day at an instant. */
export function minutesOfDay(instant: number, zone: string): number {
  const local = zoneNamed(zone);
  return (instant - local.instantOf(local.localDay(instant), 0)) / MINUTE_MS;
}

function minutesOf(clock: number): number {
  return (((clock % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY) / MINUTE_MS;
}

function zoneNamed(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) zones.set(name, (zone = new Zone(name)));
  return zone;
}
