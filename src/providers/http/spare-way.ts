import { BackfillError, type ErrorCode } from '../../core/errors.ts';
import type { Gate } from './gate.ts';
import type { Try } from './retry.ts';

/** Tries of a request that a chain can do without. */
const TRIES = 2;

/** Longest wait before the second of them, ms. */
const LONGEST_WAIT_MS = 1000;

/** Requests in a row that failed for good, after which the way is left alone for a while. */
const FAILURES_TO_CLOSE = 3;
const CLOSED_MS = 600_000;

/** What says no more than that there is no way through here; anything else befalls every way. */
const NO_WAY_THROUGH: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['network', 'unreachable', 'timeout', 'throttled', 'provider-fault', 'bad-answer'] as const),
  ...(['unauthorized', 'not-entitled'] as const),
]);

/** The way of a provider that its chains can do without, such as an archive beside an API. */
export interface SpareWay {
  /** An answer, or what is made of why there is none. Throws what is no failure of this way alone, such as `cancelled`. */
  ask<Answer>(attempt: Try<Answer>, instead: (why: BackfillError) => Answer): Promise<Answer>;
}

/**
 * A way that is tried, and tried again once; then chains do without. What fails there says nothing of whether the provider
 * is up, and is not told to the gate but for its throttles. Where nothing comes through three times in a row nobody is sent
 * there for ten minutes, but the one who tries it then. `random`: uniform in [0, 1); `clock`: ms, monotonic.
 */
export function openSpareWay(gate: Gate, random: () => number, clock: () => number): SpareWay {
  let failures = 0;
  let closed: { readonly until: number; readonly why: BackfillError } | undefined;
  return {
    ask: async (attempt, instead) => {
      if (closed !== undefined && clock() < closed.until) return instead(closed.why);
      try {
        const answer = await tried(gate, random, attempt);
        failures = 0;
        closed = undefined;
        return answer;
      } catch (error) {
        if (!(error instanceof BackfillError && NO_WAY_THROUGH.has(error.code))) throw error;
        failures++;
        if (failures >= FAILURES_TO_CLOSE) closed = { until: clock() + CLOSED_MS, why: error };
        return instead(error);
      }
    },
  };
}

async function tried<Answer>(gate: Gate, random: () => number, attempt: Try<Answer>): Promise<Answer> {
  let again: Parameters<Try<Answer>>[0];
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(again);
    } catch (error) {
      if (!(error instanceof BackfillError && error.retryable)) throw error;
      const isLast = tries >= TRIES;
      if (error.code === 'throttled') {
        if (!(await gate.throttled(error.retryAfterMs)) || isLast) throw error;
      } else if (isLast) throw error;
      else await gate.pause(random() * LONGEST_WAIT_MS);
      again = error.code === 'throttled' ? 'throttled' : 'retries';
    }
  }
}
