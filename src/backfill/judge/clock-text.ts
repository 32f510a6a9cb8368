import { COMMON_ZONES, FIXED_ZONES } from '../../core/calendar/common-zones.ts';
import { Zone } from '../../core/calendar/zone.ts';
import type { OtherTimes } from '../../core/checks/other-times.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { MS_PER_DAY } from '../../core/session/day.ts';
import type { StampsRead } from '../../providers/provider.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A clock fits that has nearly all bars where they are stored: of the others some come twice when it is set back. */
const NEARLY_ALL = 0.9;

/** How far away bars are stored, the commonest distance first: `4 hours later and 5 hours later`, `one session earlier`. */
export function distancesText(moves: readonly number[], interval: Interval): string {
  const counts = new Map<number, number>();
  for (const by of moves) if (by !== 0) counts.set(by, (counts.get(by) ?? 0) + 1);
  const commonest = [...counts].toSorted(([, a], [, b]) => b - a);
  return commonest.map(([by]) => distanceText(by, interval)).join(' and ');
}

function distanceText(by: number, interval: Interval): string {
  const far = Math.abs(by);
  const where = by > 0 ? 'later' : 'earlier';
  if (interval === '1d') return `${counted(far, 'session')} ${where}`;
  return `${far % HOUR_MS === 0 ? counted(far / HOUR_MS, 'hour') : counted(far / MINUTE_MS, 'minute')} ${where}`;
}

function counted(many: number, what: string): string {
  return many === 1 ? `one ${what}` : `${many} ${what}s`;
}

/** What must have happened to bars that are stored at other times, and what to do: an end of a sentence. */
export function byOtherClock(found: OtherTimes, interval: Interval, read: StampsRead | undefined): string {
  if (interval === '1d') return 'its dates are shifted, or were';
  const isRead = 'its times are read by another clock than before';
  if (read === undefined) return isRead;
  const { options } = read;
  const ways = waysThatFit(found, interval, read);
  if (ways.length > 0) return `${isRead}: give ${ways.join(' or ')}`;
  return options.zone === null
    ? `${isRead}: correct their offset`
    : `${isRead}: give theirs with ${options.zone}`;
}

/** The options that would have the bars where they are stored, the likeliest first. */
function waysThatFit(found: OtherTimes, interval: Interval, read: StampsRead): string[] {
  const { options, are } = read;
  const other = are === 'start' ? 'end' : 'start';
  const otherEnd = `${options.are} ${other}`;
  const zones = options.zone === null ? [] : zonesThatFit(found, interval, read, are);
  const ways = zones.map((zone) => `${options.zone} ${zone}`);
  if (fits(found, interval, read, { zone: read.zone, are: other })) ways.push(otherEnd);
  if (ways.length > 0 || options.zone === null) return ways;
  return zonesThatFit(found, interval, read, other).map((zone) => `${options.zone} ${zone} ${otherEnd}`);
}

/** Of the zones whose clocks explain it, one whose clock may be changed and one whose clock never is; UTC alone. */
function zonesThatFit(
  found: OtherTimes,
  interval: Interval,
  read: StampsRead,
  are: StampsRead['are'],
): string[] {
  const first = (zones: readonly string[]): string[] => {
    const fitting = zones.find((zone) => zone !== read.zone && fits(found, interval, read, { zone, are }));
    return fitting === undefined ? [] : [fitting];
  };
  const zones = first(COMMON_ZONES);
  return zones[0] === 'UTC' ? zones : [...zones, ...first(FIXED_ZONES)];
}

/** Whether bars would be where they are stored, read by a clock for an end of each. */
function fits(
  { moves, stamps }: OtherTimes,
  interval: Interval,
  read: Pick<StampsRead, 'zone' | 'are'>,
  by: Pick<StampsRead, 'zone' | 'are'>,
): boolean {
  const lengthMs = intervalMs(interval);
  const [readBy, zone] = [new Zone(read.zone), new Zone(by.zone)];
  const early = (are: StampsRead['are']): number => (are === 'end' ? lengthMs : 0);
  const fitting = stamps.filter((ts, i) => {
    const shown = readBy.clockAt(ts + early(read.are));
    const day = Math.floor(shown / MS_PER_DAY);
    const start = zone.instantOf(day, (shown - day * MS_PER_DAY) / MINUTE_MS) - early(by.are);
    return start === ts + (moves[i] as number);
  });
  return fitting.length >= stamps.length * NEARLY_ALL;
}
