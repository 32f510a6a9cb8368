import type { AsyncBuffer } from 'hyparquet';
import { storedBarsOf } from '../../../core/bars/bar-builder.ts';
import type { Revision, Series } from '../../../core/bars/bars.ts';
import { refuted } from '../../../core/bars/carried-out.ts';
import { BackfillError } from '../../../core/errors.ts';
import { periodRange } from '../../../core/bars/partition.ts';
import type { SetAside } from '../../scan.ts';
import { assertBounds } from '../codec/bounds.ts';
import type { Blobs, Check, PutOptions } from '../files/blobs.ts';
import { assertSealed } from '../codec/byte-seal.ts';
import { decodeRevisions } from '../codec/decode-bars.ts';
import { type ActionsFooter, readRevisionsFooter } from '../codec/decode.ts';
import { digestOf } from '../codec/digest.ts';
import { troubleText } from '../files/trouble.ts';
import { encodeRevisions, REVISION_COLUMNS } from '../codec/encode.ts';
import { namingDamage, notingDamage } from '../partition/damage-notes.ts';
import { freshRevisions, inOrder } from './fresh-revisions.ts';
import { inspectAll, type Place } from './inspect.ts';
import { type Partition, REVISIONS, revisionsPath, seriesPath } from '../files/layout.ts';
import { assertDigest, digestIn, ownEntry, sealed, VERSION } from '../codec/own-entry.ts';
import { readMetadata } from '../codec/read-columns.ts';
import { listPartitions, partitionsOf } from '../files/walk.ts';

/** The revisions of a partition, ascending by `ts`; none if there is no file. Throws `store-corrupt` if it is damaged. */
export async function readRevisionsFile(blobs: Blobs, partition: Partition): Promise<Revision[]> {
  const path = revisionsPath(partition);
  const file = await blobs.read(path);
  if (file === undefined) return [];
  const { ticker } = partition.series;
  return namingDamage(blobs, { path, ticker }, file, () => decodeRevisionsOf(partition, file));
}

/** The content of a file of revisions. Throws `store-corrupt` if its rows are not those that were written. */
async function decodeRevisionsOf(partition: Partition, file: AsyncBuffer): Promise<Revision[]> {
  const stated = statedDigest(partition, await readRevisionsFooter(file));
  const revisions = await decodeRevisions(file);
  assertDigest(stated, () => digestOfRevisions(revisions));
  return revisions;
}

/** Throws `store-corrupt` like `decodeRevisionsOf`, and if the footer has other bounds than the rows. */
export async function assertWholeRevisions(partition: Partition, file: AsyncBuffer): Promise<void> {
  const revisions = await decodeRevisionsOf(partition, file);
  assertBounds(await readMetadata(file, REVISION_COLUMNS), { ts: revisions.map(({ before }) => before.ts) });
}

/** All revisions of a series, ascending by `ts`, then by when the bar was replaced. Throws like `readRevisionsFile`. */
export async function readRevisionsOf(blobs: Blobs, series: Series): Promise<Revision[]> {
  const revisions: Revision[] = [];
  for (const partition of await partitionsOf(blobs, series, periodRange('all'), REVISIONS))
    for (const revision of await readRevisionsFile(blobs, partition)) revisions.push(revision);
  return revisions.toSorted(inOrder);
}

/** Files of revisions that cannot be read, or are another partition's. They stay where they are. */
export async function damagedRevisions(blobs: Blobs): Promise<readonly SetAside[]> {
  const unlisted: SetAside[] = [];
  const partitions = await listPartitions(blobs, {}, REVISIONS, (series, error) => {
    unlisted.push({
      path: seriesPath(REVISIONS, series),
      reason: troubleText(error),
      isLeft: true,
      ...series,
    });
  });
  const placeOf = (partition: Partition): Place<string | undefined> => ({
    path: revisionsPath(partition),
    of: partition.series,
    read: (file) =>
      notingDamage(blobs, revisionsPath(partition), file, async () =>
        statedDigest(partition, await readRevisionsFooter(file)),
      ),
  });
  return [...unlisted, ...(await inspectAll(blobs, partitions, placeOf, false)).aside];
}

/**
 * Adds revisions to those that a partition has, durably, in place of what they refute; where all of them are there already nothing
 * is written.
 */
export async function addRevisions(
  blobs: Blobs,
  partition: Partition,
  known: readonly Revision[],
  added: readonly Revision[],
  ifVersion: PutOptions['ifVersion'],
): Promise<void> {
  const fresh = freshRevisions(known, added);
  if (fresh.length === 0) return;
  const gone = refuted(known, fresh);
  const kept = known.filter((revision) => !gone.has(revision));
  await writeRevisions(blobs, partition, [...kept, ...fresh], ifVersion);
}

/** Writes a file of revisions anew, with what is believed of it. */
export async function rewriteRevisions(blobs: Blobs, partition: Partition): Promise<void> {
  await writeRevisions(blobs, partition, await readRevisionsFile(blobs, partition));
}

/** Commits all revisions of a partition in place of what was there. */
export async function writeRevisions(
  blobs: Blobs,
  partition: Partition,
  content: readonly Revision[],
  ifVersion?: PutOptions['ifVersion'],
): Promise<void> {
  const revisions = content.toSorted(inOrder);
  const digest = digestOfRevisions(revisions);
  const metadata = encodeEntry(partition, revisions.length, digest);
  const check: Check = async (written) => {
    const footer = await readRevisionsFooter(written);
    if (footer.metadata !== metadata) throw new BackfillError('store-corrupt', 'its knowledge is another');
    const back = await decodeRevisions(written);
    assertDigest(digest, () => digestOfRevisions(back));
    await assertSealed(written, footer.parsed);
  };
  await blobs.put(revisionsPath(partition), encodeRevisions(revisions, metadata), { ifVersion, check });
}

/** What a file of revisions says of itself, as sealed JSON. */
function encodeEntry({ series, period }: Partition, rows: number, digest: string): string {
  const { ticker, interval } = series;
  return sealed({ version: VERSION, ticker, interval, period, rows, digest });
}

function statedDigest({ series, period }: Partition, footer: ActionsFooter): string | undefined {
  const place = { ticker: series.ticker, interval: series.interval, period };
  return digestIn(ownEntry(footer.metadata, place), (json) => json['rows'] === footer.rows);
}

/** Of what a file keeps of revisions. */
export function digestOfRevisions(revisions: readonly Revision[]): string {
  return digestOf(
    storedBarsOf(
      revisions.flatMap(({ before, after, stayed }) => {
        const answered = { ...after, vwap: null, trades: null };
        // Which of the two is stored is part of what is kept.
        return stayed === true ? [answered, before] : [before, answered];
      }),
    ),
  );
}
