import type { Gate } from './gate.ts';

/**
 * A gate that also bounds how many requests are under way at once, those that wait in the inner gate included: `limit`,
 * at least 1. Who comes first is served first. A request that waits to be tried again is not under way, and leaves its
 * place to another. A place is handed on in the next turn of the event loop, so that the gate hears what came of one
 * request (a throttle, say) before the next asks to pass.
 */
export function limitInFlight(inner: Gate, limit: number): Gate {
  let free = limit;
  const waiting: (() => void)[] = [];
  const takePlace = (): Promise<void> | void => {
    if (free === 0) return new Promise((resolve) => waiting.push(resolve));
    free--;
  };
  const leavePlace = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else setImmediate(next);
  };
  return {
    enter: async () => {
      await takePlace();
      try {
        return await inner.enter();
      } catch (error) {
        leavePlace();
        throw error;
      }
    },
    departed: (request) => inner.departed(request),
    ended: (request) => {
      inner.ended(request);
      leavePlace();
    },
    answered: () => inner.answered(),
    throttled: (retryAfterMs) => inner.throttled(retryAfterMs),
    failed: (error) => inner.failed(error),
    pause: (ms) => inner.pause(ms),
    signal: inner.signal,
    get isThrottling() {
      return inner.isThrottling;
    },
  };
}
