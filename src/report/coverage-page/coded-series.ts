import { calendarById } from '../../core/calendar/calendars.ts';
import { NOTHING_TO_TRADE } from '../../core/coverage/unavailable.ts';
import { largest, smallest } from '../../core/extremes.ts';
import { grouped } from '../../core/grouped.ts';
import type { Day } from '../../core/session/day.ts';
import { isLeftOut, type SeriesCoverage } from '../series-coverage.ts';
import type { CalendarSessions, LegendEntry, SeriesRow } from './page-data.ts';
import { type CodedRun, encodeRuns, stepsOf } from './run-code.ts';
import type { SessionsOfStanding } from './session-runs.ts';

/** A series, and what is known of its sessions. */
export interface JudgedSeries {
  readonly coverage: SeriesCoverage;
  /** As its provider calls it; null where nobody told. */
  readonly exchange: string | null;
  readonly runs: readonly SessionsOfStanding[];
}

/** All series in few bytes, with what these refer to. */
export interface CodedSeries {
  readonly calendars: readonly CalendarSessions[];
  readonly legend: readonly LegendEntry[];
  readonly listings: readonly string[];
  readonly series: readonly SeriesRow[];
}

const OUTSIDE: LegendEntry = { state: 'outside' };

export function codeSeries(judged: readonly JudgedSeries[]): CodedSeries {
  const calendars = calendarsOf(judged);
  const legend = new Map<string, { readonly place: number; readonly entry: LegendEntry }>();
  const placeOf = (entry: LegendEntry): number => {
    const key = `${entry.state} ${entry.reason} ${entry.provider}`;
    let known = legend.get(key);
    if (known === undefined) legend.set(key, (known = { place: legend.size, entry }));
    return known.place;
  };
  const listings = new Map<string, number>();
  const listingOf = (exchange: string | null): number | null => {
    if (exchange === null) return null;
    if (!listings.has(exchange)) listings.set(exchange, listings.size);
    return listings.get(exchange) ?? null;
  };
  const series = judged.map((one) => {
    const { place, places } = calendars.get(one.coverage.calendar) as CalendarPlaces;
    return rowOf(one, place, listingOf(one.exchange), codedRuns(one.runs, places, placeOf));
  });
  return {
    calendars: [...calendars].map(([id, { places }]) => ({ id, steps: stepsOf([...places.keys()]) })),
    legend: [...legend.values()].map(({ entry }) => entry),
    listings: [...listings.keys()],
    series,
  };
}

interface CalendarPlaces {
  /** Of the calendar among those of the page. */
  readonly place: number;
  /** Of its sessions, ascending. */
  readonly places: ReadonlyMap<Day, number>;
}

/** The sessions of each calendar from the first to the last that any of its series has. */
function calendarsOf(judged: readonly JudgedSeries[]): ReadonlyMap<string, CalendarPlaces> {
  const byCalendar = [...grouped(judged, ({ coverage }) => coverage.calendar)];
  return new Map(
    byCalendar.map(([id, ofIt], place) => {
      const from = smallest(ofIt.map(({ runs }) => runs[0]?.first ?? Number.POSITIVE_INFINITY));
      const last = largest(ofIt.map(({ runs }) => runs.at(-1)?.last ?? Number.NEGATIVE_INFINITY));
      const sessions = from > last ? [] : calendarById(id).sessions({ from, to: last + 1 });
      return [id, { place, places: new Map(sessions.map((day, i) => [day, i])) }];
    }),
  );
}

interface Coded {
  readonly start: number;
  readonly runs: readonly CodedRun[];
}

/** Runs by their places, with those between that are not meant; equal ones that follow each other as one. */
function codedRuns(
  runs: readonly SessionsOfStanding[],
  places: ReadonlyMap<Day, number>,
  placeOf: (entry: LegendEntry) => number,
): Coded {
  const start = places.get(runs[0]?.first ?? 0) ?? 0;
  const coded: { entry: number; sessions: number }[] = [];
  const add = (entry: number, sessions: number): void => {
    const last = coded.at(-1);
    if (last?.entry === entry) last.sessions += sessions;
    else coded.push({ entry, sessions });
  };
  let at = start;
  for (const { standing, first, sessions } of runs) {
    const place = places.get(first) ?? at;
    if (place > at) add(placeOf(OUTSIDE), place - at);
    add(placeOf(standing), sessions);
    at = place + sessions;
  }
  return { start, runs: coded };
}

function rowOf(
  { coverage: one, runs }: JudgedSeries,
  calendar: number,
  listing: number | null,
  { start, runs: coded }: Coded,
): SeriesRow {
  const { ticker, interval, standing, expected, present, provisional, absent, missing, coverage } = one;
  const fetchedAt = one.fetchedAt === null ? null : Math.floor(Date.parse(one.fetchedAt) / 1000);
  const leftOut = isLeftOut(one) ? 1 : 0;
  return [
    ...([ticker, interval, calendar, standing, leftOut, start, encodeRuns(coded)] as const),
    ...([expected, present, provisional, absent, missing, coverage] as const),
    ...([behindOf(one, runs), fetchedAt, listing] as const),
  ];
}

/** How many sessions it is behind: those after its last bar on which it could trade. */
function behindOf({ first }: SeriesCoverage, runs: readonly SessionsOfStanding[]): number | null {
  if (first === null) return null;
  let behind = 0;
  for (const { standing, sessions } of runs.toReversed()) {
    const { state, reason } = standing;
    if (state !== 'absent' && state !== 'missing') break;
    if (reason === undefined || !NOTHING_TO_TRADE.has(reason)) behind += sessions;
  }
  return behind;
}
