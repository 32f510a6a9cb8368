import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';

/** To read: a pipe that another hand put in place of a file then has no bytes, instead of keeping us waiting for ever. */
export const TO_READ: number = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file to read. Throws for what is none: who opens a named pipe waits, deaf to signals, until somebody writes to
 * it, and a device may never end.
 */
export function openPlainFile(path: string): number {
  const kind = kindOf(statSync(path));
  if (kind !== 'file') throw new Error(`it is a ${kind}, not a file`);
  return openSync(path, TO_READ);
}

/** The bytes of a file. Throws like `openPlainFile`. */
export function readPlainFile(path: string): Buffer {
  return withFile(path, (fd) => readFileSync(fd));
}

/** A file that is read in parts, as long as it stays what it was when it was first opened. */
export class FileInParts {
  /** Bytes. */
  readonly size: number;
  readonly #path: string;
  readonly #state: string;

  /** Throws like `openPlainFile`. */
  constructor(path: string) {
    this.#path = path;
    const stats = withFile(path, (fd) => fstatSync(fd));
    this.size = stats.size;
    this.#state = stateOf(stats);
  }

  /** The bytes of `[from, to)`. Throws where the file is another one, or was written, since it was first opened. */
  read(from: number, to: number): Buffer {
    return withFile(this.#path, (fd) => {
      const bytes = Buffer.allocUnsafe(to - from);
      let filled = 0;
      while (filled < bytes.length) {
        const count = readSync(fd, bytes, filled, bytes.length - filled, from + filled);
        if (count === 0) break;
        filled += count;
      }
      if (filled < bytes.length || stateOf(fstatSync(fd)) !== this.#state)
        throw new Error('it was changed while it was read: run again');
      return bytes;
    });
  }
}

function withFile<T>(path: string, work: (fd: number) => T): T {
  const fd = openPlainFile(path);
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}

function stateOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

/** What stands at a path, as a word. */
export function kindOf(stats: Stats): string {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isFIFO()) return 'named pipe';
  return stats.isSocket() ? 'socket' : 'device';
}
