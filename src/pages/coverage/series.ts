import type { CoveragePageData, LegendEntry, SeriesRow } from '../../report/coverage-page/page-data.ts';
import { type CodedRun, decodeRuns, fromSteps } from '../../report/coverage-page/run-code.ts';
import { dayText } from '../dom.ts';
import { kindOf, NO_SESSION } from './kinds.ts';

/** One series as the page shows it. Sessions are counted as in `SeriesRow`. */
export interface Series {
  /** Place among all series. */
  readonly place: number;
  readonly ticker: string;
  readonly interval: string;
  readonly calendar: string;
  /** As its provider calls it; null where nobody told. */
  readonly exchange: string | null;
  readonly standing: SeriesRow[3];
  readonly isLeftOut: boolean;
  /** First and last session with a bar. */
  readonly first: string | null;
  readonly last: string | null;
  readonly expected: number;
  readonly present: number;
  readonly provisional: number;
  readonly absent: number;
  readonly missing: number;
  readonly coverage: number | null;
  readonly behind: number | null;
  /** Seconds since the epoch. */
  readonly fetchedAt: number | null;
}

/** What is known of each session of each series. */
export interface Cells {
  /** Days since 1970-01-01 on which any of the calendars has a session, ascending: a column each. */
  readonly days: readonly number[];
  /** The numbers of kinds, a row of `days` for each series. */
  readonly kinds: Uint8Array;
  /** What is known of a cell, and by whom; undefined where there is no session. */
  readonly entryAt: (series: number, column: number) => LegendEntry | undefined;
}

const BAR_STATES: ReadonlySet<string> = new Set(['present', 'provisional', 'lacking']);

/** All series, with the sessions of each laid out. */
export function layOut(data: CoveragePageData): {
  readonly series: readonly Series[];
  readonly cells: Cells;
} {
  const calendars = data.calendars.map(({ steps }) => fromSteps(steps));
  const days = [...new Set(calendars.flat())].toSorted((a, b) => a - b);
  const columnOf = new Map(days.map((day, column) => [day, column]));
  const columns = calendars.map((sessions) => Int32Array.from(sessions, (day) => columnOf.get(day) ?? 0));
  const kindOfEntry = data.legend.map(kindOf);
  const kinds = new Uint8Array(data.series.length * days.length);
  const series = data.series.map((row, place) => {
    const runs = decodeRuns(row[6]);
    fill(kinds.subarray(place * days.length, (place + 1) * days.length), runs, {
      ...{ start: row[5], columns: columns[row[2]] as Int32Array, kindOfEntry },
    });
    return seriesOf(row, place, { runs, sessions: calendars[row[2]] ?? [], data });
  });
  const placeIn = columns.map((own) => new Map(Array.from(own, (column, session) => [column, session])));
  const entryAt = (place: number, column: number): LegendEntry | undefined => {
    const row = data.series[place];
    const session = row && placeIn[row[2]]?.get(column);
    const entry = session === undefined ? undefined : data.legend[entryOf(row as SeriesRow, session)];
    return entry?.state === 'outside' ? undefined : entry;
  };
  return { series, cells: { days, kinds, entryAt } };
}

interface Laid {
  /** Place of the first session. */
  readonly start: number;
  /** By session of the calendar. */
  readonly columns: Int32Array;
  readonly kindOfEntry: readonly number[];
}

function fill(row: Uint8Array, runs: readonly CodedRun[], { start, columns, kindOfEntry }: Laid): void {
  let session = start;
  for (const { entry, sessions } of runs) {
    const kind = kindOfEntry[entry] ?? NO_SESSION;
    for (const end = session + sessions; session < end; session++) row[columns[session] as number] = kind;
  }
}

/** The entry of a session in the legend; -1: none. */
function entryOf(row: SeriesRow, session: number): number {
  let at = row[5];
  if (session < at) return -1;
  for (const { entry, sessions } of decodeRuns(row[6])) if (session < (at += sessions)) return entry;
  return -1;
}

function seriesOf(
  row: SeriesRow,
  place: number,
  of: {
    readonly runs: readonly CodedRun[];
    readonly sessions: readonly number[];
    readonly data: CoveragePageData;
  },
): Series {
  const [ticker, interval, calendar, standing, leftOut, start, , expected, present, provisional] = row;
  const [, , , , , , , , , , absent, missing, coverage, behind, fetchedAt, listing] = row;
  const { first, last } = barsOf(of.runs, start, of.data.legend);
  const dateOf = (session: number | undefined): string | null =>
    session === undefined ? null : dayText(of.sessions[session] ?? 0);
  return {
    ...{ place, ticker, interval, standing, isLeftOut: leftOut === 1 },
    calendar: of.data.calendars[calendar]?.id ?? '',
    exchange: listing === null ? null : (of.data.listings[listing] ?? null),
    ...{ first: dateOf(first), last: dateOf(last) },
    ...{ expected, present, provisional, absent, missing, coverage, behind, fetchedAt },
  };
}

/** The first and the last session with a bar. */
function barsOf(
  runs: readonly CodedRun[],
  start: number,
  legend: readonly LegendEntry[],
): { readonly first?: number; readonly last?: number } {
  let at = start;
  let [first, last]: (number | undefined)[] = [];
  for (const { entry, sessions } of runs) {
    at += sessions;
    if (!BAR_STATES.has(legend[entry]?.state ?? '')) continue;
    first ??= at - sessions;
    last = at - 1;
  }
  return first === undefined || last === undefined ? {} : { first, last };
}
