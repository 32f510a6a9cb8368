import { sealOfText } from '../../../core/seal.ts';
import type { BegunPlans } from '../../begun-plans.ts';
import { type Blobs, bytesOfText, readText } from '../files/blobs.ts';
import { RUNS } from '../files/layout.ts';

/** Name of a note, among the records of runs. */
export const BEGUN_NAME = /^[0-9a-f]{64}\.begun$/;

/** A small file each, which says when, with a seal of that behind it. `usable` turns what the file system says into `store-unusable`. */
export function openBegunPlans(blobs: Blobs, usable: <T>(work: () => Promise<T>) => Promise<T>): BegunPlans {
  return {
    note: (digest, at) =>
      usable(async () => {
        const path = pathOf(digest);
        if ((await blobs.version(path)) !== undefined) return;
        await blobs.put(path, bytesOfText(noteOf(new Date(at).toISOString())), { ifVersion: null });
      }),
    since: (digest) =>
      usable(async () => {
        const text = (await readText(blobs, pathOf(digest))) ?? '';
        const [said = ''] = text.split(/[ \n]/, 1);
        // Earlier versions wrote the instant alone. One that was changed since tells of no beginning.
        const at = text === noteOf(said) || text === `${said}\n` ? Date.parse(said) : Number.NaN;
        return Number.isNaN(at) ? undefined : at;
      }),
  };
}

function noteOf(instant: string): string {
  return `${instant} ${sealOfText(instant)}\n`;
}

function pathOf(digest: string): string {
  return `${RUNS}/${digest}.begun`;
}
