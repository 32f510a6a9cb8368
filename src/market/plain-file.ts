import { closeSync, constants, openSync, readFileSync, type Stats, statSync } from 'node:fs';

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
  const fd = openPlainFile(path);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function kindOf(stats: Stats): string {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isFIFO()) return 'named pipe';
  return stats.isSocket() ? 'socket' : 'device';
}
