import { BackfillError } from '../core/errors.ts';
import { fileTrouble } from '../core/file-trouble.ts';
import { readPlainFile } from './plain-file.ts';

/**
 * The text of a small file that a user wrote; `called` is how a message names it. Throws `usage` for a folder or a pipe,
 * for what the system does not give us, and for what is no text.
 */
export function readTextFile(path: string, called: string): string {
  return textOf(bytesOf(path, called), called);
}

/** The same; undefined where there is no such file. */
export function readTextFileIfAny(path: string, called: string): string | undefined {
  try {
    return readTextFile(path, called);
  } catch (error) {
    if (((error as BackfillError).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
      return undefined;
    throw error;
  }
}

/** Bytes as text. Throws `usage` for what is none. */
export function textOf(bytes: Uint8Array, called: string): string {
  const text = utf8(bytes);
  if (text !== undefined && !text.includes('\0')) return text;
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const what = isUtf16 ? 'is text in UTF-16; save it as UTF-8' : 'is no text (UTF-8)';
  throw new BackfillError('usage', `${called}: ${what}`);
}

function bytesOf(path: string, called: string): Uint8Array {
  try {
    return readPlainFile(path);
  } catch (error) {
    throw new BackfillError('usage', `${called}: cannot be read${fileTrouble(error, 'read')}`, {
      cause: error,
    });
  }
}

/** Without a byte order mark; undefined for bytes that are no UTF-8. */
function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
