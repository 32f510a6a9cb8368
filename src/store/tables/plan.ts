import { NO_BARS, type StoredBars, firstAt, pick, slice, sourceAt } from '../../core/bars/columns.ts';
import type { Revision, Series } from '../../core/bars/bars.ts';
import { volumeStepOf } from '../../core/bars/compare.ts';
import { monthMarksOf } from '../../core/bars/month-marks.ts';
import { periodOf, sessionDateOf } from '../../core/bars/partition.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import { contains, span, subtract } from '../../core/session/ranges.ts';
import { learnFrom, splitByPeriod } from '../parquet/partition/answer.ts';
import { mergeAnswer } from '../parquet/partition/merge.ts';
import type { SeriesUpdate, UpsertResult } from '../store.ts';
import type { BookWrite } from './books.ts';
import type { Part, PartWrite } from './parts.ts';
import { NO_ROWS, sumAfter } from './row-sum.ts';
import type { SeriesRead } from './read.ts';
import type { RevisionsWrite } from './revisions.ts';

/** Rows of one series that are to be stored. */
export interface SeriesRows {
  readonly series: Series;
  readonly bars: StoredBars;
  /** Of each bar. */
  readonly sessions: readonly number[];
}

/** All that one answer changes, as data. */
export interface SeriesWrite {
  readonly book?: BookWrite | undefined;
  readonly parts: readonly PartWrite[];
  readonly rows: readonly SeriesRows[];
  readonly revisions: RevisionsWrite;
  readonly result: UpsertResult;
}

export const NOTHING_CHANGED: UpsertResult = { inserted: 0, changed: 0, revised: 0, partitions: 0 };

/** The sessions that an update speaks of, and those of its bars; undefined for none. */
export function daysOf(update: SeriesUpdate): { all: DayRange; bars: DayRange } | undefined {
  const { bars, series, calendar, learned, stayed = [] } = update;
  const dayOf = sessionDateOf(series.interval, calendarById(calendar));
  const own = span(
    [bars.ts.at(0), bars.ts.at(-1)].flatMap((ts) => (ts === undefined ? [] : [oneDay(dayOf(ts))])),
  );
  const others = stayed.map(({ before }) => oneDay(dayOf(before.ts)));
  const all = span([...(own ? [own] : []), ...others, ...learned.present, ...learned.absent]);
  return all && { all, bars: own ?? { from: all.from, to: all.from } };
}

function oneDay(day: Day): DayRange {
  return { from: day, to: day + 1 };
}

/** What an answer makes of what is stored: see `upsert`. Throws `internal` for one that is none. */
export function planUpsert(update: SeriesUpdate, read: SeriesRead): Omit<SeriesWrite, 'book'> {
  const { series } = update;
  const dayOf = sessionDateOf(series.interval, calendarById(update.calendar));
  const parts: PartWrite[] = [];
  const rows: SeriesRows[] = [];
  const added: Revision[] = [];
  const sum = { inserted: 0, changed: 0, revised: 0 };
  for (const [period, news] of splitByPeriod(update)) {
    const before = read.parts.get(period);
    const older = olderThan(news, read.bars);
    const { volumeSteps = [] } = update;
    const merged = mergeAnswer(older, news, (ts) =>
      volumeSteps.length === 0 ? 0 : volumeStepOf(volumeSteps, dayOf(ts)),
    );
    const { present, provisional } = before?.knowledge.coverage ?? NOTHING_KNOWN;
    const final = subtract(present, provisional);
    const revised = merged.replaced.filter((one) => contains(final, dayOf(one.before.ts)));
    const stayed = (update.stayed ?? []).filter(
      (one) => periodOf(series.interval, dayOf(one.before.ts)) === period,
    );
    for (const revision of [...revised, ...stayed]) added.push(revision);
    const { sent, telling } = rowsThatDiffer(older, merged.bars);
    if (sent.length > 0) rows.push({ series, bars: sent, sessions: sessionsOf(sent, dayOf) });
    const marked = marksOf(before, telling);
    parts.push({
      partition: { series, period },
      before: before?.version,
      rows: (before?.rows ?? 0) + merged.inserted,
      firstTs: least(before?.firstTs, merged.bars.ts.at(0), Math.min),
      lastTs: least(before?.lastTs, merged.bars.ts.at(-1), Math.max),
      knowledge: { ...learnFrom(before?.knowledge, update, period), marks: marked.marks },
      isMarkedAnew: marked.isAnew,
      sum: sumThen(before, older, merged.bars),
    });
    sum.inserted += merged.inserted;
    sum.changed += merged.replaced.length;
    sum.revised += revised.length;
  }
  return { parts, rows, revisions: { series, added }, result: { ...sum, partitions: parts.length } };
}

