import { barsOf } from '../../../core/bars/bar-builder.ts';
import type { Bar } from '../../../core/bars/bars.ts';
import { NO_BARS } from '../../../core/bars/columns.ts';
import type { Calendar } from '../../../core/calendar/calendar.ts';
import { faultOf as faultOfBar, mostTold, saysTheSame } from '../../../core/checks/checks.ts';
import { closedDay } from '../../../core/checks/closed-days.ts';
import { fillersOnClosedDays } from '../../../core/checks/fillers.ts';
import { offGridOf } from '../../../core/checks/off-grid.ts';
import { type DayRange, formatDay, MS_PER_DAY } from '../../../core/session/day.ts';
import type { Interval } from '../../../core/session/interval.ts';
import { sessionDateOf } from '../../../core/bars/partition.ts';
import type { DamageKind } from '../../damage.ts';

/** Where rows lie: what they are measured by. */
export interface RowPlace {
  readonly interval: Interval;
  readonly calendar: Calendar;
  /** What the instrument is, see `typeOf`; null if that is not known. */
  readonly type: string | null;
  /** Session dates of the partition. */
  readonly period: DayRange;
}

/** A row that cannot stay, and why. */
export interface FaultyRow {
  readonly bar: Bar;
  readonly kind: DamageKind;
  readonly reason: string;
  /** Its stamp in ms if that is in another unit. */
  readonly meant?: number;
}

export interface JudgedRows {
  /** Ascending and unique by `ts`. */
  readonly sound: readonly Bar[];
  readonly faulty: readonly FaultyRow[];
  /** Rows that stand before an earlier one. */
  readonly unsorted: number;
  /** Rows that say again what another one says. */
  readonly repeats: number;
}

/** Stamps in seconds, read as ms, lie in the first weeks of 1970; those in us and ns after 2100. */
const SECONDS_END = Date.UTC(1970, 2, 1);
const LATEST_TS = Date.UTC(2100, 0, 1);
const LATEST_US = LATEST_TS * 1000;

/** Sorts rows and parts those that can stay from those that cannot. Of rows that are alike one stays. */
export function judgeRows(bars: readonly Bar[], place: RowPlace): JudgedRows {
  const sound: Bar[] = [];
  const faulty: FaultyRow[] = [];
  let repeats = 0;
  for (const group of byStamp(bars)) {
    const told = mostTold(group);
    const contradicts = group.some((bar) => bar !== told && !saysTheSame(bar, told));
    if (!contradicts) repeats += group.length - 1;
    for (const bar of contradicts ? group : [told]) {
      const fault = contradicts
        ? { kind: 'duplicates' as const, reason: 'another row has the same stamp and other values' }
        : faultOf(bar, place);
      if (fault === null) sound.push(bar);
      else faulty.push({ bar, ...fault });
    }
  }
  const unsorted = countUnsorted(bars, sound);
  return withoutFillers({ sound, faulty, unsorted, repeats }, place);
}

/** Also takes what a vendor filled in on days after the calendar's facts that it expects closed. */
function withoutFillers(judged: JudgedRows, place: RowPlace): JudgedRows {
  const { sound, faulty } = judged;
  if (place.period.to <= place.calendar.reliable.to) return judged;
  const fillers = fillersOnClosedDays(barsOf(sound), { ...place, known: NO_BARS });
  const taken = sound.flatMap((bar): FaultyRow[] => {
    const reason = fillers.get(bar.ts);
    return reason === undefined ? [] : [{ bar, kind: 'off-calendar', reason }];
  });
  return { ...judged, sound: sound.filter(({ ts }) => !fillers.has(ts)), faulty: [...faulty, ...taken] };
}

/** Rows that can stay and stand before an earlier one; where the others stand says nothing. */
function countUnsorted(bars: readonly Bar[], sound: readonly Bar[]): number {
  const stays = new Set(sound);
  const kept = bars.filter((bar) => stays.has(bar));
  return kept.filter((bar, i) => i > 0 && bar.ts < (kept[i - 1]?.ts ?? bar.ts)).length;
}

type Fault = Omit<FaultyRow, 'bar'>;

function faultOf(bar: Bar, { interval, calendar, period, type }: RowPlace): Fault | null {
  const wrong = wrongUnit(bar.ts, interval);
  if (wrong !== null) {
    const reason = `its stamp ${bar.ts} is in ${wrong.unit}, not in ms`;
    return { kind: 'wrong-magnitude', reason, meant: wrong.meant };
  }
  const wrongValue = faultOfBar(bar, type);
  if (wrongValue !== null) return { kind: 'impossible-values', reason: wrongValue };
  if (!Number.isFinite(bar.fetchedAt))
    return { kind: 'impossible-values', reason: `fetched_at ${bar.fetchedAt} is no time` };
  const day = sessionDateOf(interval, calendar)(bar.ts);
  if (day < period.from || day >= period.to)
    return { kind: 'outside-period', reason: `${formatDay(day)} is in another period` };
  const reason = offCalendar(bar.ts, interval, calendar);
  return reason === null ? null : { kind: 'off-calendar', reason };
}

/**
 * The unit that a stamp is in if not in ms, with the stamp in ms; or null. A daily bar of early 1970 is a whole day, one in
 * seconds is none.
 */
function wrongUnit(ts: number, interval: Interval): { unit: string; meant: number } | null {
  if (ts >= LATEST_US) return { unit: 'ns', meant: Math.floor(ts / 1_000_000) };
  if (ts >= LATEST_TS) return { unit: 'us', meant: Math.floor(ts / 1000) };
  if (ts <= 0 || ts >= SECONDS_END || (interval === '1d' && ts % MS_PER_DAY === 0)) return null;
  return { unit: 's', meant: ts * 1000 };
}

/** Why no bar can start at an instant, or null. Where the calendar is only advice, nothing is off it. */
function offCalendar(ts: number, interval: Interval, calendar: Calendar): string | null {
  const isClosed = closedDay(sessionDateOf(interval, calendar)(ts), calendar) === 'sure';
  return isClosed ? 'the exchange was closed' : offGridOf({ interval, calendar })(ts);
}

function byStamp(bars: readonly Bar[]): [Bar, ...Bar[]][] {
  const groups = new Map<number, [Bar, ...Bar[]]>();
  for (const bar of bars) {
    const group = groups.get(bar.ts);
    if (group) group.push(bar);
    else groups.set(bar.ts, [bar]);
  }
  return [...groups.values()].toSorted(([a], [b]) => a.ts - b.ts);
}
