// Calls of the system on files, each made as `paced` says.

import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { paced } from './paced.ts';

const pooled = {
  open: promisify(fs.open),
  close: promisify(fs.close),
  read: promisify(fs.read),
  write: promisify(fs.write),
  fstat: promisify(fs.fstat),
  mkdir: promisify(fs.mkdir),
  rename: promisify(fs.rename),
  unlink: promisify(fs.unlink),
};

/** To read: a pipe that another hand put in place of a file then has no bytes, instead of keeping us waiting for ever. */
export const TO_READ: number = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

export async function openFile(path: string, flags: string | number): Promise<number> {
  return paced(
    () => fs.openSync(path, flags),
    () => pooled.open(path, flags),
  );
}

export async function closeFile(fd: number): Promise<void> {
  return paced(
    () => fs.closeSync(fd),
    () => pooled.close(fd),
  );
}

export async function inspectFile(fd: number): Promise<fs.BigIntStats> {
  return paced(
    () => fs.fstatSync(fd, { bigint: true }),
    () => pooled.fstat(fd, { bigint: true }),
  );
}

/** Reads what lies from `position` on into `bytes` from `at` on. Gives the number of bytes read: 0 at the end. */
export async function readInto(fd: number, bytes: Uint8Array, at: number, position: number): Promise<number> {
  return paced(
    () => fs.readSync(fd, bytes, at, bytes.length - at, position),
    async () => (await pooled.read(fd, bytes, at, bytes.length - at, position)).bytesRead,
  );
}

/** Writes all bytes behind what was written before. */
export async function writeAll(fd: number, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;)
    at += await paced(
      () => fs.writeSync(fd, bytes, at),
      async () => (await pooled.write(fd, bytes, at)).bytesWritten,
    );
}

/** From the memory of the system to the disk: the one call that always has to wait. */
export const flushFile: (fd: number) => Promise<void> = promisify(fs.fsync);

export async function makeFolder(path: string): Promise<void> {
  await paced(
    () => fs.mkdirSync(path),
    () => pooled.mkdir(path),
  );
}

export async function renameFile(from: string, to: string): Promise<void> {
  return paced(
    () => fs.renameSync(from, to),
    () => pooled.rename(from, to),
  );
}

export async function removeName(path: string): Promise<void> {
  return paced(
    () => fs.unlinkSync(path),
    () => pooled.unlink(path),
  );
}
