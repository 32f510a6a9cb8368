import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { BackfillError } from '../../../core/errors.ts';

/** The part of what is free that may be taken. */
const MOST = 0.9;

/**
 * Counts bytes that are written to the folder for what is temporary. What it gives throws `store-unusable` before that is
 * full.
 */
export async function temporaryRoom(): Promise<(bytes: number) => void> {
  const folder = tmpdir();
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  let taken = 0;
  return (bytes) => {
    taken += bytes;
    if (taken <= free * MOST) return;
    throw new BackfillError(
      'store-unusable',
      `${folder} has no room for a copy of what is queried: ${Math.floor(free / 1e6)} MB are free; set TMPDIR to a folder that has more, or ask for fewer tickers`,
    );
  };
}
