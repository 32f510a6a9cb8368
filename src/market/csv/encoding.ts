import { constants } from 'node:buffer';

/** What the bytes of a text file were read as. */
export type Encoding = 'UTF-8' | 'UTF-8 with a mark' | 'UTF-16LE' | 'UTF-16BE' | 'Windows-1252';

/** A text and what it was written in. */
export interface Decoded {
  readonly text: string;
  readonly encoding: Encoding;
}

/**
 * Bytes as text: UTF-16 by its mark, or by a zero in one of the first two bytes; else UTF-8, and Windows-1252 where they are
 * none. The last character may be cut. Throws `RangeError` for a text that is too large.
 */
export function decodedText(bytes: Uint8Array): Decoded {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const encoding = wideEncodingOf(bytes) ?? (hasMark ? 'UTF-8 with a mark' : 'UTF-8');
  try {
    return { text: textIn(encoding, bytes), encoding };
  } catch (error) {
    if (!(error instanceof TypeError) || encoding.startsWith('UTF-16')) throw error;
    return { text: textIn('Windows-1252', bytes), encoding: 'Windows-1252' };
  }
}

/**
 * Bytes in an encoding that is known. Throws `TypeError` for what is no UTF-8, and `RangeError` for what no string has room for,
 * which would end the process without a word; the last character may be cut.
 */
export function textIn(encoding: Encoding, bytes: Uint8Array): string {
  if (bytes.length > constants.MAX_STRING_LENGTH)
    throw new RangeError(`${Math.ceil(bytes.length / 1e6)} MB of text`);
  if (encoding === 'UTF-8' || encoding === 'UTF-8 with a mark')
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  // As the beginning of a stream: read as a whole, Node 20 takes Windows-1252 for Latin-1, which has no sign of the euro.
  return new TextDecoder(encoding).decode(bytes, { stream: encoding === 'Windows-1252' });
}

function wideEncodingOf([first, second]: Uint8Array): 'UTF-16LE' | 'UTF-16BE' | undefined {
  if (first === undefined || second === undefined) return undefined;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'UTF-16LE';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'UTF-16BE';
  return undefined;
}
