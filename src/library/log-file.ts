import { writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { BackfillError } from '../core/errors.ts';
import { fileTrouble } from '../core/file-trouble.ts';
import { openStore } from '../store/open.ts';
import { outFileAt } from './out-file.ts';

const LINE_END = 10;

/** A file that lines are added to, each at once. */
export interface LogFile {
  /** Adds a line, which has its end. Never throws: what a full disk has no room for is lacking. */
  write(line: string): void;
  /** Gives how many lines are lacking. */
  close(): Promise<number>;
}

/**
 * Opens the file that the user called `to`, which is made if it is not there; its folder is not. `onTrouble` is told of the
 * first line that could not be written: others are tried all the same. Throws `usage` where it cannot be written, or lies in
 * the store at a path or URL.
 */
export async function openLogFile(
  to: string,
  store: string,
  onTrouble: (why: string) => void,
): Promise<LogFile> {
  const { path, isStream } = await outFileAt(to, openStore(store));
  const file = await opened(path, to);
  const { fd } = file;
  let isTorn = !isStream && (await endsTorn(path));
  let lacking = 0;
  return {
    write: (line) => {
      const bytes = Buffer.from(isTorn ? `\n${line}` : line);
      let at = 0;
      try {
        while (at < bytes.length) at += writeSync(fd, bytes, at);
      } catch (error) {
        if (lacking++ === 0) onTrouble(`${to} cannot be written${fileTrouble(error, 'write')}`);
      }
      if (at > 0) isTorn = bytes[at - 1] !== LINE_END;
    },
    close: async () => {
      await file.close();
      return lacking;
    },
  };
}

async function opened(path: string, to: string): Promise<FileHandle> {
  try {
    return await open(path, 'a');
  } catch (error) {
    throw new BackfillError('usage', `${to} cannot be written${fileTrouble(error, 'write')}`, {
      cause: error,
    });
  }
}

/** Whether a file has a last line without its end: one that a full disk cut. */
async function endsTorn(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { size } = await file.stat();
    if (size === 0) return false;
    const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
    return buffer[0] !== LINE_END;
  } finally {
    await file.close();
  }
}
