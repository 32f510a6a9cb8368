import { createHash } from 'node:crypto';
import type { AsyncBuffer, FileMetaData, KeyValue } from 'hyparquet';
import { BackfillError } from '../../../core/errors.ts';
import { bytesAt, viewOf } from './bytes-at.ts';
import { BYTES_KEY, CREATED_BY } from './keys.ts';
import { assertOwnPages } from './page-walk.ts';

/**
 * Two digests over every byte of a file, in an entry of its key-value metadata: a reader of ours may never look at a byte
 * by which another one refuses the file, or reads it otherwise.
 *
 *     | PAR1 | pages | … backfill.bytes: PAGES END … | length | PAR1 |
 *     `---- PAGES ---'`------------------- END ----------------------'
 *
 * A scan holds what it reads, the end, against END, in which the digits of END itself count as zeros; who reads rows holds
 * all the rest against PAGES, which END vouches for. A file that another tool wrote has another `created_by`: what it kept
 * of the entry is of other bytes, and says nothing.
 */

/** Hex digits of each digest: 128 bits of SHA-256. */
const DIGITS = 32;

/** Bytes behind a footer: its length, and the magic. */
export const AFTER_FOOTER = 8;

/** The entry of a file that is about to be sealed: behind all others. */
export const UNSEALED_ENTRY: KeyValue = { key: BYTES_KEY, value: '0'.repeat(2 * DIGITS) };

/** What the end of a file says of its bytes. */
export type ByteSeal =
  /** The end is as it was written; `pages`: the digest of all before it. */
  | { readonly is: 'whole'; readonly pages: string }
  /** It is not. */
  | { readonly is: 'broken' }
  /** Of an older version, or written by another tool. */
  | { readonly is: 'none' };

export const NO_SEAL: ByteSeal = { is: 'none' };

/** Why a file whose end is not as it was written is not taken at its word. */
export const CHANGED_END = 'its end was changed after it was written';

/** Why nothing is read of a file of which other bytes than those are not. */
const CHANGED_BYTES = 'its bytes are not all those that were written';

/** Writes the digests into a whole file that has `UNSEALED_ENTRY`. */
export function sealBytes(file: Uint8Array): void {
  const start = startOfEnd(file);
  const end = file.subarray(start);
  const at = placeOfDigits(end);
  if (at === undefined) throw new BackfillError('internal', 'a file without room for its digests');
  const put = (digest: string, place: number): void => {
    new TextEncoder().encodeInto(digest, end.subarray(place, place + DIGITS));
  };
  put(digestOf([file.subarray(0, start)]), at);
  put(digestOfEnd(end, at), at + DIGITS);
}

/** What the end of a file says, from the footer on. Who changed nothing but the name of the entry left two of them. */
export function byteSealIn(
  end: Uint8Array,
  { created_by, key_value_metadata: entries = [] }: FileMetaData,
): ByteSeal {
  if (created_by !== CREATED_BY) return NO_SEAL;
  const entry = entries.find(({ key }) => key === BYTES_KEY);
  if (entry === undefined) return entries.length > 1 ? { is: 'broken' } : NO_SEAL;
  const at = placeOfDigits(end);
  const { value = '' } = entry;
  const isWhole = at !== undefined && value.slice(DIGITS) === digestOfEnd(end, at);
  return isWhole ? { is: 'whole', pages: value.slice(0, DIGITS) } : { is: 'broken' };
}

/** What a file says of itself, with its seal. */
export interface Sealed extends FileMetaData {
  readonly seal: ByteSeal;
}

/**
 * Throws `store-corrupt` if the bytes before the end of a file, which has a whole seal, are not those that were written. Of
 * a file of ours of an older version, which has none, the headers of its pages must agree with its footer.
 */
export async function assertPages(file: AsyncBuffer, metadata: Sealed): Promise<void> {
  const { seal, metadata_length, created_by } = metadata;
  if (seal.is === 'whole') {
    const bytes = await bytesAt(file, 0, file.byteLength - AFTER_FOOTER - metadata_length);
    if (digestOf([bytes]) !== seal.pages) throw changedBytes();
  } else if (seal.is === 'none' && created_by === CREATED_BY)
    await assertOwnPages(file, metadata).catch((error: unknown) => {
      if (error instanceof Error && 'syscall' in error) throw error;
      throw changedBytes(error);
    });
}

function changedBytes(cause?: unknown): BackfillError {
  return new BackfillError('store-corrupt', CHANGED_BYTES, { cause });
}

/** The same, and if its end is not. */
export async function assertBytes(file: AsyncBuffer, metadata: Sealed): Promise<void> {
  if (metadata.seal.is === 'broken') throw new BackfillError('store-corrupt', CHANGED_END);
  await assertPages(file, metadata);
}

/** Throws `store-corrupt` unless all bytes of a file are those that were sealed. */
export async function assertSealed(file: AsyncBuffer, metadata: Sealed): Promise<void> {
  if (metadata.seal.is !== 'whole') throw new BackfillError('store-corrupt', CHANGED_END);
  await assertPages(file, metadata);
}

function startOfEnd(file: Uint8Array): number {
  return file.length - AFTER_FOOTER - viewOf(file).getUint32(file.length - AFTER_FOOTER, true);
}

/** A text is a type and a length before its letters, each one byte here. */
const BEFORE_TEXT = 2;

/** Where the digits begin in the end of a file, whose last text with this key is the key. */
function placeOfDigits({ buffer, byteOffset, length }: Uint8Array): number | undefined {
  const key = Buffer.from(buffer, byteOffset, length).lastIndexOf(BYTES_KEY);
  const at = key + BYTES_KEY.length + BEFORE_TEXT;
  return key === -1 || at + 2 * DIGITS > length ? undefined : at;
}

function digestOfEnd(end: Uint8Array, at: number): string {
  const own = at + DIGITS;
  return digestOf([end.subarray(0, own), ZEROS, end.subarray(own + DIGITS)]);
}

const ZEROS = new TextEncoder().encode('0'.repeat(DIGITS));

function digestOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, DIGITS);
}
