import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Bar } from '../../../core/bars/bars.ts';
import { rewriteActions } from '../beside/actions.ts';
import { commitFolder } from '../files/commit.ts';
import type { CommitFs } from '../files/commit-fs.ts';
import { isThere, kindAt } from '../files/kind.ts';
import { type Partition, QUARANTINE, timeStamp } from '../files/layout.ts';
import { keepRejected, setAside, versionOf } from '../beside/quarantine.ts';
import { rewriteRevisions } from '../beside/revisions.ts';
import type { BarsExam } from './examine-bars.ts';
import { examineOther } from './examine-others.ts';
import type { Finding } from './finding.ts';
import type { Found } from './walk-all.ts';
import { writePartition } from '../partition/write-partition.ts';

/** Who says in `quarantine/rows` that the rows are wrong. */
const SOURCE = 'doctor';

/** Writes the sound content of a partition in place of what is there; the rows that go are kept first. */
export async function rewrite(
  fs: CommitFs,
  root: string,
  partition: Partition,
  { content, removed }: Exclude<BarsExam['repair'], 'move' | undefined>,
  now: number,
): Promise<void> {
  const rows = removed.map(({ bar, reason }) => ({ row: jsonOf(bar), reason }));
  if (rows.length > 0) await keepRejected(fs, root, partition.series, rows, SOURCE, now);
  await writePartition(fs, root, partition, content);
}

/** Mends anything but bars: a sound file that another hand had is written anew, all else is moved. Whether it is mended. */
export async function mendOther(
  fs: CommitFs,
  root: string,
  found: Found,
  findings: readonly Finding[],
): Promise<boolean> {
  const isSound = findings.every(({ kind }) => kind === 'knowledge-edited' || kind === 'rewritten');
  if (isSound && found.is === 'actions') await rewriteActions(fs, root, found.ticker);
  else if (isSound && found.is === 'revisions') await rewriteRevisions(fs, root, found.partition);
  else return moveAside(fs, root, found.path);
  return (await examineOther(root, found)).length === 0;
}

/** Moves whatever lies at a path to quarantine. Whether there is nothing of it any more, or a folder, where one belongs. */
export async function moveAside(fs: CommitFs, root: string, path: string): Promise<boolean> {
  const [kind, version] = [await kindAt(join(root, path)), await versionOf(root, path)];
  if (path === QUARANTINE) await moveQuarantine(fs, root, version?.writtenAt ?? 0);
  else if (kind === 'file') await setAside(fs, root, path, version);
  else if (kind !== undefined) await moveWhole(fs, root, path, path, version?.writtenAt ?? 0);
  return path === QUARANTINE || !(await isThere(join(root, path)));
}

/** What lies where the quarantine belongs moves into one. */
async function moveQuarantine(fs: CommitFs, root: string, writtenAt: number): Promise<void> {
  const aside = `.${QUARANTINE}.${timeStamp(writtenAt)}`;
  await rename(join(root, QUARANTINE), join(root, aside));
  await moveWhole(fs, root, aside, QUARANTINE, writtenAt);
}

/** A folder or a pipe cannot replace the file that marks a name as taken, as `setAside` does it. */
async function moveWhole(
  fs: CommitFs,
  root: string,
  path: string,
  name: string,
  writtenAt: number,
): Promise<void> {
  const stem = join(root, `${QUARANTINE}/${name}.${timeStamp(writtenAt)}`);
  await commitFolder(fs, root, dirname(stem));
  for (let n = 1; ; n++) {
    if (await isThere(`${stem}-${n}`)) continue;
    await rename(join(root, path), `${stem}-${n}`);
    await fs.syncDirectory(dirname(stem));
    await fs.syncDirectory(dirname(join(root, path)));
    return;
  }
}

/** JSON has no NaN: such a value is kept as text. */
function jsonOf(bar: Bar): object {
  return Object.fromEntries(
    Object.entries(bar).map(([name, value]) => [name, Number.isNaN(value) ? 'NaN' : value]),
  );
}
