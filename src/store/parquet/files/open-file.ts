import type { AsyncBuffer } from 'hyparquet';
import { closeFile, inspectFile, openToRead, readInto } from './calls.ts';
import { naming, orAbsent } from './absent.ts';
import { type Stamp, stampOf } from './stamp.ts';

/**
 * Runs `use` on an open file; what it reads is one version of it, whatever is renamed over it, and no older than its
 * stamp. Undefined if there is none.
 */
export async function withFile<T>(
  path: string,
  use: (file: AsyncBuffer, stamp: Stamp) => Promise<T>,
): Promise<T | undefined> {
  const fd = await orAbsent(openToRead(path));
  if (fd === undefined) return undefined;
  try {
    const stats = await inspectFile(fd);
    return await naming(path, use(contentOf(fd, Number(stats.size)), stampOf(stats)));
  } finally {
    await closeFile(fd);
  }
}

function contentOf(fd: number, size: number): AsyncBuffer {
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(end - start);
      const count = await readInto(fd, bytes, 0, start);
      // Shorter only if another hand cut the file meanwhile; what is left does not decode.
      return count === bytes.length ? bytes.buffer : bytes.buffer.slice(0, count);
    },
  };
}
