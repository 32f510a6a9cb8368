import { type Bar, mergeBars, mergeIdentity, UNKNOWN_IDENTITY } from '../../core/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { learn, NOTHING_KNOWN, within } from '../../core/coverage.ts';
import { BackfillError } from '../../core/errors.ts';
import { periodOf, periodRange, periodsOf, sessionDateOf } from '../../core/partition.ts';
import { union } from '../../core/ranges.ts';
import type { SeriesUpdate, UpsertResult } from '../store.ts';
import type { CommitFs } from './commit.ts';
import { compact, type Knowledge } from './knowledge.ts';
import { barsPath, type Partition } from './layout.ts';
import { readPartition, writePartition } from './partition-file.ts';
import { readAllOrSetAside } from './quarantine.ts';

/** Relative difference up to which two values are the same one: what survives a float32 wire and back. */
const SAME = 2e-7;

/**
 * Merges an answer into every partition that its bars or its knowledge touch, one after the other. If one of them is
 * damaged it goes to quarantine, none is written, and `store-corrupt` is thrown.
 */
export async function upsertSeries(fs: CommitFs, root: string, update: SeriesUpdate): Promise<UpsertResult> {
  const parts = splitByPeriod(update);
  const partitions = [...parts.keys()].map((period): Partition => ({ series: update.series, period }));
  const contents = await readAllOrSetAside(
    fs,
    root,
    partitions.map((partition) => ({
      path: barsPath(partition),
      holds: 'sessions',
      read: () => readPartition(root, partition, update.calendar),
    })),
  );
  let inserted = 0;
  let changed = 0;
  for (const [i, partition] of partitions.entries()) {
    const before = contents[i];
    const merged = mergeRows(before?.bars ?? [], parts.get(partition.period) ?? []);
    const knowledge = learnFrom(before?.knowledge, update, partition.period);
    await writePartition(fs, root, partition, { bars: merged.bars, knowledge });
    inserted += merged.inserted;
    changed += merged.changed;
  }
  return { inserted, changed, partitions: partitions.length };
}

/** The bars of an update by period, ascending, with an empty list where only its knowledge reaches. */
function splitByPeriod({ series, calendar, bars, learned }: SeriesUpdate): Map<string, Bar[]> {
  assertAscending(bars);
  const dayOf = sessionDateOf(series.interval, calendarById(calendar));
  const byPeriod = new Map<string, Bar[]>();
  for (const period of periodsOf(series.interval, finiteDays(union(learned.present, learned.absent))))
    byPeriod.set(period, []);
  for (const bar of bars) {
    const period = periodOf(series.interval, dayOf(bar.ts));
    const group = byPeriod.get(period);
    if (group) group.push(bar);
    else byPeriod.set(period, [bar]);
  }
  return new Map([...byPeriod].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function learnFrom(before: Knowledge | undefined, update: SeriesUpdate, period: string): Knowledge {
  const learned = within(update.learned, [periodRange(period)]);
  return {
    calendar: update.calendar,
    coverage: compact(learn(before?.coverage ?? NOTHING_KNOWN, learned), calendarById(update.calendar)),
    identity: mergeIdentity(before?.identity ?? UNKNOWN_IDENTITY, update.identity),
    fetchedAt: Math.max(update.fetchedAt, before?.fetchedAt ?? update.fetchedAt),
  };
}

/** Merges rows: the newer one wins, unless it says the same as the older. Counts what that changes. */
function mergeRows(
  older: readonly Bar[],
  newer: readonly Bar[],
): { bars: Bar[]; inserted: number; changed: number } {
  const olderByTs = new Map(older.map((bar) => [bar.ts, bar]));
  let changed = 0;
  const settled = newer.map((bar) => {
    const before = olderByTs.get(bar.ts);
    if (before === undefined) return bar;
    if (isSame(before, bar)) return confirmed(before, bar);
    changed++;
    return bar;
  });
  const bars = mergeBars(older, settled);
  return { bars, inserted: bars.length - older.length, changed };
}

function isSame(a: Bar, b: Bar): boolean {
  const near = (x: number, y: number): boolean =>
    Math.abs(x - y) <= SAME * Math.max(Math.abs(x), Math.abs(y));
  return (
    near(a.open, b.open) &&
    near(a.high, b.high) &&
    near(a.low, b.low) &&
    near(a.close, b.close) &&
    near(a.volume, b.volume)
  );
}

/** A stored bar that a later fetch confirmed: its values stay, what it lacked is filled in. */
function confirmed(before: Bar, again: Bar): Bar {
  return {
    ...before,
    vwap: again.vwap ?? before.vwap,
    trades: again.trades ?? before.trades,
    fetchedAt: Math.max(before.fetchedAt, again.fetchedAt),
  };
}

function assertAscending(bars: readonly Bar[]): void {
  bars.forEach((bar, i) => {
    if (!Number.isSafeInteger(bar.ts) || bar.ts <= (bars[i - 1]?.ts ?? Number.NEGATIVE_INFINITY)) {
      throw new BackfillError(
        'internal',
        `the bars of an update must ascend by ts; ${bar.ts} at ${i} does not`,
      );
    }
  });
}

function finiteDays<R extends { from: number; to: number }>(ranges: readonly R[]): readonly R[] {
  const endless = ranges.find(({ from, to }) => !Number.isSafeInteger(from) || !Number.isSafeInteger(to));
  if (endless)
    throw new BackfillError('internal', `learned days must be finite: ${endless.from} to ${endless.to}`);
  return ranges;
}
