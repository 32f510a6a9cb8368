import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import type { AbsenceReason } from '../core/coverage/evidence.ts';
import { NOTHING_TO_TRADE } from '../core/coverage/unavailable.ts';
import { type Day, type DayRange, parseDay } from '../core/session/day.ts';
import { TIE } from './page.ts';
import type { SeriesCoverage, SessionRun } from './series-coverage.ts';

/** Marks of some series side by side, of one time for all. */
export interface Strip {
  /** From and to which month it is: `2024-12–2026-03`. */
  readonly title: string;
  /** What the marks mean. */
  readonly legend: string;
  readonly marks: (series: SeriesCoverage) => string;
}

/** Columns that a strip needs: those of its title. */
export const LEAST_STRIP = '2024-12–2026-03'.length;

/** What a mark says, from the best to the worst. */
const MARKS = { nothing: ' ', final: '█', open: '▓', hole: '▒', partly: '░', unknown: '·' } as const;

/** What each is called; a mark is not parted from its name. */
const LEGEND = (
  [
    [MARKS.final, 'final'],
    [MARKS.open, 'not final yet'],
    [MARKS.hole, 'lacks bars'],
    [MARKS.partly, 'partly unknown'],
    [MARKS.unknown, 'unknown'],
  ] as const
)
  .map(([mark, name]) => `${mark} ${name}`.replaceAll(' ', TIE))
  .join(', ');

/**
 * One mark a month, of series over the months that any of them is judged by; where there are more months than `room`, a mark
 * is of several. Undefined of less than two months, and where there is no room.
 */
export function monthStrip(series: readonly SeriesCoverage[], room: number): Strip | undefined {
  if (room < LEAST_STRIP) return undefined;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const one of series) {
    const [from, to] = spanOf(one) ?? [];
    if (from === undefined || to === undefined) continue;
    first = Math.min(first, monthOf(from));
    last = Math.max(last, monthOf(to));
  }
  if (last <= first) return undefined;
  const length = Math.ceil((last - first + 1) / room);
  const starts: number[] = [];
  for (let month = first; month <= last; month += length) starts.push(month);
  const title = `${monthName(first)}–${monthName(last)}`;
  const each = length === 1 ? 'a month' : `${length} months`;
  return {
    title,
    legend: `${title}, ${each} a mark: ${LEGEND}`,
    marks: (one) => marksOf(one, starts, length).trimEnd(),
  };
}

function marksOf(one: SeriesCoverage, starts: readonly number[], length: number): string {
  const span = spanOf(one);
  if (span === undefined) return '';
  const calendar = calendarById(one.calendar);
  const meant = { from: parseDay(span[0]), to: parseDay(span[1]) + 1 };
  const missing = one.missingRuns.map(daysOf);
  const idle = one.absences.filter(({ reason }) => NOTHING_TO_TRADE.has(reason)).map(daysOf);
  const open = [
    ...one.provisionalSessions.map(dayRange),
    ...one.absences.filter(({ reason }) => reason === UNPUBLISHED).map(daysOf),
  ];
  const holes = [
    ...one.lackingSessions.map(dayRange),
    ...one.absences
      .filter(({ reason }) => reason !== UNPUBLISHED && !NOTHING_TO_TRADE.has(reason))
      .map(daysOf),
  ];
  return starts
    .map((month) => {
      const bin = { from: monthStart(month), to: monthStart(month + length) };
      const tradable = countIn([meant], bin, calendar) - countIn(idle, bin, calendar);
      if (tradable <= 0) return MARKS.nothing;
      const unknown = countIn(missing, bin, calendar);
      if (unknown > 0) return unknown >= tradable ? MARKS.unknown : MARKS.partly;
      if (countIn(holes, bin, calendar) > 0) return MARKS.hole;
      return countIn(open, bin, calendar) > 0 ? MARKS.open : MARKS.final;
    })
    .join('');
}

const UNPUBLISHED: AbsenceReason = 'not-yet-published';

/** First and last session that a series is judged by; undefined where there is none. */
function spanOf({ first, last, absences, missingRuns }: SeriesCoverage): [string, string] | undefined {
  const runs: { from: string; to: string }[] = [...absences, ...missingRuns];
  if (first !== null && last !== null) runs.push({ from: first, to: last });
  let [from, to] = ['', ''];
  for (const run of runs) {
    if (from === '' || run.from < from) from = run.from;
    if (run.to > to) to = run.to;
  }
  return from === '' ? undefined : [from, to];
}

/** Sessions of some ranges in a bin. */
function countIn(ranges: readonly DayRange[], bin: DayRange, calendar: Calendar): number {
  let sessions = 0;
  for (const { from, to } of ranges) {
    if (to <= bin.from || from >= bin.to) continue;
    sessions += calendar.count([{ from: Math.max(from, bin.from), to: Math.min(to, bin.to) }]);
  }
  return sessions;
}

function daysOf({ from, to }: SessionRun): DayRange {
  return { from: parseDay(from), to: parseDay(to) + 1 };
}

function dayRange(date: string): DayRange {
  return daysOf({ from: date, to: date, sessions: 1 });
}

/** Months since the year 0. */
function monthOf(date: string): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}

function monthName(month: number): string {
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`;
}

function monthStart(month: number): Day {
  return parseDay(`${monthName(month)}-01`);
}
