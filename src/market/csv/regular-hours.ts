import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import { CALENDAR_ZONES } from '../../core/calendar/calendars.ts';
import { roomOf } from '../../core/calendar/session-room.ts';
import { type Bars, keep } from '../../core/bars/columns.ts';
import type { Day } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { barStart, isTradingTime } from '../session-grid.ts';
import { instantByClock, instantsOf } from './clock.ts';
import { malformed } from './records.ts';
import type { StampedRows } from './stamped-rows.ts';
import { writtenDay } from './stamps.ts';

/** Days before and after the middle of a file, and how much of their slots a clock must fill to be tried on all. */
const PROBE_DAYS = 2;
const LEAST_PROBE = 0.7;

/** How well the instants of rows agree with an exchange's hours. */
interface Fit {
  /** The part of the regular slots, of the sessions that the rows touch, that have a row. */
  readonly filled: number;
  /** The part of the rows that lie in regular hours. */
  readonly inside: number;
  /** The part of the volume that was traded in regular hours; 1 where there is none. */
  readonly volume: number;
}

/**
 * Refuses intraday rows that another clock would explain: one that fills the regular slots of the exchange where the clock
 * that they are read by does not. Extended hours are no reason, unless most of the volume would lie there. `clock` is the
 * zone they were read by. Throws `usage`, and says what would fit.
 */
export function assertRegularHours(
  path: string,
  rows: StampedRows,
  clock: string,
  interval: Interval,
  calendar: Calendar,
): void {
  if (calendar.advisory || calendar.kind !== 'exchange') return;
  const asRead = fitOf(rows.bars.volume, instantsOf(rows, clock), interval, calendar);
  if (asRead.filled >= 0.95 && asRead.volume >= 0.5) return;
  const probe = middleDays(rows);
  const fitBy = (zone: string, { ts, volume }: Bars): Fit => {
    const instants = ts.map((written) => instantByClock(written, zone));
    return fitOf(volume, instants, interval, calendar);
  };
  for (const zone of new Set([calendar.zone, 'UTC', ...CALENDAR_ZONES.map(([, one]) => one)])) {
    if (fitBy(zone, probe).filled < LEAST_PROBE) continue;
    const fit = fitBy(zone, rows.bars);
    if (!isBetter(fit, asRead)) continue;
    const seen = `its times fill ${percent(asRead)} of the regular hours of ${calendar.id} as they are read, and ${percent(fit)} by the clock of ${zone}`;
    const way = Number.isNaN(rows.offsets?.[0] ?? Number.NaN)
      ? `give --csv-zone ${zone}, or write an offset with each`
      : 'correct their offset, or leave it out and give --csv-zone';
    throw malformed(path, null, `${seen}: ${way}`);
  }
}

/** The rows of some days in the middle of a file, which tell soon what clock is none of it. */
function middleDays({ bars }: StampedRows): Bars {
  const day = writtenDay(bars.ts[bars.length >> 1] ?? 0);
  return keep(bars, (i) => Math.abs(writtenDay(bars.ts[i] as number) - day) <= PROBE_DAYS);
}

/** Whether a reading explains the rows and the one as they are does not. */
function isBetter(other: Fit, asRead: Fit): boolean {
  if (other.filled < 0.9) return false;
  if (asRead.filled < 0.6) return true;
  // Extended hours reach over the regular ones by any clock; the volume does not.
  if (asRead.volume < 0.5 && other.volume >= 0.8) return true;
  // A clock one hour off fills most slots too; but only the right one has every row in one.
  return asRead.filled < 0.95 && other.filled >= 0.98 && other.inside >= 0.99;
}

/** `volumes`: of the bars that start at the instants; NaN where it is not known. */
function fitOf(volumes: Float64Array, instants: Float64Array, interval: Interval, calendar: Calendar): Fit {
  const length = intervalMs(interval);
  const sessions = new Map<Day, Session | null>();
  const filled = new Set<number>();
  let [slots, inside, volume, volumeInside] = [0, 0, 0, 0];
  for (const [i, instant] of instants.entries()) {
    const day = calendar.localDay(instant);
    let session = sessions.get(day);
    if (session === undefined) {
      session = calendar.isSession(day) ? calendar.session(day) : null;
      // Hours that are only advice refuse no file.
      if (session?.reliable === false) session = null;
      sessions.set(day, session);
      if (session !== null) slots += roomOf(session, interval);
    }
    const traded = volumes[i] || 0;
    volume += traded;
    if (session === null || !isTradingTime(session, instant)) continue;
    inside++;
    volumeInside += traded;
    if (barStart(session, instant, length) === instant) filled.add(instant);
  }
  return {
    filled: filled.size / Math.max(1, slots),
    inside: inside / Math.max(1, instants.length),
    volume: volume === 0 ? 1 : volumeInside / volume,
  };
}

function percent({ filled }: Fit): string {
  return `${Math.round(100 * filled)} %`;
}
