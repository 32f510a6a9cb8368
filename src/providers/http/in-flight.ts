import type { Gate } from './gate.ts';

/** Room for so many requests under way at once, at least 1, whatever runs they are of. */
export interface Places {
  /** Whoever comes first is served first. Gives up, and throws what `assertWanted` throws, as soon as that does. */
  take(assertWanted: () => void): Promise<void>;
  leave(): void;
}

/** How often somebody who waits looks whether that is still wanted, ms. */
const LOOK_MS = 100;

/** Of so many places each stays empty for `restMs` after a request, at least; default 0. */
export function openPlaces(limit: number, restMs = 0): Places {
  let free = limit;
  const waiting: (() => void)[] = [];
  const takeInTurn = (assertWanted: () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const come = (): void => {
        clearInterval(looking);
        resolve();
      };
      const looking = setInterval(() => {
        const at = waiting.indexOf(come);
        // Whose turn it is already finds out at the gate.
        if (at < 0) return;
        try {
          assertWanted();
        } catch (error) {
          clearInterval(looking);
          waiting.splice(at, 1);
          reject(error);
        }
      }, LOOK_MS);
      waiting.push(come);
    });
  const handOn = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else setImmediate(next);
  };
  return {
    take: async (assertWanted) => {
      if (free > 0) free--;
      else await takeInTurn(assertWanted);
    },
    leave: () => {
      if (restMs > 0) setTimeout(handOn, restMs);
      else handOn();
    },
  };
}

/**
 * A gate that also bounds how many requests are under way at once, those that wait in the inner gate included. A request
 * that waits to be tried again is not under way, and leaves its place to another. A place is handed on in the next turn of
 * the event loop, so that the gate hears what came of one request (a throttle, say) before the next asks to pass.
 */
export function limitInFlight(inner: Gate, places: Places): Gate {
  return {
    assertRunning: () => inner.assertRunning(),
    enter: async (as) => {
      await places.take(() => inner.assertRunning());
      try {
        return await inner.enter(as);
      } catch (error) {
        places.leave();
        throw error;
      }
    },
    withdrawn: (request, as) => inner.withdrawn(request, as),
    connecting: (request) => inner.connecting(request),
    arrived: (request) => inner.arrived(request),
    departed: (request) => inner.departed(request),
    received: (bytes) => inner.received(bytes),
    ended: (request) => {
      inner.ended(request);
      places.leave();
    },
    answered: (refusal) => inner.answered(refusal),
    throttled: (retryAfterMs) => inner.throttled(retryAfterMs),
    used: (usage) => inner.used(usage),
    usedUp: () => inner.usedUp(),
    failed: (error, isLast, isAgain) => inner.failed(error, isLast, isAgain),
    pause: (ms) => inner.pause(ms),
    signal: inner.signal,
    isThrottling: () => inner.isThrottling(),
  };
}
