import { INTERVALS } from '../../../core/session/interval.ts';
import { eachBounded } from '../../bounded.ts';
import type { ScanOptions } from '../../store.ts';
import { errno } from '../files/absent.ts';
import type { Blobs } from '../files/blobs.ts';
import { dataFileAt } from '../files/data-paths.ts';
import { ACTIONS, actionsPath, BARS, intervalPath, seriesPath } from '../files/layout.ts';
import { type DamageNotes, type GoneNote, writeLoss } from '../partition/damage-notes.ts';
import { openScanCache, type ScanCache, type Seen } from '../partition/scan-cache.ts';
import { isTaken, tidyTaken } from '../partition/taken-away.ts';
import { HeldDays } from './held-days.ts';
import { isAsked } from './noted.ts';

/** What a scan knows of files that were there once. */
interface Known {
  readonly cache: ScanCache;
  /** What of it the scan has come across. */
  readonly seen: Seen;
  readonly notes: DamageNotes;
}

/**
 * Files of the cache that are gone though nobody of us took them away (`taken-away.ts`): each is a loss, as one that was
 * damaged is. The one writer (`mayMove`) notes that, durably, before the cache loses its word. Silent where there is doubt.
 */
export async function vanishedFiles(
  blobs: Blobs,
  options: ScanOptions,
  { cache, seen, notes }: Known,
  mayMove: boolean,
): Promise<readonly GoneNote[]> {
  const found: GoneNote[] = [];
  const heldDays = new HeldDays(blobs, cache);
  let current: Promise<ScanCache | undefined> | undefined;
  // Whoever holds no lock may have read it long ago, before a writer took something away and forgot that he did.
  const isToldStill = async (path: string): Promise<boolean> => {
    current ??= mayMove ? Promise.resolve(cache) : openScanCache(blobs, Number.POSITIVE_INFINITY);
    return (await current)?.has(path) === true;
  };
  await eachBounded(cache.unseen(seen, beginningsOf(options)), async (path) => {
    const file = dataFileAt(path);
    const gone = cache.lastVersion(path);
    if (file === undefined || gone === undefined || !isAsked(options, file)) return;
    if (!(await isAbsent(blobs, path))) return;
    const isNews = notes.isGone(path, gone) ? false : await isLost(blobs, path, isToldStill);
    if (isNews === undefined) return;
    if (isNews) {
      const held = await heldDays.of(path);
      if (held !== undefined && held.length > 0) {
        const note = { file, gone, held };
        found.push(note);
        if (mayMove && !(await isNoted(blobs, note))) return;
      }
    }
    cache.forget(path);
  });
  if (mayMove && cache.isOfDisk)
    await tidyTaken(blobs, { isUntold: (path) => !cache.wasRead(path), isOlder: true });
  return found;
}

/**
 * Whether the file of a path, which is not there, was lost; undefined where that cannot be seen. A writer notes that he takes
 * it away before he does.
 */
async function isLost(
  blobs: Blobs,
  path: string,
  isToldStill: (path: string) => Promise<boolean>,
): Promise<boolean | undefined> {
  try {
    if (await isTaken(blobs, path)) return false;
    // It may have been there again meanwhile, and be taken away once more.
    return (await isToldStill(path)) && (await isAbsent(blobs, path)) && !(await isTaken(blobs, path));
  } catch {
    return undefined;
  }
}

/** Whether it is certain that nothing lies there. */
async function isAbsent(blobs: Blobs, path: string): Promise<boolean> {
  try {
    return (await blobs.version(path)) === undefined;
  } catch (error) {
    if (errno(error) === undefined) throw error;
    return false;
  }
}

/** Whether the loss is noted now: where there is no room for it the cache goes on telling of it. */
async function isNoted(blobs: Blobs, note: GoneNote): Promise<boolean> {
  try {
    await writeLoss(blobs, note);
    return true;
  } catch {
    return false;
  }
}

/** How the paths begin of the files that a scan is of, and perhaps of some more. */
function beginningsOf({ tickers, intervals = INTERVALS }: ScanOptions): string[] {
  if (tickers === undefined)
    return [`${ACTIONS}/`, ...intervals.map((interval) => `${intervalPath(BARS, interval)}/`)];
  return [...new Set(tickers)].flatMap((ticker) => [
    actionsPath(ticker),
    ...intervals.map((interval) => `${seriesPath(BARS, { ticker, interval })}/`),
  ]);
}
