import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { BackfillError } from '../core/errors.ts';
import type { RedisAddress } from './address.ts';
import { type Patience, isRefusal, withPatience } from './patient.ts';
import { whyNot } from './words.ts';

/** How long a server may take to answer the first time, ms. */
const CONNECT_MS = 5000;

/** The least that works: BullMQ refuses an older one. */
const OLDEST = 5;

/** Waits between two tries to reach a server that was there, ms: with jitter, so that machines do not come all at once. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 3000;

export interface Connecting {
  /** Whether it has to take what it is told, too. Default true; who only looks may do so at a full one. */
  readonly writes?: boolean;
  /** How long an answer may take, ms, until what was asked fails. Default: it is waited for. */
  readonly answerMs?: number;
  /** How long it may take to answer the first time, ms. Default 5000. */
  readonly connectMs?: number;
  /** In [0, 1), spreads the tries of machines. */
  readonly random?: () => number;
}

/**
 * Connects to a server and sees that it can be used. Once it was there, what is asked of it waits until it is there again, and
 * takes what it is told, however long that is not so. Throws `queue-unusable` in one line: who does not answer, where, why and
 * what to do.
 */
export async function connectRedis(
  address: RedisAddress,
  { writes = true, answerMs, connectMs = CONNECT_MS, random = Math.random }: Connecting = {},
): Promise<Redis> {
  const { host, port, db, username, password, isEncrypted } = address;
  let isReached = false;
  const patience: Patience = { isPatient: false, last: undefined, random, all: new Set(), isOver: false };
  const plain = new Redis({
    ...{ host, port, db, connectTimeout: connectMs, lazyConnect: true },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: {} }),
    ...(answerMs !== undefined && { commandTimeout: answerMs }),
    // As BullMQ wants it: a command is not given up because its server is being restarted.
    maxRetriesPerRequest: null,
    retryStrategy: (tries) =>
      isReached ? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries) * (0.5 + random() / 2) : null,
  });
  const redis = withPatience(plain, patience);
  redis.on('error', (error: unknown) => (patience.last = error));
  const silence = endSilent(redis, patience, connectMs);
  try {
    await redis.connect();
    const [, major = '0'] = /redis_version:(\d+)/.exec(await redis.info('server')) ?? [];
    if (Number(major) < OLDEST)
      throw new Error(`its version is ${major}, and the oldest that works is ${OLDEST}`);
    // What the client asks for by itself is refused without a word.
    if (db !== 0) await redis.select(db);
    if (writes) await assertTaking(redis);
  } catch (error) {
    redis.disconnect();
    throw unusable(address, isRefusal(error) ? error : (patience.last ?? error));
  } finally {
    clearTimeout(silence);
  }
  isReached = true;
  patience.isPatient = writes;
  patience.last = undefined;
  return redis;
}

/** Gives a connection up to which nothing at all is said, as by a server that is stopped: it lets others in, and does not answer. */
function endSilent(redis: Redis, patience: Patience, afterMs: number): NodeJS.Timeout {
  const silence = setTimeout(() => {
    patience.last = Object.assign(new Error('nothing came'), { code: 'ETIMEDOUT' });
    // Its end would be waited for, too.
    redis.stream.destroy();
  }, afterMs);
  redis.once('connect', () => redis.stream.once('data', () => clearTimeout(silence)));
  return silence;
}

/** Writes a word, for a moment. Throws how the server refuses it. */
export async function assertTaking(redis: Redis): Promise<void> {
  try {
    await redis.set(`backfill:probe:${randomBytes(6).toString('hex')}`, '1', 'PX', 1000);
  } catch (error) {
    // Rights to that key alone are nobody's trouble.
    if (isRefusal(error)) throw error;
  }
}

function unusable({ shown, isEncrypted }: RedisAddress, error: unknown): BackfillError {
  const { code = '' } = error as NodeJS.ErrnoException;
  const isNoTls = isEncrypted && /^(?:ETIMEDOUT|ECONNRESET|EPIPE|EPROTO|ERR_SSL)/.test(code);
  const why = isNoTls ? 'it does not answer in TLS; one without it is written redis://' : whyNot(error);
  return new BackfillError('queue-unusable', `the Redis server ${shown} cannot be used: ${why}`, {
    cause: error,
  });
}
