import { Redis } from 'ioredis';
import { BackfillError } from '../core/errors.ts';
import type { RedisAddress } from './address.ts';

/** How long a server may take to answer the first time, ms. */
const CONNECT_MS = 5000;

/** The least that works: BullMQ refuses an older one. */
const OLDEST = 5;

/** Waits between two tries to reach a server that was there, ms: with jitter, so that machines do not come all at once. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 3000;

/**
 * Connects to a server and sees that it can be used. Once it was there, what is asked of it waits until it is there again,
 * however long it is away. Throws `queue-unusable` in one line: who does not answer, where, why and what to do. `random`: in
 * [0, 1), spreads the tries of machines.
 */
export async function connectRedis(
  address: RedisAddress,
  random: () => number = Math.random,
): Promise<Redis> {
  const { host, port, db, username, password, isEncrypted } = address;
  let isReached = false;
  let trouble: unknown;
  const redis = new Redis({
    ...{ host, port, db, connectTimeout: CONNECT_MS, lazyConnect: true },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: {} }),
    // As BullMQ wants it: a command is not given up because its server is being restarted.
    maxRetriesPerRequest: null,
    retryStrategy: (tries) =>
      isReached ? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries) * (0.5 + random() / 2) : null,
  });
  redis.on('error', (error: unknown) => (trouble = error));
  try {
    await redis.connect();
    const [, major = '0'] = /redis_version:(\d+)/.exec(await redis.info('server')) ?? [];
    if (Number(major) < OLDEST)
      throw new Error(`its version is ${major}, and the oldest that works is ${OLDEST}`);
  } catch (error) {
    redis.disconnect();
    throw unusable(address, trouble ?? error);
  }
  isReached = true;
  return redis;
}

/** What the system's codes mean. */
const UNREACHED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there; start it, or see that host and port are right',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'no route leads there',
  ECONNRESET: 'the connection was cut; TLS is written rediss://',
};

function unusable({ shown }: RedisAddress, error: unknown): BackfillError {
  const { code = '', message } = error as Error & { readonly code?: string };
  return new BackfillError(
    'queue-unusable',
    `the Redis server ${shown} cannot be used: ${UNREACHED[code] ?? inWords(message)}`,
    {
      cause: error,
    },
  );
}

/** What the server says when it refuses, in words that say what to do. */
function inWords(message: string): string {
  if (message.startsWith('NOAUTH')) return 'it wants a password; put it into REDISCLI_AUTH';
  if (/^(WRONGPASS|ERR invalid password)/.test(message)) return 'it does not accept the name and password';
  if (/DB index is out of range/.test(message)) return 'it has no database of that number';
  return message;
}
