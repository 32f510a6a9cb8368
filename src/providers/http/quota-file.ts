import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { platform } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BackfillError } from '../../core/errors.ts';
import { sealed, unsealed } from '../../core/seal.ts';
import { readPlainFile } from '../../market/plain-file.ts';
import type { QuotaPlace } from './quota-owner.ts';
import { asRecord, FRESH, joined, type QuotaBook, type QuotaRecord } from './quota-record.ts';

/** Another process holds the lock for about a millisecond; longer than this it is stuck. */
const LOCK_TIMEOUT_MS = 10_000;

/** What is recorded, earlier versions' files included. Changes nothing. `now`: ms since the epoch. Throws `store-unusable`. */
export function lookIntoQuota({ path, former }: QuotaPlace, now: number): QuotaRecord {
  return [path, ...former].map((one) => read(one, now)).reduce(joined);
}

/** A record in a file, which lets go of it at once. */
export interface QuotaFile extends QuotaBook {
  close(): void;
}

/**
 * Opens a record in a file, creating it and its folders. `wall`: see `KeeperClocks`. Throws `store-unusable` where that is impossible.
 */
export async function openQuotaFile({ path, former }: QuotaPlace, wall: () => number): Promise<QuotaFile> {
  const { tryLock, unlock } = (await import('fs-native-extensions')).default;
  let lock: number;
  try {
    makeFolder(dirname(path));
    // To read too: a named pipe then does not wait for a reader.
    lock = openSync(`${path}.lock`, 'a+');
    if (!fstatSync(lock).isFile()) throw new Error(`${path}.lock is no file; remove it`);
  } catch (error) {
    throw unkept(path, error);
  }
  const file: QuotaFile = {
    wall,
    look: () => read(path, wall()),
    change: async (work) => {
      for (let waited = 0; !tryLock(lock); waited += 2) {
        if (waited > LOCK_TIMEOUT_MS) {
          throw new BackfillError('store-unusable', `another process does not let go of ${path}.lock`);
        }
        await sleep(2);
      }
      try {
        const { record, result } = work(read(path, wall()));
        write(path, record);
        return result;
      } finally {
        unlock(lock);
      }
    },
    close: () => closeSync(lock),
  };
  for (const old of former.filter((one) => existsSync(one))) {
    await file.change((record) => ({ record: joined(record, read(old, wall())), result: undefined }));
    // Ended in between, its requests are counted twice: some of the day are lost, and none is sent too many.
    rmSync(old, { force: true });
  }
  return file;
}

/** Nothing more is sent where it is not counted. */
function unkept(path: string, error: unknown): BackfillError {
  const why = error instanceof Error ? error.message : String(error);
  return new BackfillError(
    'store-unusable',
    `the quota of the provider cannot be kept at ${path}: ${why}; --state FOLDER keeps it elsewhere (stateFolder of the library)`,
    { cause: error },
  );
}

/** As `mkdir -p`, durably. Node's own recursion never ends below `/proc`. */
function makeFolder(path: string): void {
  const parent = dirname(path);
  if (parent !== path && !existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(path);
    syncFolder(parent);
  } catch (error) {
    // It may be another process's, made a moment ago.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}

/**
 * None where there is no file. It is replaced whole by every write, so only another hand or a failing disk can have spoilt
 * it: what was used then is not known, and is not taken for nothing.
 */
function read(path: string, now: number): QuotaRecord {
  const text = readIfAny(path);
  if (text === undefined) return FRESH;
  try {
    const { document, seal = 'broken' } = unsealed(JSON.parse(text)) ?? {};
    const record = seal === 'broken' ? undefined : asRecord(document);
    if (record !== undefined) return record;
  } catch {
    // No JSON.
  }
  return { ...FRESH, unknownAt: now };
}

function readIfAny(path: string): string | undefined {
  try {
    return readPlainFile(path).toString();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    // No plain file: no record either.
    if (code === undefined) return '';
    throw unkept(path, error);
  }
}

/** Makes the names in a folder durable. */
function syncFolder(folder: string): void {
  // Windows cannot open a folder; its file system journals names by itself.
  if (platform() === 'win32') return;
  const names = openSync(folder, 'r');
  try {
    fsyncSync(names);
  } finally {
    closeSync(names);
  }
}

/** Written under the lock, so one name for the temporary file is enough. Throws `store-unusable`. */
function write(path: string, record: QuotaRecord): void {
  const temp = `${path}.tmp`;
  try {
    const file = openSync(temp, 'w');
    try {
      writeSync(file, JSON.stringify(sealed(record)));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temp, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw unkept(path, error);
  }
}