/** What lies between the first and the last bar of an answer. */
function olderThan({ ts }: StoredBars, stored: StoredBars): StoredBars {
  const [first, last] = [ts.at(0), ts.at(-1)];
  if (first === undefined || last === undefined) return NO_BARS;
  return slice(stored, firstAt(stored, first), firstAt(stored, last + 1));
}

/** The bars that are other ones now, and of these the places of those that a mark is made of. */
function rowsThatDiffer(older: StoredBars, merged: StoredBars): { sent: StoredBars; telling: StoredBars } {
  const [sent, telling]: [number[], number[]] = [[], []];
  for (let at = 0, i = 0; at < merged.length; at++) {
    if (older.ts[i] !== merged.ts[at]) {
      sent.push(at);
      telling.push(at);
      continue;
    }
    if (!isMarkedSame(older, i, merged, at)) telling.push(at);
    if (!isIdentical(older, i, merged, at)) sent.push(at);
    i++;
  }
  return { sent: pick(merged, sent), telling: pick(merged, telling) };
}

function isMarkedSame(a: StoredBars, i: number, b: StoredBars, j: number): boolean {
  return Object.is(a.close[i], b.close[j]) && Object.is(a.volume[i], b.volume[j]);
}

function isIdentical(a: StoredBars, i: number, b: StoredBars, j: number): boolean {
  const isOf = (of: (bars: StoredBars) => Float64Array | null): boolean =>
    Object.is(of(a)?.[i] ?? Number.NaN, of(b)?.[j] ?? Number.NaN);
  return (
    isMarkedSame(a, i, b, j) &&
    isOf(({ open }) => open) &&
    isOf(({ high }) => high) &&
    isOf(({ low }) => low) &&
    isOf(({ vwap }) => vwap) &&
    isOf(({ trades }) => trades) &&
    isOf(({ fetchedAt }) => fetchedAt) &&
    sourceAt(a, i) === sourceAt(b, j)
  );
}

function marksOf(
  before: Part | undefined,
  telling: StoredBars,
): { marks: PartWrite['knowledge']['marks']; isAnew: boolean } {
  const marks = before?.knowledge.marks;
  if (before === undefined || before.rows === 0) return { marks: monthMarksOf(telling), isAnew: false };
  const [first] = telling.ts;
  if (first === undefined) return { marks, isAnew: false };
  const { lastTs } = before;
  if (lastTs === null || first <= lastTs || marks === undefined) return { marks: undefined, isAnew: true };
  return { marks: monthMarksOf(telling, { marks, lastTs }), isAnew: false };
}

/** Undefined: it has to be counted. */
function sumThen(before: Part | undefined, older: StoredBars, merged: StoredBars): PartWrite['sum'] {
  const sum = before === undefined || before.rows === 0 ? NO_ROWS : before.sum;
  return sum && sumAfter(sum, older, merged);
}

function sessionsOf({ ts }: StoredBars, dayOf: (ts: number) => Day): Day[] {
  return Array.from(ts, dayOf);
}

function least(
  a: number | null | undefined,
  b: number | undefined,
  of: (a: number, b: number) => number,
): number | null {
  if (a === null || a === undefined) return b ?? null;
  return b === undefined ? a : of(a, b);
}

/** A part of a series that is no update: whole bars in place of what was there. */
export function sessionDaysOf(series: Series, bars: StoredBars, calendar: string): Day[] {
  return sessionsOf(bars, sessionDateOf(series.interval, calendarById(calendar)));
}
