import type { Calendar } from '../../core/calendar/calendar.ts';
import { Zone } from '../../core/calendar/zone.ts';
import { type Day, MS_PER_DAY } from '../../core/session/day.ts';
import type { StampedRows } from './stamped-rows.ts';
import { writtenDay } from './stamps.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

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
 * The same in the order of their file. Where clocks are set back an hour comes twice: its stamps are of the later one once
 * the file has been through the earlier.
 */
export function instantsInOrder(rows: StampedRows, zone: string): Float64Array {
  const { bars, offsets } = rows;
  const instants = instantsOf(rows, zone);
  const { length } = instants;
  const isDescending = (instants[0] ?? 0) > (instants.at(-1) ?? 0);
  const isLong = longDays(zone);
  let before = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const at = isDescending ? length - 1 - i : i;
    const [clock, instant] = [bars.ts[at] as number, instants[at] as number];
    if (Number.isNaN(offsets?.[at] ?? Number.NaN) && isLong(writtenDay(clock))) {
      const either = [instant - HOUR_MS, instant, instant + HOUR_MS].filter(
        (one) => zoneNamed(zone).clockAt(one) === clock,
      );
      instants[at] = either.find((one) => one > before) ?? instant;
    }
    before = instants[at] as number;
  }
  return instants;
}

/** Whether a day is longer than others by a zone's clock. Most are asked for many times in a row. */
function longDays(zone: string): (day: Day) => boolean {
  let [last, isLong] = [Number.NaN, false];
  return (day) => {
    if (day !== last) isLong = instantAt(day + 1, 0, zone) - instantAt(day, 0, zone) > MS_PER_DAY;
    last = day;
    return isLong;
  };
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
