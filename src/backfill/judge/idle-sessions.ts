import type { Calendar } from '../../core/calendar/calendar.ts';
import type { Bars } from '../../core/bars/columns.ts';
import { leadingClaim } from '../../core/coverage/evidence.ts';
import type { Day } from '../../core/session/day.ts';
import { sessionDateOf, sessionDays } from '../../core/bars/partition.ts';
import type { CheckedAnswer } from './checked-answer.ts';

/** A row of an answer or of the store, by its session. */
export interface Row {
  readonly day: Day;
  /** Close times volume; NaN where the volume is not known. */
  readonly value: number;
  /** `filler`: a row of a long run without a trade, which the vendor may have made up; `idle`: one price and no volume. */
  readonly kind: 'bar' | 'idle' | 'filler';
}

/** Sessions in a row of which an answer or the store knows that they have no row; `from` and `to` have none. */
export interface LackingRun {
  readonly from: Day;
  readonly to: Day;
  readonly sessions: number;
}

/**
 * The rows of an answer and of the store around it by their sessions, ascending: an answered one takes the place of a stored
 * one.
 */
export function rowsOf({ want, calendar, accepted, known, fillers }: CheckedAnswer): Row[] {
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const present = new Set(sessionDays(accepted, sessionOf));
  const rows = [
    ...eachRow(known, sessionOf).filter(({ day }) => !present.has(day)),
    ...eachRow(accepted, sessionOf),
    ...fillers
      .map(({ bar }): Row => ({ day: sessionOf(bar.ts), value: 0, kind: 'filler' }))
      .filter(({ day }) => calendar.isSession(day)),
  ].toSorted((a, b) => a.day - b.day);
  return rows.map((row, i) => (isOfFillers(rows, i) ? { ...row, kind: 'filler' } : row));
}

function eachRow(bars: Bars, sessionOf: (ts: number) => Day): Row[] {
  return Array.from(bars.ts, (ts, i) => rowOf(bars, i, sessionOf(ts)));
}

/** The volume 0 of a bar that moves is none that anybody counted. */
function rowOf({ open, high, low, close: closes, volume: volumes }: Bars, i: number, day: Day): Row {
  const [close, volume] = [closes[i] as number, volumes[i] as number];
  if (volume !== 0) return { day, value: Math.abs(close) * volume, kind: 'bar' };
  const isFlat = open[i] === close && high[i] === close && low[i] === close;
  return isFlat ? { day, value: 0, kind: 'idle' } : { day, value: Number.NaN, kind: 'bar' };
}

/** Whether a row is the first or last one of a run of fillers, which are kept as bars: it says no more than they do. */
function isOfFillers(rows: readonly Row[], i: number): boolean {
  const isFiller = (at: number): boolean => rows[at]?.kind === 'filler';
  return rows[i]?.kind === 'idle' && (isFiller(i - 1) || isFiller(i + 1));
}

/** Why the store has no bar of a session that may have been one without a trade. */
const MAY_BE_IDLE: ReadonlySet<string> = new Set(['no-trades', 'vendor-empty']);

/** The runs of sessions without a row between the first row and the last. Of what was rejected there was a row. */
export function lackingRuns(checked: CheckedAnswer, rows: readonly Row[]): LackingRun[] {
  const { want, calendar, lastSettled, absent, rejected } = checked;
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return [];
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const told = new Set([...rows.map(({ day }) => day), ...rejected.map(({ bar }) => sessionOf(bar.ts))]);
  const stored = absent.filter(({ by }) => MAY_BE_IDLE.has(leadingClaim(by).reason));
  const lacking = new Set<Day>();
  for (const { from, to } of [...want.gaps, ...stored]) {
    const within = { from: Math.max(from, first.day), to: Math.min(to, last.day, lastSettled + 1) };
    if (within.from >= within.to) continue;
    for (const session of calendar.sessions(within)) if (!told.has(session)) lacking.add(session);
  }
  return runsOf(
    [...lacking].toSorted((a, b) => a - b),
    calendar,
  );
}

function runsOf(sessions: readonly Day[], calendar: Calendar): LackingRun[] {
  const runs: LackingRun[] = [];
  for (const day of sessions) {
    const run = runs.at(-1);
    if (run !== undefined && calendar.nextSession(run.to) === day)
      runs[runs.length - 1] = { from: run.from, to: day, sessions: run.sessions + 1 };
    else runs.push({ from: day, to: day, sessions: 1 });
  }
  return runs;
}

/** Lengths of the runs of rows of these kinds. */
export function runLengths(rows: readonly Row[], kinds: readonly Row['kind'][]): number[] {
  const lengths: number[] = [];
  let length = 0;
  for (const { kind } of rows) {
    if (kinds.includes(kind)) length++;
    else if (length > 0) {
      lengths.push(length);
      length = 0;
    }
  }
  return length > 0 ? [...lengths, length] : lengths;
}
