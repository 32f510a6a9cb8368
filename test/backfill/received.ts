import { expect } from 'vitest';
import type { Received } from '../../src/backfill/judge/received.ts';
import { RunResults } from '../../src/backfill/run/run-results.ts';
import { runTask } from '../../src/backfill/task/run-task.ts';
import type { TaskTools } from '../../src/backfill/task/task-tools.ts';
import type { SeriesReport, SeriesResult } from '../../src/backfill/runner.ts';
import { barsOf } from '../../src/core/bars/bar-builder.ts';
import { EMPTY_BOOK, addTold } from '../../src/core/actions/action-book.ts';
import { type Bar, type CorporateAction, UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { NO_BARS } from '../../src/core/bars/columns.ts';
import { NOTHING_KNOWN } from '../../src/core/coverage/coverage.ts';
import { type Day, type DayRange, MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import type { Task, Want } from '../../src/core/plan/task.ts';
import type { BarAnswer } from '../../src/providers/provider.ts';
import type { RowAnswer } from '../providers/rows.ts';

export const XNYS = calendarById('XNYS');

/** `[from, to)` of two ISO dates, both inclusive. */
export function span(from: string, to: string): DayRange {
  return { from: parseDay(from), to: parseDay(to) + 1 };
}

/** The sessions of New York of June 2025 on, and noon of the day after the first 30 of them. */
export const SESSIONS: readonly Day[] = XNYS.sessions(span('2025-06-02', '2026-02-27'));
export const NOW = Date.parse('2025-07-16T12:00:00Z');

/** A stored daily bar that stands at a price. */
export function stored(day: Day, close: number, change: Partial<Bar> = {}): Bar {
  const prices = { open: close, high: close, low: close, close };
  const rest = { volume: 1000, vwap: null, trades: null, source: 'test', fetchedAt: 0 };
  return { ts: day * MS_PER_DAY, ...prices, ...rest, ...change };
}

/** Daily bars at these closes, one a session. */
export function bars(closes: readonly number[]): Bar[] {
  return closes.map((close, i) => stored(SESSIONS[i] ?? Number.NaN, close));
}

export function want(change: Partial<Want> = {}): Want {
  const range = span('2025-06-02', '2025-07-15');
  return {
    id: 'AAPL 1d',
    series: { ticker: 'AAPL', interval: '1d' },
    calendar: 'XNYS',
    range,
    gaps: [range],
    sessions: 30,
    ...change,
  };
}

/** A task of one series. */
function taskOf(one: Want, questions?: number): Task {
  const task = { id: one.id, wants: [one], requests: 1, partitions: [] };
  return questions === undefined ? task : { ...task, questions };
}

/** Runs a task of one series, and gives what became of that. */
export async function runWant(
  one: Want,
  now: number,
  tools: TaskTools,
  questions?: number,
): Promise<SeriesResult> {
  const { series } = await runTask(taskOf(one, questions), now, tools);
  return series[0] as SeriesResult;
}

export function answer({ bars: rows = [], ...change }: Partial<RowAnswer> = {}): BarAnswer {
  return {
    bars: barsOf(rows),
    unusable: [],
    proven: span('2025-06-02', '2025-07-15'),
    wireBasis: 'raw',
    explained: [],
    actions: [],
    identity: UNKNOWN_IDENTITY,
    delistedOn: null,
    dropped: 0,
    ...change,
  };
}

export function received(change: Partial<Received> = {}): Received {
  const made = {
    want: want(),
    calendar: XNYS,
    answer: answer(),
    source: 'test',
    stored: {
      ...{ bars: NO_BARS, coverage: NOTHING_KNOWN, identity: UNKNOWN_IDENTITY },
      ...{ actions: [], book: EMPTY_BOOK, namedSince: null },
    },
    lastSettled: parseDay('2025-07-15'),
    now: NOW,
    ...change,
  };
  return { ...bookOf(made), turnedBack: [], storedWithout: [], ...made };
}

/** The actions of the store, told by the source `test` at the epoch, and what an answer of it makes of them. */
function bookOf({
  stored: { actions, book },
  answer: { actions: said },
  now,
}: Omit<Received, 'told' | 'book' | 'turnedBack' | 'storedWithout'>) {
  const entries = actions.map((action) => ({ action, source: 'test', fetchedAt: 0 }));
  const wouldList = span('2025-06-03', '2025-07-16');
  const told = { actions: said, wouldList, source: 'test', fetchedAt: now, isOwnList: false };
  return { told, book: addTold({ ...book, entries }, told) };
}

export function split(date: string, ratio: number): CorporateAction {
  return { kind: 'split', exDay: parseDay(date), ratio };
}

export function dividend(date: string, amount: number): CorporateAction {
  return { kind: 'dividend', exDay: parseDay(date), amount };
}

/** The results of a run as it takes them in. */
export function resultsOf(all: Iterable<readonly [Want, SeriesResult]>): RunResults {
  const results = new RunResults();
  for (const [one, result] of all) results.add(one, result);
  return results;
}

/** Settles such results; gives what is said of each then. One that the run let go stays as it was. */
export async function settled(
  all: Iterable<readonly [Want, SeriesResult]>,
  settle: (results: RunResults) => Promise<void>,
): Promise<SeriesResult[]> {
  const results = resultsOf(all);
  await settle(results);
  expect(results.size).toBe([...all].length);
  return [...all].map(([one, result]) => results.kept.get(one) ?? result);
}

/** The result of a task that went well. */
export function done(change: Partial<SeriesReport> = {}): SeriesResult {
  const counts = {
    bars: 0,
    inserted: 0,
    changed: 0,
    revised: 0,
    present: 0,
    provisional: 0,
    waiting: 0,
    missing: 0,
  };
  const report = {
    ...counts,
    absent: {},
    unavailable: [],
    rejected: 0,
    dropped: 0,
    unfinished: 0,
    offGrid: 0,
    strays: 0,
    unusable: 0,
    firstFault: null,
    wayOut: null,
    fillers: 0,
    oddities: [],
    drift: {},
  };
  return {
    ok: true,
    report: { ...report, fingerprint: null, unconfirmed: null, fetchMs: 0, storeMs: 0, ...change },
  };
}
