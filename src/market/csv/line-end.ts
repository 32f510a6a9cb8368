import { closeSync, fstatSync, readSync } from 'node:fs';
import { openPlainFile } from '../plain-file.ts';

/** Whether a text ends with the end of a line, or of a quoted field: else it may have been cut on its way. */
export function isEnded(text: string): boolean {
  return /(^|[\r\n"])\s*$/.test(text.slice(-64));
}

/** The same of a file that is not compressed, in any encoding, by its last bytes. Throws what the file system does. */
export function isFileEnded(path: string): boolean {
  const file = openPlainFile(path);
  try {
    const bytes = Buffer.alloc(64);
    const read = readSync(file, bytes, 0, bytes.length, Math.max(0, fstatSync(file).size - bytes.length));
    return isEnded(bytes.toString('latin1', 0, read).replaceAll('\0', ''));
  } finally {
    closeSync(file);
  }
}
