import type { Calendar } from '../../core/calendar/calendar.ts';
import { Zone } from '../../core/calendar/zone.ts';
import { type Day, MS_PER_DAY } from '../../core/day.ts';
import { type Stamp, writtenDay } from './stamps.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const zones = new Map<string, Zone>();

/** The IANA zone whose clock stamps without an offset show: `said`, else the exchange's, and UTC for currencies. */
export function clockOf(said: string | null, calendar: Calendar): string {
  if (said === null) return calendar.id === '24-5-FX' ? 'UTC' : calendar.zone;
  return said === 'exchange' ? calendar.zone : said;
}

/** The instant of a stamp, ms since the epoch: by its own offset, or by the clock of a zone where it has none. */
export function instantOf(stamp: Stamp, zone: string): number {
  if (stamp.offset !== null) return stamp.clock - stamp.offset;
  return instantByClock(stamp, zone);
}

/**
 * The instants of stamps in the order of their file. Where clocks are set back an hour comes twice: its stamps are of the
 * later one once the file has been through the earlier.
 */
export function instantsOf(stamps: readonly Stamp[], zone: string): number[] {
  const instants = stamps.map((stamp) => instantOf(stamp, zone));
  const isDescending = (instants[0] ?? 0) > (instants.at(-1) ?? 0);
  let before = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < instants.length; i++) {
    const at = isDescending ? instants.length - 1 - i : i;
    const [stamp, instant = 0] = [stamps[at], instants[at]];
    if (stamp?.offset === null && isLongDay(stamp, zone)) {
      const either = [instant - HOUR_MS, instant, instant + HOUR_MS].filter(
        (one) => zoneNamed(zone).clockAt(one) === stamp.clock,
      );
      instants[at] = either.find((one) => one > before) ?? instant;
    }
    before = instants[at] ?? before;
  }
  return instants;
}

/** Whether a day is longer than others by its zone's clock. */
function isLongDay(stamp: Stamp, zone: string): boolean {
  const day = writtenDay(stamp);
  return instantAt(day + 1, 0, zone) - instantAt(day, 0, zone) > MS_PER_DAY;
}

/** The instant of what a stamp shows by the clock of a zone, whatever offset it has. */
export function instantByClock(stamp: Stamp, zone: string): number {
  return instantAt(writtenDay(stamp), minutesOf(stamp), zone);
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

function minutesOf({ clock }: Stamp): number {
  return (((clock % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY) / MINUTE_MS;
}

function zoneNamed(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) zones.set(name, (zone = new Zone(name)));
  return zone;
}
