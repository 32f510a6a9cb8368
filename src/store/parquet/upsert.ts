import type { Revision } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { NO_BARS, type StoredBars } from '../../core/bars/columns.ts';
import { volumeStepOf } from '../../core/bars/compare.ts';
import { NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import { periodOf, sessionDateOf } from '../../core/bars/partition.ts';
import { contains, subtract } from '../../core/session/ranges.ts';
import type { SeriesUpdate, UpsertResult } from '../store.ts';
import { isFull } from './codec/body.ts';
import { type Blobs, type PutOptions, untilUndisturbed } from './files/blobs.ts';
import { learnFrom, splitByPeriod } from './partition/answer.ts';
import { barsPath, type Partition, revisionsPath } from './files/layout.ts';
import { type Merged, mergeAnswer } from './partition/merge.ts';
import { behindBody, type PartitionPart, wholeOf } from './partition/partition-file.ts';
import { missingUntilRerun, readAllOrSetAside } from './beside/quarantine.ts';
import { Reads } from './beside/reads.ts';
import type { Note } from './partition/scan-cache.ts';
import type { Told } from './partition/told.ts';
import { addRevisions, readRevisionsFile } from './beside/revisions.ts';
import { writePartition } from './partition/write-partition.ts';

/** A partition that an answer touches: as it was, and what comes into it. */
interface Change {
  readonly partition: Partition;
  readonly before: PartitionPart | undefined;
  readonly merged: Merged;
  /** Replaced rows whose session was final, and how many these are; behind them those that stayed. */
  readonly revisions: readonly Revision[];
  readonly revised: number;
  /** Those that the partition has already, where there are some to add. */
  readonly known: KnownRevisions;
}

interface KnownRevisions extends Pick<PutOptions, 'ifVersion'> {
  readonly revisions: readonly Revision[];
}

interface UpsertTools {
  readonly note?: Note | undefined;
  /** What was read already. */
  readonly reads?: Reads;
  /** What daily bars tell from now on. Default: as it was. */
  readonly told?: Told | undefined;
}

/**
 * Merges an answer into every partition that its bars or its knowledge touch, one after the other. If one of them, or
 * the revisions that it would add to, is damaged it goes to quarantine, none is written, and `store-corrupt` is thrown.
 */
export async function upsertSeries(
  blobs: Blobs,
  update: SeriesUpdate,
  { note, reads = new Reads(blobs), told }: UpsertTools,
): Promise<UpsertResult> {
  const parts = splitByPeriod(update);
  const planned = await plannedChanges(blobs, update, parts, reads);
  const changes: Change[] = [];
  for (const first of planned) {
    const { period } = first.partition;
    const part = new Map([[period, parts.get(period) ?? NO_BARS]]);
    const write = async (attempt: number): Promise<Change> => {
      const [change = first] = attempt === 1 ? [] : await plannedChanges(blobs, update, part, reads);
      await writeChange(blobs, update, change, reads, { note, told });
      return change;
    };
    changes.push(await untilUndisturbed(write));
  }
  const total = (count: (change: Change) => number): number =>
    changes.reduce((sum, change) => sum + count(change), 0);
  return {
    inserted: total(({ merged }) => merged.inserted),
    changed: total(({ merged }) => merged.replaced.length),
    revised: total(({ revised }) => revised),
    partitions: changes.length,
  };
}

async function writeChange(
  blobs: Blobs,
  update: SeriesUpdate,
  { partition, before, merged, revisions, known }: Change,
  reads: Reads,
  { note, told }: Omit<UpsertTools, 'reads'>,
): Promise<void> {
  // First, so that no old value is ever nowhere.
  await addRevisions(blobs, partition, known.revisions, revisions, known.ifVersion);
  const knowledge = learnFrom(before?.knowledge, update, partition.period, told);
  const content = { bars: merged.bars, knowledge, body: before?.body };
  await writePartition(blobs, partition, content, { note, ifVersion: reads.versionOf(barsPath(partition)) });
}

/** Reads what is there and merges it with the answer, of which `parts` are the bars by period, writing nothing. */
async function plannedChanges(
  blobs: Blobs,
  update: SeriesUpdate,
  parts: ReadonlyMap<string, StoredBars>,
  reads: Reads,
): Promise<Change[]> {
  const partitions = [...parts.keys()].map((period): Partition => ({ series: update.series, period }));
  const dayOf = sessionDateOf(update.series.interval, calendarById(update.calendar));
  const { volumeSteps = [] } = update;
  const stepAt = (ts: number): number =>
    volumeSteps.length === 0 ? 0 : volumeStepOf(volumeSteps, dayOf(ts));
  const merge = async (partition: Partition): Promise<Pick<Change, 'before' | 'merged'>> => {
    const news = parts.get(partition.period) ?? NO_BARS;
    const [first = Number.POSITIVE_INFINITY] = news.ts;
    const opened = await reads.opened(partition);
    const before = await behindBody(partition, opened, (lastTs) => lastTs < first, update.calendar);
    const merged = mergeAnswer(before?.bars ?? NO_BARS, news, stepAt);
    if (before?.body === undefined || !isFull(update.series, merged.bars, dayOf)) return { before, merged };
    const whole = await wholeOf(partition, opened, update.calendar);
    return { before: whole, merged: mergeAnswer(whole?.bars ?? NO_BARS, news, stepAt) };
  };
  const all = await readAllOrSetAside(
    blobs,
    partitions.map((partition) => ({
      path: barsPath(partition),
      loss: missingUntilRerun('sessions'),
      read: async () => ({ partition, ...(await merge(partition)) }),
    })),
  );
  const changes = all.map((change) => {
    const { present, provisional } = change.before?.knowledge.coverage ?? NOTHING_KNOWN;
    const final = subtract(present, provisional);
    const revised = change.merged.replaced.filter(({ before }) => contains(final, dayOf(before.ts)));
    const { period } = change.partition;
    const stayed = (update.stayed ?? []).filter(
      ({ before }) => periodOf(update.series.interval, dayOf(before.ts)) === period,
    );
    return { ...change, revisions: [...revised, ...stayed], revised: revised.length };
  });
  const known = await readKnownRevisions(
    blobs,
    changes.filter(({ revisions }) => revisions.length > 0).map(({ partition }) => partition),
  );
  return changes.map((change) => ({ ...change, known: known.get(change.partition) ?? NONE_KNOWN }));
}

const NONE_KNOWN: KnownRevisions = { revisions: [] };

async function readKnownRevisions(
  blobs: Blobs,
  partitions: readonly Partition[],
): Promise<Map<Partition, KnownRevisions>> {
  const files = partitions.map((partition) => ({
    path: revisionsPath(partition),
    loss: 'the replaced values in it are lost to queries; run the same backfill again',
    read: async () => {
      const ifVersion = (await blobs.version(revisionsPath(partition))) ?? null;
      return { revisions: await readRevisionsFile(blobs, partition), ifVersion };
    },
  }));
  const known = await readAllOrSetAside(blobs, files);
  return new Map(partitions.map((partition, i) => [partition, known[i] ?? NONE_KNOWN]));
}
