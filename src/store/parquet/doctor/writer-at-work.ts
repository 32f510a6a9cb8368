import { basename } from 'node:path';
import type { StoreFacts, StoreWriter } from '../../facts.ts';
import { type Blobs, readText } from '../files/blobs.ts';
import { LOCK_FILE, RELEASED } from '../files/layout.ts';
import { mayBeInUse } from '../files/temp-owner.ts';
import { isAlive, WRITER } from '../files/writer.ts';

/**
 * Whether somebody may be writing a store, as far as can be told without trying its lock, which would be in the way of
 * who takes it: the last holder has not let go of it, and its process is alive, or on another machine.
 */
export async function mayBeWritten(blobs: Blobs): Promise<boolean> {
  try {
    const holder = await lastHolder(blobs);
    return holder !== undefined && mayLive(holder);
  } catch {
    return true;
  }
}

/** Whether a writer may be at a temp file who lost the lock under his hands: see `mayBeInUse`. */
export async function isTempInUse(blobs: Blobs, path: string): Promise<boolean> {
  const at = (await blobs.written(path))?.writtenAt ?? 0;
  const lockedAt = (await blobs.written(LOCK_FILE))?.writtenAt ?? 0;
  return mayBeInUse(basename(path), { at, lockedAt });
}

/** What a store is: see `StoreFacts`. */
export async function factsOf(blobs: Blobs): Promise<StoreFacts> {
  return { bytes: await blobs.bytesBelow('.'), writer: (await writerAtWork(blobs)) ?? null };
}

/** Who writes a store; one who has not said who he is yet is nobody. */
async function writerAtWork(blobs: Blobs): Promise<StoreWriter | undefined> {
  const holder = await lastHolder(blobs).catch(() => undefined);
  const { pid, host, command } = holder ?? {};
  if (holder === undefined || !mayLive(holder)) return undefined;
  if (typeof pid !== 'number' || typeof host !== 'string' || typeof command !== 'string') return undefined;
  const since = (await blobs.written(LOCK_FILE))?.writtenAt ?? 0;
  return { pid, host, command, since };
}

type Words = Readonly<Record<string, unknown>>;

/** What the last holder of the lock says, if he has not let go of it. Throws for words that are none of a holder's. */
async function lastHolder(blobs: Blobs): Promise<Words | undefined> {
  const words = await readText(blobs, LOCK_FILE);
  return words === undefined || words === RELEASED ? undefined : (JSON.parse(words) as Words);
}

function mayLive({ pid, host, joined }: Words): boolean {
  const isElsewhere = host !== WRITER.host || Array.isArray(joined);
  return typeof pid !== 'number' || isElsewhere || isAlive(pid);
}
