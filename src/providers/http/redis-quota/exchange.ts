import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { BackfillError } from '../../../core/errors.ts';
import { patienceOf } from '../../../redis/patient.ts';
import { whyNot } from '../../../redis/words.ts';
import type { MeasuredClock } from './measured-clock.ts';

const PREFIX = 'backfill:quota:';

/** The set of all owners of whom there is a record. */
export const OWNERS_KEY = 'backfill:quotas';

/** Where the record of a key's quota lies: never by the key itself, only by its hash. */
export function keyOf(owner: string): string {
  return `${PREFIX}${owner}`;
}

/**
 * Says what lies there, which server that is (another one after each start) and what time it has; and writes, if both are as
 * whoever asks believes. All at once: nobody comes in between.
 */
const SCRIPT = `
local at = redis.call('TIME')
local server = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local kept = redis.call('GET', KEYS[1]) or ''
local written = 0
if server == ARGV[1] and kept == ARGV[2] then
  redis.call('SET', KEYS[1], ARGV[3])
  redis.call('SADD', KEYS[2], ARGV[4])
  kept = ARGV[3]
  written = 1
end
return { written, server, kept, at[1], at[2] }`;

/** What lies at a server; empty for nothing. */
export interface Found {
  /** Which start of which server: its `run_id`. */
  readonly server: string;
  readonly text: string;
}

/** What the server answers. */
export interface Answer extends Found {
  readonly isWritten: boolean;
}

export interface ExchangeOptions {
  /** As it may be shown. */
  readonly shown: string;
  readonly owner: string;
  readonly clock: MeasuredClock;
  /** Monotonic, ms. */
  readonly gate: () => number;
  /** How long the server may be away, ms. */
  readonly patienceMs: number;
}

/**
 * Asks what lies there, or (`write`) puts something in its place if it is still so. Throws `queue-unusable` once the server has
 * been away for longer than is borne.
 */
export type Exchange = (write?: { readonly before: Found; readonly text: string }) => Promise<Answer>;

/** What passes by itself: the server is starting, has no memory or disk left for the moment, or is about to change its role. */
const PASSING = /^(LOADING|BUSY|OOM|MISCONF|READONLY|NOREPLICAS|TRYAGAIN|CLUSTERDOWN|MASTERDOWN)\b/;

const RETRY_MS = 200;

/** A server that was away for too long has so long to answer once more, ms. */
const LEAST_MS = 1000;

export function openExchange(redis: Redis, options: ExchangeOptions): Exchange {
  const { owner, clock, gate, patienceMs } = options;
  const ask = async (write: Parameters<Exchange>[0]): Promise<Answer> => {
    const { server = '', text: before = '' } = write?.before ?? {};
    const sentAt = gate();
    const given = [server, before, write?.text ?? '', owner];
    const answer = await redis.call('EVAL', [SCRIPT, '2', keyOf(owner), OWNERS_KEY].concat(given));
    const [written, run, text, seconds, micros] = answer as [number, string, string, string, string];
    clock.note(sentAt, gate(), Number(seconds) * 1000 + Number(micros) / 1000);
    return { isWritten: written === 1, server: run, text };
  };
  // Since when nothing was heard that was waited for.
  let awaySince: number | undefined;
  return async (write) => {
    awaySince ??= gate();
    const until = Math.max(awaySince + patienceMs, gate() + LEAST_MS);
    for (;;) {
      try {
        const answer = await within(ask(write), until - gate());
        awaySince = undefined;
        return answer;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const isSilent = message === SILENT;
        const isPassing = isSilent || PASSING.test(message);
        // Its connection goes on asking what is refused for a while, and knows how it is.
        const why = isSilent ? whyNot(patienceOf(redis)?.last) : message;
        if (isSilent || !isPassing || gate() + RETRY_MS > until) throw away(options, why, isPassing, error);
        await sleep(RETRY_MS);
      }
    }
  };
}

const SILENT = 'it does not answer';

async function within<T>(asking: Promise<T>, ms: number): Promise<T> {
  const over = new AbortController();
  const tooLong = sleep(Math.max(0, ms), undefined, { signal: over.signal }).then(() => {
    throw new Error(SILENT);
  });
  try {
    return await Promise.race([asking, tooLong]);
  } finally {
    over.abort();
    // What comes later concerns nobody.
    asking.catch(() => undefined);
    tooLong.catch(() => undefined);
  }
}

/** Nothing more is sent where it is not counted. */
function away(
  { shown, patienceMs }: ExchangeOptions,
  message: string,
  isPassing: boolean,
  cause: unknown,
): BackfillError {
  const since = isPassing ? ` since ${Math.round(patienceMs / 1000)} s` : '';
  return new BackfillError(
    'queue-unusable',
    `the Redis server ${shown} cannot count the quota${since}: ${message}; what was stored is kept: put it right, and run the same again`,
    { cause },
  );
}
