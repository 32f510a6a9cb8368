import type { Blobs } from '../files/blobs.ts';

/** A file that changes each time we look is written by somebody whose next version may be sound. */
const LOOKS = 5;

/** Looks at a path, and again as long as it seems damaged and somebody replaced the file meanwhile. */
export async function lookUntilStill<T>(
  blobs: Blobs,
  path: string,
  look: () => Promise<T>,
  isDamaged: (result: T) => boolean,
): Promise<T> {
  for (let n = 1; ; n++) {
    const before = await blobs.written(path);
    const result = await look();
    if (!isDamaged(result) || n === LOOKS) return result;
    const after = await blobs.written(path);
    if (before?.version === after?.version) return result;
  }
}
