import type { Redis } from 'ioredis';

/** How a server refuses what it could do a little later: its memory is full, it is a replica, its disk is, or it is starting. */
const REFUSED = /(?:^|: -)(?:OOM|READONLY|LOADING|MISCONF|MASTERDOWN|NOREPLICAS)\b/;

/** Between two tries of what was refused, ms, at most; with jitter. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 3000;

export function isRefusal(error: unknown): boolean {
  return error instanceof Error && REFUSED.test(error.message);
}

/** How a connection and its duplicates bear with their server. */
export interface Patience {
  /** Whether what is refused for a while is asked again. */
  isPatient: boolean;
  /** What was met last; undefined: nothing, or it is over. */
  last: unknown;
  /** In [0, 1). */
  readonly random: () => number;
  /** The connection and its duplicates. */
  readonly all: Set<Redis>;
  /** Whether they were ended. */
  isOver: boolean;
}

const ALL = new WeakMap<Redis, Patience>();

/** Undefined: it has none. */
export function patienceOf(redis: Redis): Patience | undefined {
  return ALL.get(redis);
}

/**
 * Has a connection ask again, with waits, for what its server refuses for a while, as it does for what a server does not answer: a
 * refused command did nothing.
 */
export function withPatience(redis: Redis, patience: Patience): Redis {
  ALL.set(redis, patience);
  patience.all.add(redis);
  redis.once('end', () => patience.all.delete(redis));
  const send = redis.sendCommand.bind(redis);
  const duplicate = redis.duplicate.bind(redis);
  redis.sendCommand = (command, stream) => {
    const { reject } = command;
    let tries = 0;
    command.reject = (error) => {
      if (!patience.isPatient || command.inTransaction || !isRefusal(error)) return reject(error);
      patience.last = error;
      const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries++) * (0.5 + patience.random() / 2);
      setTimeout(() => send(command), waitMs);
    };
    return send(command, stream);
  };
  redis.duplicate = (override) => withPatience(duplicate(override), patience);
  return redis;
}

/** Ends a connection and its duplicates, also those that wait for a server that is away. */
export function endConnections(redis: Redis): void {
  const patience = patienceOf(redis);
  if (patience !== undefined) patience.isOver = true;
  for (const one of patience?.all ?? [redis]) one.disconnect();
}
