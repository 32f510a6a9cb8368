import { close, closeSync, fstat, fstatSync, open, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { AsyncBuffer } from 'hyparquet';
import { orAbsent } from './disk.ts';
import { paced } from './paced.ts';
import { type Stamp, stampOf } from './stamp.ts';

const opened = promisify(open);
const closed = promisify(close);
const inspected = promisify(fstat);
const filled = promisify(read);

/**
 * Runs `use` on an open file; what it reads is one version of it, whatever is renamed over it, and no older than its
 * stamp. Undefined if there is none.
 */
export async function withFile<T>(
  path: string,
  use: (file: AsyncBuffer, stamp: Stamp) => Promise<T>,
): Promise<T | undefined> {
  const fd = await orAbsent(
    asked(
      () => openSync(path, 'r'),
      () => opened(path, 'r'),
    ),
  );
  if (fd === undefined) return undefined;
  try {
    const stats = await paced(
      () => fstatSync(fd, { bigint: true }),
      () => inspected(fd, { bigint: true }),
    );
    return await use(contentOf(fd, Number(stats.size)), stampOf(stats));
  } finally {
    await paced(
      () => closeSync(fd),
      () => closed(fd),
    );
  }
}

function contentOf(fd: number, size: number): AsyncBuffer {
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(end - start);
      const count = await paced(
        () => readSync(fd, bytes, 0, bytes.length, start),
        async () => (await filled(fd, bytes, 0, bytes.length, start)).bytesRead,
      );
      // Shorter only if another hand cut the file meanwhile; what is left does not decode.
      return count === bytes.length ? bytes.buffer : bytes.buffer.slice(0, count);
    },
  };
}

/** `paced` as a promise, whatever it throws. */
async function asked<T>(inPlace: () => T, pooled: () => Promise<T>): Promise<T> {
  return paced(inPlace, pooled);
}
