import type { Bar } from '../../../core/bars/bars.ts';
import { rewriteActions } from '../beside/actions.ts';
import { orAbsent } from '../files/absent.ts';
import type { Blobs } from '../files/blobs.ts';
import { type Partition, QUARANTINE, timeStamp } from '../files/layout.ts';
import { keepRejected, setAside } from '../beside/quarantine.ts';
import { rewriteRevisions } from '../beside/revisions.ts';
import type { BarsExam } from './examine-bars.ts';
import { examineOther } from './examine-others.ts';
import type { Finding } from './finding.ts';
import type { FaultyRow } from './row-faults.ts';
import type { Found } from './walk-all.ts';
import { writePartition } from '../partition/write-partition.ts';

/** Who says in `quarantine/rows` that the rows are wrong. */
const SOURCE = 'doctor';

/** Writes the sound content of a partition in place of what is there; the rows that go are kept first. */
export async function rewrite(
  blobs: Blobs,
  partition: Partition,
  { content, removed }: Exclude<BarsExam['repair'], 'move' | undefined>,
  now: number,
): Promise<void> {
  await keepRemoved(blobs, partition, removed, now);
  await writePartition(blobs, partition, content);
}

/** Keeps rows that are about to go. */
export async function keepRemoved(
  blobs: Blobs,
  { series }: Partition,
  removed: readonly FaultyRow[],
  now: number,
): Promise<void> {
  const rows = removed.map(({ bar, reason }) => ({ row: jsonOf(bar), reason }));
  if (rows.length > 0) await keepRejected(blobs, series, rows, SOURCE, now);
}

/** Kinds of damage of files whose rows are as they were. */
const SOUND: ReadonlySet<Finding['kind']> = new Set([
  'knowledge-edited',
  'rewritten',
  'wrong-bounds',
  'changed-bytes',
]);

/**
 * Mends anything but bars: a sound file that another hand had is written anew, a leftover removed, all else moved. Whether it
 * is mended.
 */
export async function mendOther(blobs: Blobs, found: Found, findings: readonly Finding[]): Promise<boolean> {
  const isSound = findings.every(({ kind }) => SOUND.has(kind));
  if (isSound && found.is === 'actions') await rewriteActions(blobs, found.ticker);
  else if (isSound && found.is === 'revisions') await rewriteRevisions(blobs, found.partition);
  else if (found.is === 'forgotten') await blobs.removeFolder(found.path);
  else if (found.is === 'temp' || findings.every(({ harmless }) => harmless === true))
    return remove(blobs, found.path);
  else return moveAside(blobs, found.path);
  return (await examineOther(blobs, found)).length === 0;
}

/** Removes a file, be it there or not. */
async function remove(blobs: Blobs, path: string): Promise<true> {
  await orAbsent(blobs.remove(path));
  return true;
}

/** Moves whatever lies at a path to quarantine. Whether there is nothing of it any more, or a folder, where one belongs. */
export async function moveAside(blobs: Blobs, path: string): Promise<boolean> {
  const [kind, found] = [await blobs.kind(path), await blobs.written(path)];
  if (path === QUARANTINE) await moveQuarantine(blobs, found?.writtenAt ?? 0);
  else if (kind === 'file') await setAside(blobs, path, found);
  else if (kind !== undefined) await moveWhole(blobs, path, path, found?.writtenAt ?? 0);
  return path === QUARANTINE || (await blobs.kind(path)) === undefined;
}

/** What lies where the quarantine belongs moves into one. */
async function moveQuarantine(blobs: Blobs, writtenAt: number): Promise<void> {
  const aside = `.${QUARANTINE}.${timeStamp(writtenAt)}`;
  await blobs.move(QUARANTINE, aside);
  await moveWhole(blobs, aside, QUARANTINE, writtenAt);
}

/** A folder or a pipe cannot replace the file that marks a name as taken, as `setAside` does it. */
async function moveWhole(blobs: Blobs, path: string, name: string, writtenAt: number): Promise<void> {
  const stem = `${QUARANTINE}/${name}.${timeStamp(writtenAt)}`;
  let n = 1;
  while ((await blobs.kind(`${stem}-${n}`)) !== undefined) n++;
  await blobs.move(path, `${stem}-${n}`);
}

/** JSON has no NaN: such a value is kept as text. */
function jsonOf(bar: Bar): object {
  return Object.fromEntries(
    Object.entries(bar).map(([name, value]) => [name, Number.isNaN(value) ? 'NaN' : value]),
  );
}
