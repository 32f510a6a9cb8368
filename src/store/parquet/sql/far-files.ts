import { NO_BARS } from '../../../core/bars/columns.ts';
import { BackfillError } from '../../../core/errors.ts';
import { eachBounded } from '../../bounded.ts';
import { type Scan, unreadableIn } from '../../scan.ts';
import type { LeftOut } from '../../views.ts';
import { readFooter } from '../codec/decode.ts';
import { encodeActions, encodeBars, encodeRevisions } from '../codec/encode.ts';
import { corrupt } from '../codec/read-columns.ts';
import type { BlobFile, Blobs } from '../files/blobs.ts';
import type { DataFile } from '../files/data-paths.ts';
import type { Partition } from '../files/layout.ts';
import { temporaryRoom } from '../files/room.ts';
import { withScratch } from '../files/scratch.ts';
import { notingDamage } from '../partition/damage-notes.ts';
import { judgeKnowledge, type Knowledge, trustedWord } from '../partition/knowledge.ts';
import { Readings } from '../partition/said.ts';
import { openScanCache } from '../partition/scan-cache.ts';
import { writePartition } from '../partition/write-partition.ts';
import { assertAsWritten, listViewFiles, type ViewFiles } from './view-files.ts';

/** Brings files to where DuckDB reads them, see `Fill`. */
export type Bring = (
  files: readonly DataFile[],
  isKnowing: boolean,
  scan: Scan,
) => Promise<readonly LeftOut[]>;

/**
 * Lets `use` have files that lie where DuckDB does not read, under the same paths in a folder of this machine, which is gone
 * afterwards: all of them empty, until `bring` is told which are read. Of others it brings what they say of themselves, where
 * that is asked for. It throws `store-unusable` where there is no room.
 */
export function withFilesOf<T>(far: Blobs, use: (near: Blobs, bring: Bring) => Promise<T>): Promise<T> {
  return withScratch(async ({ blobs: near, lay }) => {
    const survey = await far.survey(Number.POSITIVE_INFINITY);
    const files = await listViewFiles(survey);
    for (const [content, paths] of emptyFiles(files)) await lay(content, paths);
    const take = await temporaryRoom();
    const brought = new Map<string, LeftOut | undefined>();
    const bring: Bring = async (asked, isKnowing, scan) => {
      const distrusted = new Set((scan.distrusted ?? []).map(({ path }) => path));
      await eachBounded(asked, async (file) => {
        if (brought.has(file.path)) return;
        const content = await far.read(file.path);
        // One that was removed meanwhile stays empty.
        if (content === undefined) return;
        take(content.byteLength);
        const mustBeTrusted = isKnowing && !distrusted.has(file.path);
        const damage = await damageOf(far, file, content, mustBeTrusted);
        brought.set(file.path, damage);
        if (damage === undefined)
          await near.put(file.path, new Uint8Array(await content.slice(0, content.byteLength)));
      });
      if (isKnowing) {
        // Of these the views have what the scan found out.
        const known = new Set([...distrusted, ...unreadableIn(scan).map(({ path }) => path)]);
        const others = files.own.filter(({ path }) => !brought.has(path) && !known.has(path));
        await bringKnowledge(survey, near, others);
      }
      return asked.flatMap(({ path }) => brought.get(path) ?? []);
    };
    return use(near, bring);
  });
}

/** What lies in place of files of each kind. */
function emptyFiles({ own, foreign }: ViewFiles): [content: Uint8Array, paths: string[]][] {
  const of = (is: DataFile['is']): string[] => own.filter((file) => file.is === is).map(({ path }) => path);
  return [
    // Of a folder that is none of a store's only the names are looked at.
    [encodeBars(NO_BARS, '{}'), [...of('bars'), ...foreign.flatMap(({ files }) => files)]],
    [encodeActions([], '{}'), of('actions')],
    [encodeRevisions([], '{}'), of('revisions')],
  ];
}

/** Why a file is not to be read, noted where it lies; undefined for one that is as it was written. */
async function damageOf(
  far: Blobs,
  file: DataFile,
  content: BlobFile,
  mustBeTrusted: boolean,
): Promise<LeftOut | undefined> {
  try {
    await notingDamage(far, file.path, content, async () => {
      await assertAsWritten(file, content);
      if (!mustBeTrusted || file.is !== 'bars') return;
      const word = trustedWord(file.partition, await readFooter(content));
      if ('doubt' in word) throw corrupt(word.doubt);
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof BackfillError) || error.code !== 'store-corrupt') throw error;
    return { path: file.path, reason: error.message };
  }
}

/** Writes what partitions say of themselves, without their bars: as the cache of scans has it, else from their ends. */
async function bringKnowledge(far: Blobs, near: Blobs, files: readonly DataFile[]): Promise<void> {
  const cache = await openScanCache(far, files.length);
  const readings = new Readings();
  const read = (path: string, partition: Partition): Promise<Knowledge | undefined> =>
    far.open(path, async (content) => {
      const judged = judgeKnowledge(partition, await readFooter(content));
      return 'known' in judged ? judged.known : undefined;
    });
  await eachBounded(files, async (file) => {
    if (file.is !== 'bars') return;
    const { path, partition } = file;
    const said = cache?.recall(path, (await far.version(path)) ?? '');
    const knowledge = said ? readings.partition(partition, said).knowledge : await read(path, partition);
    if (knowledge !== undefined) await writePartition(near, partition, { bars: NO_BARS, knowledge });
  });
}
