import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { FileLocks } from 'fs-native-extensions';
import { BackfillError } from '../../../core/errors.ts';
import { readPlainFile } from '../../../market/plain-file.ts';
import { storeLocked } from '../../locked.ts';
import { LOCK_FILE, RELEASED } from './layout.ts';
import { type LockId, lockIdOf } from './write-right.ts';
import { WRITER } from './writer.ts';

/** Who holds a lock, as the lock file says it; its modification time says since when. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  /** See `StoreLock`; left out where the last holder let go in good order. */
  readonly untidySince?: string;
}

/** The lock on a store, held. */
export interface StoreLock {
  /**
   * Since when writers may have left temp files, and folders that a power loss takes away, because they did not let go of it
   * in good order; null if the last one did. By the file system's clock, ns since the epoch.
   */
  readonly untidySince: bigint | null;
  /** When it was taken, by the file system's clock: ns since the epoch. */
  readonly since: bigint;
  readonly id: LockId;
  /** Says that nothing of earlier writers lies about any more. */
  tidied(): void;
  /** Frees it, `inOrder` if nothing lies about. */
  free(inOrder: boolean): void;
}

/**
 * Takes the operating system's lock on a store: one writer at a time, freed by the system when the process dies,
 * however it dies. The root must exist. The file stays when it is freed. Throws `store-locked`, naming the holder, if
 * another store object has it, in this process or in any other.
 */
export async function lockStore(root: string): Promise<StoreLock> {
  const { tryLock, unlock } = await nativeLocks();
  // A plain descriptor: a FileHandle that the caller lost sight of would be collected, and the lock with it.
  const fd = openSync(join(root, LOCK_FILE), 'a+');
  try {
    if (!fstatSync(fd).isFile())
      throw new BackfillError('store-unusable', `${join(root, LOCK_FILE)} is no file; remove it`);
    if (!tryLock(fd)) throw lockedBy(root, fd);
    const untidySince = untidySinceOf(fd);
    const holder: Holder = { pid: WRITER.pid, host: WRITER.host, command: WRITER.command };
    sayHolder(fd, untidySince === null ? holder : { ...holder, untidySince: String(untidySince) });
    const stats = fstatSync(fd, { bigint: true });
    const [since, id] = [stats.mtimeNs, lockIdOf(stats)];
    const tidied = (): void => sayHolder(fd, holder);
    return { untidySince, since, id, tidied, free: (inOrder) => free(fd, unlock, inOrder) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * When this process took the lock of a store, in whatever thread, by the file system's clock (ns since the epoch); undefined
 * if it does not hold it, or if those before it left it untidy.
 */
export function heldSince(root: string): bigint | undefined {
  try {
    const path = join(root, LOCK_FILE);
    const holder = parseHolder(readPlainFile(path).toString());
    const isTidy = holder?.pid === WRITER.pid && holder.host === WRITER.host && !holder.untidySince;
    return isTidy ? statSync(path, { bigint: true }).mtimeNs : undefined;
  } catch {
    return undefined;
  }
}

/** What the last holder left, by its last words: those of a dead one say since when it held it. */
function untidySinceOf(fd: number): bigint | null {
  const words = readFileSync(fd, 'utf8');
  if (words === RELEASED) return null;
  const last = parseHolder(words);
  // None yet, or it died between two words.
  if (last === undefined) return 0n;
  return last.untidySince === undefined ? fstatSync(fd, { bigint: true }).mtimeNs : BigInt(last.untidySince);
}

function free(fd: number, unlock: FileLocks['unlock'], inOrder: boolean): void {
  try {
    if (inOrder) say(fd, RELEASED);
  } catch {
    // A full disk: the next holder sweeps once too often.
  } finally {
    unlock(fd);
    closeSync(fd);
  }
}

function sayHolder(fd: number, holder: Holder): void {
  say(fd, `${JSON.stringify(holder)}\n`);
}

/** Durably: after a power loss the next holder must not take a stopped run for one that ended in good order. */
function say(fd: number, words: string): void {
  ftruncateSync(fd);
  writeSync(fd, words);
  fsyncSync(fd);
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

function lockedBy(root: string, fd: number): BackfillError {
  const holder = parseHolder(readFileSync(fd, 'utf8'));
  return storeLocked(root, holder && { ...holder, since: fstatSync(fd).mtimeMs });
}

/** Undefined for what is no holder: it may have the lock and not have written its name yet. */
function parseHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}
