import { seriesKey, UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { type AbsenceReason, firstClaim } from '../../src/core/coverage/evidence.ts';
import { type Day, type DayRange, parseDay, startOfDay } from '../../src/core/session/day.ts';
import { normalize, subtract } from '../../src/core/session/ranges.ts';
import { type Random, randomFor } from '../../src/market/random.ts';
import type { PageContent } from '../../src/report/coverage-page/page-of.ts';
import { reportCoverage } from '../../src/report/coverage.ts';
import type { Judged } from '../../src/report/series-coverage.ts';
import type { Scan, SeriesState } from '../../src/store/scan.ts';

const CALENDAR = calendarById('XNYS');
const LAST = parseDay('2026-11-20');
const NOW = startOfDay(LAST + 1);

/** Series of which each is unlike the others; more are like these, which no page knows. */
const SHAPES = 500;

function nameOf(i: number): string {
  return `T${String(i).padStart(5, '0')}`;
}

/** What a page shows of so many invented series of New York and so many sessions: one in a hundred lacks a bar. */
export function inventedCoverage(series: number, sessions: number): PageContent {
  const range = CALENDAR.lastSessions(LAST, sessions);
  const days = CALENDAR.sessions(range);
  const shapes = Array.from({ length: Math.min(series, SHAPES) }, (_, i) => stateOf(nameOf(i), days));
  const states = Array.from({ length: series }, (_, i): SeriesState => {
    const shape = shapes.at(i % SHAPES) as SeriesState;
    return { ...shape, series: { ticker: nameOf(i), interval: '1d' } };
  });
  const scan: Scan = {
    series: new Map(states.map((state) => [seriesKey(state.series), state])),
    ...{ actions: new Map(), setAside: [] },
  };
  const judged: Judged = { range, settled: LAST, now: NOW };
  return {
    report: reportCoverage(scan, () => judged),
    judgedOf: (one) => ({ state: scan.series.get(seriesKey(one)) as SeriesState, judged }),
    issues: {
      rejected: [],
      warnings: states.slice(0, 1500).map(({ series: { ticker, interval } }) => ({
        ...{ ticker, interval, session: '2026-11-20', kind: 'spike' },
        note: 'high 12.5 is far above the bars around it',
      })),
      ...{ revised: [], unknownActions: [], setAside: [], unreadable: [] },
    },
    revisions: [],
    universes: new Map([['invented', states.map(({ series: { ticker } }) => ticker)]]),
    ...{ store: 'invented', now: NOW, version: '0' },
  };
}

/** One in five begins late, one in twenty ends early; holes lie anywhere. */
function stateOf(ticker: string, days: readonly Day[]): SeriesState {
  const random = randomFor(ticker);
  const begin = random() < 0.2 ? Math.floor(random() * days.length) : 0;
  const end = random() < 0.05 ? begin + Math.floor(random() * (days.length - begin)) : days.length;
  const holes = days.slice(begin, end).filter(() => random() < 0.01);
  const lived = partOf(days, begin, end);
  const absent = [
    ...said(partOf(days, 0, begin), 'pre-listing'),
    ...holes.flatMap((day) => saidOfHole({ from: day, to: day + 1 }, random)),
    ...said(partOf(days, end, days.length), 'delisted'),
  ];
  const present = subtract(lived, normalize(holes.map((day) => ({ from: day, to: day + 1 }))));
  return {
    series: { ticker, interval: '1d' },
    ...{ calendar: CALENDAR.id, identity: UNKNOWN_IDENTITY, rows: days.length, fetchedAt: NOW },
    coverage: { present, provisional: end === days.length ? [{ from: LAST, to: LAST + 1 }] : [], absent },
  };
}

function partOf(days: readonly Day[], begin: number, end: number): DayRange[] {
  const [first, last] = [days[begin], days[end - 1]];
  return first === undefined || last === undefined || end <= begin ? [] : [{ from: first, to: last + 1 }];
}

/** Half of the holes are missing: nobody says anything. */
function saidOfHole(day: DayRange, random: Random): ReturnType<typeof said> {
  const draw = random();
  if (draw < 0.5) return [];
  return said([day], draw < 0.8 ? 'vendor-empty' : draw < 0.9 ? 'rejected' : 'no-trades');
}

function said(days: readonly DayRange[], reason: AbsenceReason): SeriesState['coverage']['absent'] {
  return days.map((range) => ({ ...range, by: [firstClaim(reason, 'invented', NOW)] }));
}
