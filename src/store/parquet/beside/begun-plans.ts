import type { BegunPlans } from '../../begun-plans.ts';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import { RUNS } from '../files/layout.ts';

/** Name of a note, among the records of runs. */
export const BEGUN_NAME = /^[0-9a-f]{64}\.begun$/;

/** A small file each, which says when. `usable` turns what the file system says into `store-unusable`. */
export function openBegunPlans(blobs: Blobs, usable: <T>(work: () => Promise<T>) => Promise<T>): BegunPlans {
  return {
    note: (digest, at) =>
      usable(async () => {
        const path = pathOf(digest);
        if ((await blobs.version(path)) !== undefined) return;
        await blobs.put(path, bytesOfText(`${new Date(at).toISOString()}\n`), { ifVersion: null });
      }),
    since: (digest) =>
      usable(async () => {
        const at = Date.parse((await readText(blobs, pathOf(digest)))?.trim() ?? '');
        return Number.isNaN(at) ? undefined : at;
      }),
  };
}

function pathOf(digest: string): string {
  return `${RUNS}/${digest}.begun`;
}
