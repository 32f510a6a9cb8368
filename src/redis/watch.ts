import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { patienceOf } from './patient.ts';
import { whyNot } from './words.ts';

/** Between two signs that it takes what it is told, ms. */
const EVERY_MS = 1000;

/** How long it may take none before that is said, and until it is said again, ms. */
const SAID_AFTER_MS = 5000;
const SAID_AGAIN_MS = 60_000;

export interface WatchPace {
  readonly everyMs?: number;
  readonly afterMs?: number;
  readonly againMs?: number;
}

/** Of which servers a listener is told already: a process may have several connections to one. */
const TOLD = new WeakMap<(line: string) => void, Set<string>>();

/**
 * Says in a line that a server does not answer, or refuses what it is told, for longer than a few seconds; again each minute, and
 * when that is over; a listener hears it once, whatever connections to the server it watches. Ends with the connection. `shown`:
 * its URL without the password.
 */
export function watchRedis(
  redis: Redis,
  shown: string,
  onNote: (line: string) => void,
  { everyMs = EVERY_MS, afterMs = SAID_AFTER_MS, againMs = SAID_AGAIN_MS }: WatchPace = {},
): void {
  const told = TOLD.get(onNote) ?? new Set();
  if (told.has(shown)) return;
  TOLD.set(onNote, told.add(shown));
  const key = `backfill:probe:${randomBytes(6).toString('hex')}`;
  const patience = patienceOf(redis);
  let asked: number | undefined;
  let said: number | undefined;
  let isEnded = false;
  const heard = (): void => {
    // What waits when the connection is ended has no answer.
    if (isEnded || patience?.isOver) return;
    const forMs = performance.now() - (asked ?? 0);
    if (said !== undefined)
      onNote(`the Redis server ${shown} works again, after ${Math.round(forMs / 1000)} s`);
    [asked, said] = [undefined, undefined];
    if (patience !== undefined) patience.last = undefined;
  };
  const stop = (): void => {
    isEnded = true;
    clearInterval(timer);
    told.delete(shown);
  };
  const look = (): void => {
    // One that is being sought has no end to tell of.
    if (patience?.isOver) return stop();
    const now = performance.now();
    if (asked === undefined) {
      asked = now;
      // One that was refused for good, as by rights, was answered.
      redis.set(key, '1', 'PX', 10 * everyMs).then(heard, heard);
      return;
    }
    if (now - asked < afterMs || (said !== undefined && now - said < againMs)) return;
    said = now;
    const why = whyNot(patience?.last);
    const seconds = Math.round((now - asked) / 1000);
    onNote(`the Redis server ${shown} has not worked for ${seconds} s: ${why}; it is waited for`);
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  redis.once('end', stop);
}
