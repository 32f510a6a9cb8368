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
  /** How long the server may be away, ms; infinite: however long. */
  readonly patienceMs: number;
  /** Aborted when whoever asks is to end: one that is away is waited for a moment then. */
  readonly leaving: AbortSignal;
}

/** A server as it is asked. */
export interface Exchanges {
  readonly exchange: Exchange;
  /** How long it has been away in all, ms. */
  readonly awayMs: () => number;
}

/**
 * Asks what lies there, or (`write`) puts something in its place if it is still so. Throws `queue-unusable` once the server has
 * been away for longer than is borne, and `cancelled` where it is away and whoever asks is to end.
 */
export type Exchange = (write?: { readonly before: Found; readonly text: string }) => Promise<Answer>;

/** What passes by itself: the server is starting, has no memory or disk left for the moment, or is about to change its role. */
const PASSING = /^(LOADING|BUSY|OOM|MISCONF|READONLY|NOREPLICAS|TRYAGAIN|CLUSTERDOWN|MASTERDOWN)\b/;

const RETRY_MS = 200;

/** A server that was away for too long has so long to answer once more, ms. */
const LEAST_MS = 1000;

/** How long the end waits for a server that is away, ms. */
const LEAVING_MS = 1000;

export function openExchange(redis: Redis, options: ExchangeOptions): Exchanges {
  const { owner, clock, gate, patienceMs, leaving } = options;
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
  let wasAwayMs = 0;
  const awayMs = (): number => wasAwayMs + (awaySince === undefined ? 0 : gate() - awaySince);
  const exchange: Exchange = async (write) => {
    awaySince ??= gate();
    const until = Math.max(awaySince + patienceMs, gate() + LEAST_MS);
    for (;;) {
      try {
        const answer = await within(ask(write), until - gate(), leaving);
        wasAwayMs = awayMs();
        awaySince = undefined;
        return answer;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const isSilent = message === SILENT;
        const isPassing = isSilent || PASSING.test(message);
        if (isPassing && leaving.aborted) throw left(options, error);
        // Its connection goes on asking what is refused for a while, and knows how it is.
        const why = isSilent ? whyNot(patienceOf(redis)?.last) : message;
        if (isSilent || !isPassing || gate() + RETRY_MS > until) throw away(options, why, isPassing, error);
        await sleep(RETRY_MS);
      }
    }
  };
  return { exchange, awayMs };
}

const SILENT = 'it does not answer';

/** Throws `SILENT` where nothing comes in that time, or a moment after `leaving`. */
async function within<T>(asking: Promise<T>, ms: number, leaving: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onLeaving = (): void => undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(new Error(SILENT));
    // No timer is that long.
    if (Number.isFinite(ms)) timer = setTimeout(giveUp, Math.max(0, ms));
    onLeaving = () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, Math.min(Math.max(0, ms), LEAVING_MS));
    };
    if (leaving.aborted) onLeaving();
    else leaving.addEventListener('abort', onLeaving, { once: true });
  });
  try {
    return await Promise.race([asking, tooLong]);
  } finally {
    clearTimeout(timer);
    leaving.removeEventListener('abort', onLeaving);
    // What comes later concerns nobody.
    asking.catch(() => undefined);
    tooLong.catch(() => undefined);
  }
}

/** What was reserved and not used stays counted. */
function left({ shown }: ExchangeOptions, cause: unknown): BackfillError {
  return new BackfillError('cancelled', `the Redis server ${shown} was away at the end`, { cause });
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
