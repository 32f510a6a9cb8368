import { NO_TRAFFIC, type TrafficCounts, type TrafficNow } from '../../backfill/runner.ts';
import { type Quota, isPaced, usedOf, windowText } from '../../core/plan/quota.ts';
import type { Instruments } from './instruments.ts';

/** Who is asked, and the quotas that are kept then. */
export interface Asked {
  readonly provider: string;
  readonly quotas: readonly Quota[];
}

/** What is told of the requests of one run after the other. */
export interface TrafficMetrics {
  /** Who is asked now. */
  readonly provider: string;
  /** Another one is asked from now on. */
  ask(asked: Asked): void;
  /** A run of it has begun to send; `traffic` tells how its requests get on. */
  begin(traffic: () => TrafficNow): void;
  /** Takes over what was sent since. */
  look(): void;
  /** The same for the last time: the run has ended. Gives its requests that were sent again. */
  end(): number;
}

/** Counts by what the threads of a run share, which costs nothing until somebody looks. `now` is the wall's clock, in ms. */
export function trafficMetrics(instruments: Instruments, first: Asked, now: () => number): TrafficMetrics {
  const { requests, succeeded, retried, throttles, bytes, quotaLimit, quotaUsed, paused } = instruments;
  let asked = first;
  let traffic: (() => TrafficNow) | undefined;
  let seen: TrafficCounts = NO_TRAFFIC;
  /** How the quotas stood last, which goes on to hold good when no run does. */
  let standing: TrafficNow['standing'] | undefined;
  const tellQuotas = (): void => {
    const { provider, quotas } = asked;
    for (const quota of quotas) {
      const labels = { provider, window: windowText(quota.perMs) };
      quotaLimit.set(labels, quota.requests);
      if (!isPaced(quota) && standing !== undefined) quotaUsed.set(labels, usedOf(standing, quota, now()));
    }
  };
  const look = (): void => {
    const { provider } = asked;
    if (traffic !== undefined) {
      const told = traffic();
      for (const [name, instrument] of [
        ...([
          ['sent', requests],
          ['succeeded', succeeded],
          ['retries', retried],
        ] as const),
        ...([
          ['throttles', throttles],
          ['bytesReceived', bytes],
        ] as const),
      ])
        instrument.inc({ provider }, told[name] - seen[name]);
      [seen, standing] = [told, told.standing];
      paused.set({ provider }, told.pausedMs / 1000);
    }
    tellQuotas();
  };
  const end = (): number => {
    look();
    const { retries } = seen;
    if (traffic !== undefined) paused.set({ provider: asked.provider }, 0);
    [traffic, seen] = [undefined, NO_TRAFFIC];
    return retries;
  };
  return {
    get provider() {
      return asked.provider;
    },
    ask: (next) => {
      asked = next;
      standing = undefined;
    },
    begin: (told) => {
      traffic = told;
    },
    look,
    end,
  };
}
