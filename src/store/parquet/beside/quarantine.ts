import type { Series } from '../../../core/bars/bars.ts';
import { BackfillError } from '../../../core/errors.ts';
import type { RejectedRow } from '../../store.ts';
import { type Blobs, bytesOfText, type Written } from '../files/blobs.ts';
import { HeldDays } from './held-days.ts';
import { noteSetAside } from '../partition/damage-notes.ts';
import { noteTaken } from '../partition/taken-away.ts';
import { FORGOTTEN, QUARANTINE, REJECTED, seriesPath, timeStamp } from '../files/layout.ts';

/**
 * Moves a damaged file (path relative to the root) to `quarantine/PATH.TIME-N`, TIME being when it was last written.
 * Nothing there is ever overwritten. Does nothing if the file is no longer the one that was found damaged.
 */
export async function setAside(
  blobs: Blobs,
  path: string,
  found: Written | undefined,
  heldDays = new HeldDays(blobs),
): Promise<void> {
  const now = await blobs.written(path);
  if (now === undefined || now.version !== found?.version) return;
  const stem = `${QUARANTINE}/${path}.${timeStamp(now.writtenAt)}`;
  const aside = await blobs.add(stem, '', new Uint8Array(0));
  await noteSetAside(blobs, path, aside, await heldDays.of(path));
  // That it is moved matters more than that.
  await noteTaken(blobs, path).catch(() => {});
  await blobs.move(path, aside);
}

/** A file that somebody wants to read and that may be damaged. */
interface Readable<T> {
  /** Relative to the root. */
  readonly path: string;
  /** What its loss means and what to do, to end a message. */
  readonly loss: string;
  /** Throws `store-corrupt` if it is damaged. */
  readonly read: () => Promise<T>;
}

/** `the sessions in it are missing until ...`: of a file that a provider can fill again. */
export function missingUntilRerun(content: string): string {
  return `the ${content} in it are missing until the same backfill is run again`;
}

/**
 * Reads files that are about to be written. If any is damaged, all damaged ones are moved to quarantine and
 * `store-corrupt` is thrown: going on without what they held would be a silent loss.
 */
export async function readAllOrSetAside<T>(blobs: Blobs, files: readonly Readable<T>[]): Promise<T[]> {
  const contents: T[] = [];
  const damages: { loss: string; error: BackfillError }[] = [];
  const heldDays = new HeldDays(blobs);
  for (const { path, loss, read } of files) {
    try {
      contents.push(await read());
    } catch (error) {
      if (!(error instanceof BackfillError && error.code === 'store-corrupt')) throw error;
      await setAside(blobs, path, await blobs.written(path), heldDays);
      damages.push({ loss, error });
    }
  }
  const [first] = damages;
  if (first === undefined) return contents;
  const what = damages.map(({ error }) => error.message).join('; ');
  const { ticker } = first.error;
  const details = { cause: first.error, ...(ticker !== undefined && { ticker }) };
  throw new BackfillError('store-corrupt', `${what}; in quarantine now; ${first.loss}`, details);
}

/** Keeps rejected rows as one JSON file, `quarantine/rows/interval=../ticker=../TIME-N.json`. */
export async function keepRejected(
  blobs: Blobs,
  series: Series,
  rows: readonly RejectedRow[],
  source: string,
  fetchedAt: number,
): Promise<void> {
  const record = { ...series, source, fetchedAt: new Date(fetchedAt).toISOString(), rows };
  const stem = `${seriesPath(REJECTED, series)}/${timeStamp(fetchedAt)}`;
  await blobs.add(stem, '.json', bytesOfText(`${JSON.stringify(record, null, 1)}\n`));
}

/** Damaged files that were moved aside, as paths relative to the root, ascending. */
export async function listAside(blobs: Blobs): Promise<string[]> {
  const paths = await blobs.listDeep(QUARANTINE);
  return paths
    .filter((path) => !path.startsWith(`${REJECTED}/`) && !path.startsWith(`${FORGOTTEN}/`))
    .toSorted();
}
