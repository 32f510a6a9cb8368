import type { AsyncBuffer } from 'hyparquet';
import { BackfillError } from '../../../core/errors.ts';
import type { Head, Objects } from './objects.ts';

/** Bytes of the end that come with the first request: the whole end of nearly every file, and all of a small one. */
const TAIL_BYTES = 16 * 1024;

/** Times that an object is opened anew because it was replaced while it was read. */
const OPENINGS = 5;

/**
 * Runs `use` on an object of which parts are read, all of one version: where it is replaced meanwhile `use` is run again, on
 * the new one. Undefined if there is none.
 */
export async function openRanges<T>(
  objects: Objects,
  key: string,
  use: (content: AsyncBuffer, head: Head) => Promise<T>,
): Promise<T | undefined> {
  for (let opening = 1; ; opening++) {
    const tail = await objects.tail(key, TAIL_BYTES);
    if (tail === undefined) return undefined;
    let isReplaced = false;
    const content: AsyncBuffer = {
      byteLength: tail.size,
      async slice(start, end = tail.size) {
        if (start >= tail.from) return copyOf(tail.bytes.subarray(start - tail.from, end - tail.from));
        const bytes = await objects.part(key, tail.version, start, end);
        isReplaced ||= bytes === undefined;
        return copyOf(bytes ?? new Uint8Array(0));
      },
    };
    try {
      const result = await use(content, tail);
      if (!isReplaced) return result;
    } catch (error) {
      if (!isReplaced) throw error;
    }
    if (opening === OPENINGS)
      throw new BackfillError('store-unusable', `${key} is replaced faster than it can be read`, {
        scope: 'series',
      });
  }
}

/** A buffer of its own: what is decoded may keep a view of it. */
function copyOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
