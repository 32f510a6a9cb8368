import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { FileLocks } from 'fs-native-extensions';
import { BackfillError } from '../../core/errors.ts';
import { LOCK_FILE } from './layout.ts';
import { WRITER } from './writer.ts';

/** Who holds a lock, as the lock file says it; its modification time says since when. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
}

/**
 * Takes the operating system's lock on a store: one writer at a time, freed by the system when the process dies,
 * however it dies. The root must exist. Gives the function that frees it; the file stays. Throws `store-locked`,
 * naming the holder, if another store object has it, in this process or in any other.
 */
export async function lockStore(root: string): Promise<() => void> {
  const { tryLock, unlock } = await nativeLocks();
  // A plain descriptor: a FileHandle that the caller lost sight of would be collected, and the lock with it.
  const fd = openSync(join(root, LOCK_FILE), 'a+');
  try {
    if (!tryLock(fd)) throw new BackfillError('store-locked', lockedMessage(root, fd));
    const holder: Holder = { pid: WRITER.pid, host: WRITER.host, command: WRITER.command };
    ftruncateSync(fd);
    writeSync(fd, `${JSON.stringify(holder)}\n`);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return () => {
    unlock(fd);
    closeSync(fd);
  };
}

/** The native module, loaded only by who locks: worker threads never do. */
async function nativeLocks(): Promise<FileLocks> {
  try {
    return (await import('fs-native-extensions')).default;
  } catch (error) {
    const reason =
      'the native module fs-native-extensions does not load on this platform, or a bundler took it along: leave backfill out of the bundle';
    throw new BackfillError('store-unusable', `the store cannot be locked: ${reason}`, { cause: error });
  }
}

function lockedMessage(root: string, fd: number): string {
  const since = fstatSync(fd).mtime.toISOString();
  const holder = parseHolder(readFileSync(fd, 'utf8'));
  const who = holder
    ? `${holder.command} (pid ${holder.pid} on ${holder.host} since ${since})`
    : 'another process';
  return `the store ${root} is being written by ${who}; wait for it, stop it, or use another store`;
}

/** Undefined for what is no holder: it may have the lock and not have written its name yet. */
function parseHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}
