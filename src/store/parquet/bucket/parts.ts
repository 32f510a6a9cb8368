import { BackfillError } from '../../../core/errors.ts';
import { bytesAsFile } from '../codec/bytes-at.ts';
import type { Append, Check } from '../files/blobs.ts';
import { notAsMeant } from '../files/not-as-meant.ts';
import { type Head, type Objects, PART_BYTES, type Upload } from './objects.ts';

/**
 * Looks at bytes before they are sent; the server refuses what arrives as anything else, by the digests beside them. Throws
 * `store-unusable` for what is not what was meant.
 */
export async function assertMeant(path: string, bytes: Uint8Array, check: Check | undefined): Promise<void> {
  try {
    await check?.(bytesAsFile(bytes));
  } catch (error) {
    if (!(error instanceof BackfillError && error.code === 'store-corrupt')) throw error;
    throw notAsMeant(path, error.message);
  }
}

/** An object that is written part by part: in one piece as long as it is a small one. */
export function appendingTo(objects: Objects, key: string) {
  let waiting: Uint8Array[] = [];
  let length = 0;
  let upload: Upload | undefined;
  const taken = (): Uint8Array => {
    const bytes = Buffer.concat(waiting);
    [waiting, length] = [[], 0];
    return bytes;
  };
  const append: Append = async (bytes) => {
    // A copy: whoever gives it may write over it.
    waiting.push(new Uint8Array(bytes));
    length += bytes.length;
    if (length < PART_BYTES) return;
    upload ??= await objects.beginUpload(key);
    await upload.add(taken());
  };
  return {
    append,
    async complete(): Promise<Head> {
      if (upload === undefined) return objects.put(key, taken(), undefined);
      if (length > 0) await upload.add(taken());
      return upload.complete(undefined);
    },
    /** Never rejects. */
    async giveUp(): Promise<void> {
      await upload?.giveUp();
    },
  };
}
