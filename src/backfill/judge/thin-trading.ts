import type { Calendar } from '../../core/calendar/calendar.ts';
import { unitsOfADollar } from '../../core/currency.ts';
import type { Day } from '../../core/session/day.ts';
import { type LackingRun, type Row, lackingRuns, rowsOf, runLengths } from './idle-sessions.ts';
import type { CheckedAnswer } from './checked-answer.ts';
import { largest, smallest } from '../../core/extremes.ts';

/** Traded value a session, in US dollars by the order of magnitude, from which on no session passes without a trade. */
const THIN_VALUE = 250_000;

/** Sessions on either side that the usual value is taken from, and how near the next ones with a bar must be. */
const NEIGHBOURS = 10;
const NEAREST = 5;

/**
 * How many times below the usual the least of the values around must be for trading to come near to nothing. Of twenty
 * sessions of shares that trade every day the least is a tenth of the usual; of those that stand idle at times, a
 * hundredth.
 */
const NEARLY_NOTHING = 20;

/** What a session without a bar is judged by. */
interface Around {
  readonly calendar: Calendar;
  readonly rows: readonly Row[];
  readonly days: readonly Day[];
  readonly lacking: readonly LackingRun[];
  /** Traded value below which a share is thin, in the currency of its prices. */
  readonly thinValue: number;
}

/**
 * Tells of a session without a bar whether nobody traded: its instrument is illiquid around it and shows that it stands
 * idle at times, and there are rows on both sides, or a row of its own that stands for no trade. Else a session without
 * a bar is the vendor's hole, and so is a run of invented rows, and a hole that is longer than the share stands idle
 * elsewhere: what is asked for again in vain costs less than a hole that is never filled.
 */
export function isThinlyTraded(checked: CheckedAnswer): (session: Day) => boolean {
  const { want, calendar } = checked;
  // Around the clock, or without volumes, a session without a bar is never for want of trades.
  if (want.series.interval !== '1d' || calendar.kind !== 'exchange') return () => false;
  let around: Around | undefined;
  return (session) => {
    around ??= aroundOf(checked);
    return isIdle(session, around);
  };
}

function aroundOf(checked: CheckedAnswer): Around {
  const rows = rowsOf(checked);
  return {
    calendar: checked.calendar,
    rows,
    days: rows.map(({ day }) => day),
    lacking: lackingRuns(checked, rows),
    thinValue: THIN_VALUE * unitsOfADollar(checked.currency),
  };
}

function isIdle(session: Day, around: Around): boolean {
  const { calendar, rows, days, thinValue } = around;
  // An index has no volume on any day: that it had no trades says nothing.
  if (!rows.some(({ value }) => value > 0)) return false;
  const next = firstAfter(days, session);
  const own = rows[next - 1];
  const hasFiller = own?.day === session && own.kind === 'filler';
  const last = hasFiller ? next - 2 : next - 1;
  const [before, after] = [rows[last], rows[next]];
  const isNear =
    before !== undefined &&
    after !== undefined &&
    calendar.count([{ from: before.day + 1, to: session }]) < NEAREST &&
    calendar.count([{ from: session + 1, to: after.day }]) < NEAREST;
  if (!hasFiller && !isNear) return false;
  const usual = median(beyond(rows, last, next, ['filler']));
  if (usual >= thinValue) return false;
  const isOfFillers = hasFiller || (before?.kind === 'filler' && after?.kind === 'filler');
  // Beyond the idle rows that it lies among: they may be the vendor's as well.
  const neighbours = beyond(rows, last, next, ['filler', 'idle']);
  const hasIdle = neighbours.some(({ kind }) => kind === 'idle');
  const isTailed = comesNearNothing(neighbours);
  if (isOfFillers) return usual === 0 || hasIdle || isTailed;
  if (usual === 0) return runOf(session, around) <= largest(runLengths(rows, ['idle', 'filler']));
  if (hasIdle) return runOf(session, around) <= largest(runLengths(rows, ['idle']));
  return isTailed && isScattered(session, around);
}

/** Sessions of the run without a row in which one lies. */
function runOf(session: Day, { lacking }: Around): number {
  return lacking.find(({ from, to }) => from <= session && session <= to)?.sessions ?? 1;
}

/**
 * Whether a series without rows for its idle sessions lacks as many shorter runs, or single sessions, as the run of this
 * session is long: one that stands idle for days stands idle for a day far more often.
 */
function isScattered(session: Day, around: Around): boolean {
  const sessions = runOf(session, around);
  const others = around.lacking.filter(({ from, to }) => !(from <= session && session <= to));
  const shorter = others.filter((run) => run.sessions <= Math.max(1, sessions - 1));
  return shorter.length >= sessions;
}

/** Up to ten rows on either side of a place between two rows, not counting those of some kinds that it lies among. */
function beyond(rows: readonly Row[], last: number, next: number, among: readonly Row['kind'][]): Row[] {
  const isAmong = (at: number): boolean => rows[at] !== undefined && among.includes(rows[at].kind);
  let [end, start] = [last + 1, next];
  while (isAmong(end - 1)) end--;
  while (isAmong(start)) start++;
  return [...rows.slice(Math.max(0, end - NEIGHBOURS), end), ...rows.slice(start, start + NEIGHBOURS)];
}

/** Whether the least that is traded is so far below the usual that nothing at all is not far. */
function comesNearNothing(rows: readonly Row[]): boolean {
  const traded = rows.filter(({ value }) => value > 0);
  return smallest(traded.map(({ value }) => value)) < median(traded) / NEARLY_NOTHING;
}

/** Index of the first day after a session. */
function firstAfter(days: readonly Day[], session: Day): number {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days[middle] ?? 0) <= session) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The usual value; infinite where no row tells one: what is not known to be little may be much. */
function median(rows: readonly Row[]): number {
  const values = rows.flatMap(({ value }) => (Number.isNaN(value) ? [] : [value])).toSorted((a, b) => a - b);
  return values[values.length >> 1] ?? Number.POSITIVE_INFINITY;
}
