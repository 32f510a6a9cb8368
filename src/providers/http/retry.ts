import { BackfillError } from '../../core/errors.ts';
import type { SentAs } from '../allowance.ts';
import type { Gate } from './gate.ts';
import type { WireEvents } from './transport.ts';

/** How a try gets on. */
export interface TryEvents extends WireEvents {
  /** It could not be worded: nothing is sent. */
  readonly onUnsent: () => void;
}

/** One try of a request, from its words to its classified answer; tells how it gets on. */
export type Attempt<Answer> = (events: TryEvents) => Promise<Answer>;

/** One try of a request through a gate; `again`: why it is not the first. Default: it is. */
export type Try<Answer> = (again?: 'retries' | 'throttled') => Promise<Answer>;

export interface RetryPolicy {
  /** Tries of one request at most, the first included. Throttled ones do not count: the gate bounds them. */
  readonly attempts: number;
  /** Wait before the first retry at most, ms; doubles with each. */
  readonly firstWaitMs: number;
  /** Longest wait between two tries, ms. */
  readonly longestWaitMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * Sends one try through the gate, tells it of an answer, be it a definite no or that the quota is used up, and when it is over
 * on the wire. Where nothing was sent nobody answered. `due`: what the first try counts as; `onRetry` hears of each that follows
 * because no usable answer came, once the gate lets it through.
 */
export function throughGate<Answer>(
  gate: Gate,
  attempt: Attempt<Answer>,
  {
    due = 'priced',
    onRetry,
  }: { readonly due?: SentAs | undefined; readonly onRetry?: (() => void) | undefined } = {},
): Try<Answer> {
  return async (again) => {
    const as = again ?? due;
    const request = await gate.enter(as);
    if (as === 'retries') onRetry?.();
    let isUnderWay = true;
    let isUnsent = false;
    const end = (): void => {
      if (isUnderWay) gate.ended(request);
      isUnderWay = false;
    };
    const onUnsent = (): void => {
      isUnsent = true;
      gate.withdrawn(request, as);
    };
    try {
      const answer = await attempt({
        onConnecting: () => gate.connecting(request),
        onSent: () => gate.departed(request),
        onHead: () => gate.arrived(request),
        onReceived: end,
        onBytes: (bytes) => gate.received(bytes),
        onUnsent,
      });
      await gate.answered();
      return answer;
    } catch (error) {
      if (isUnsent) throw error;
      if (error instanceof BackfillError && !error.retryable && error.code !== 'cancelled')
        await gate.answered(error);
      if (error instanceof BackfillError && error.code === 'quota-exhausted') await gate.usedUp();
      throw error;
    } finally {
      end();
    }
  };
}

/**
 * Tries again what may go better the next time: full jitter, `random(0, min(longest, first · 2ⁿ))`, so that threads
 * that failed together do not come back together. A throttled request waits at the gate instead, which knows for how
 * long. Permanent errors are never retried, and none is if the gate's budget for retries is used up.
 */
export async function withRetries<Answer>(
  gate: Gate,
  policy: RetryPolicy,
  attempt: Try<Answer>,
): Promise<Answer> {
  let again: Parameters<Try<Answer>>[0];
  for (let tries = 1; ;) {
    try {
      return await attempt(again);
    } catch (error) {
      if (!(error instanceof BackfillError && error.retryable)) throw error;
      if (error.code === 'throttled') {
        if (!(await gate.throttled(error.retryAfterMs))) throw error;
        again = 'throttled';
        continue;
      }
      const isLast = tries >= policy.attempts;
      if (!(await gate.failed(error, isLast, tries > 1)) || isLast) throw error;
      const most = Math.min(policy.longestWaitMs, policy.firstWaitMs * 2 ** (tries - 1));
      await gate.pause(policy.random() * most);
      again = 'retries';
      tries++;
    }
  }
}
