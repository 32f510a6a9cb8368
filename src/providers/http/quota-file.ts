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
import { largest } from '../../core/extremes.ts';
import type { Quota, QuotaUse } from '../../core/plan/quota.ts';
import { sealed, unsealed } from '../../core/seal.ts';
import { readPlainFile } from '../../market/plain-file.ts';
import type { QuotaPlace } from './quota-owner.ts';

/** What all processes that use one key know of its quota. Times are wall-clock ms since the epoch. */
export interface QuotaRecord extends QuotaUse {
  readonly pausedUntil: number;
  /** Units that may be used in a window of which the provider tells the use, where it has told that. Default: it has not. */
  readonly toldLimit?: number;
  /** Slots reserved by now, since the record was begun: the number of the next one. Default 0. */
  readonly slots?: number;
  /** Slots whose requests may have arrived late, and when; ascending in both. Default: none. */
  readonly late?: readonly LateSlot[];
  /** The quotas that whoever asked last kept: those of the plan of the key; empty for none. Default: nobody recorded any. */
  readonly quotas?: readonly Quota[];
}

/** The request of a slot may have arrived as late as `at`. */
export interface LateSlot {
  readonly slot: number;
  readonly at: number;
}

const FRESH: QuotaRecord = { nextAt: 0, pausedUntil: 0, windows: {} };

/** Another process holds the lock for about a millisecond; longer than this it is stuck. */
const LOCK_TIMEOUT_MS = 10_000;

/** A record on disk that processes change one after the other. */
export interface QuotaFile {
  /** The record as it is now; another process may be changing it. */
  look(): QuotaRecord;
  /** Reads, changes and writes the record while no other process does. Durable when it resolves. */
  change<T>(work: (record: QuotaRecord) => { record: QuotaRecord; result: T }): Promise<T>;
  close(): void;
}

/** What is recorded, earlier versions' files included. Changes nothing. `now`: ms since the epoch. Throws `store-unusable`. */
export function lookIntoQuota({ path, former }: QuotaPlace, now: number): QuotaRecord {
  return [path, ...former].map((one) => read(one, now)).reduce(joined);
}

/**
 * Opens a record, creating it and its folders. `wall`: see `KeeperClocks`. Throws `store-unusable` where that is impossible.
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

/** What two records tell of one quota: they counted different requests. */
function joined(one: QuotaRecord, other: QuotaRecord): QuotaRecord {
  const windows = { ...one.windows };
  for (const [name, { index, used }] of Object.entries(other.windows)) {
    const known = windows[name];
    if (known === undefined || known.index < index) windows[name] = { index, used };
    else if (known.index === index) windows[name] = { index, used: known.used + used };
  }
  const [nextAt, pausedUntil] = [
    Math.max(one.nextAt, other.nextAt),
    Math.max(one.pausedUntil, other.pausedUntil),
  ];
  const unknownAt = largest([one, other].flatMap((record) => record.unknownAt ?? []));
  const toldLimit = one.toldLimit ?? other.toldLimit;
  const quotas = one.quotas ?? other.quotas;
  const { slots, late } = (one.slots ?? 0) >= (other.slots ?? 0) ? one : other;
  return {
    ...{ nextAt, pausedUntil, windows },
    ...(Number.isFinite(unknownAt) && { unknownAt }),
    ...(toldLimit !== undefined && { toldLimit }),
    ...(quotas !== undefined && { quotas }),
    ...(slots !== undefined && { slots }),
    ...(late !== undefined && { late }),
  };
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
    const record = document as QuotaRecord | undefined;
    if (record !== undefined && seal !== 'broken' && isRecord(record)) return record;
  } catch {
    // No JSON, or without such fields.
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

/** Throws for what has no such fields. */
function isRecord(record: QuotaRecord): boolean {
  const { nextAt, pausedUntil, windows, unknownAt = 0, toldLimit = 1, quotas = [] } = record;
  const { slots = 0, late = [] } = record;
  const counts = Object.values(windows).flatMap(({ index, used }) => [index, used]);
  const isCount = counts.every((count) => Number.isSafeInteger(count) && count >= 0);
  const isLimit = Number.isFinite(toldLimit) && toldLimit > 0;
  const areQuotas = quotas.every(({ requests, perMs }) => requests > 0 && perMs > 0);
  const areSlots =
    Number.isSafeInteger(slots) &&
    late.every(({ slot, at }) => Number.isSafeInteger(slot) && Number.isFinite(at));
  return (
    areSlots &&
    isCount &&
    isLimit &&
    areQuotas &&
    [nextAt, pausedUntil, unknownAt].every((value) => Number.isFinite(value))
  );
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
