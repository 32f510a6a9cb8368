// Calls of the system on files, made as `paced` says. Each that goes through the thread pool wakes a thread and is woken by
// it, which costs more than most of these calls do; only a flush always has to wait.

import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { TO_READ } from '../../../market/plain-file.ts';
import { paced, pacedNames } from './paced.ts';

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

export async function openToRead(path: string): Promise<number> {
  return paced(
    () => fs.openSync(path, TO_READ),
    () => pooled.open(path, TO_READ),
  );
}

/** To write to and to read from. Fails with `EEXIST` if there is one. */
export async function createFile(path: string): Promise<number> {
  return pacedNames(
    () => fs.openSync(path, 'wx+'),
    () => pooled.open(path, 'wx+'),
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
  await pacedNames<unknown>(
    () => fs.mkdirSync(path),
    () => pooled.mkdir(path),
  );
}

/** Replaces `to` in one step. */
export async function renameFile(from: string, to: string): Promise<void> {
  return pacedNames(
    () => fs.renameSync(from, to),
    () => pooled.rename(from, to),
  );
}

export async function removeName(path: string): Promise<void> {
  return pacedNames(
    () => fs.unlinkSync(path),
    () => pooled.unlink(path),
  );
}
