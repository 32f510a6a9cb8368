import { type TrafficNow } from '../backfill/runner.ts';
import { quotaTime } from '../core/plan/quota-time.ts';
import { type Quota, isPaced, pacingOf } from '../core/plan/quota.ts';

/** How much time the rest of a run takes. Times in ms, instants by the wall's clock. */
export interface TimeLeft {
  /** A plan of so many requests begins. */
  plan(requests: number): void;
  /** Tasks ended of which the plan had counted so many requests, a part of one perhaps. */
  end(requests: number, at: number, traffic: TrafficNow): void;
  /** Null: not known yet. */
  now(at: number, traffic: TrafficNow): number | null;
}

/** The pace is that of so many of the latest tasks. */
const PACE_TASKS = 50;

/** A run is bound by its pace of requests where it sends this part of what that lets through. */
const BOUND_SHARE = 0.8;

/**
 * The longer of two times:
 *
 * - by the quotas: what is left to be sent, spaced and in the windows that they allow. That is what the plan counts of tasks
 *   that have not ended, and what will be asked for beyond it: as large a share as so far, taken anew when a task ends, so
 *   that it only falls in between.
 * - by the pace of the latest tasks, the start among them, before which a folder may have been read to the end: so it says
 *   nothing until the others have had as much time as the first one took. It says nothing either where the run is bound by a quota: where as much was sent as it lets
 *   through. While a quota is used up, or the provider wants a pause, its clock stands still.
 */
export function timeLeftOf(quotas: readonly Quota[], startedAt: number): TimeLeft {
  const clock = workClock(quotas, startedAt);
  const demand = countDemand();
  let ends = [{ at: 0, requests: 0, sent: 0 }];
  let firstAt: number | undefined;
  const byPace = (at: number, sent: number, kept: readonly Quota[]): number | null => {
    const [first, last] = [ends[0], ends.at(-1)];
    if (first === undefined || last === undefined || last.requests === first.requests) return null;
    if (first.at === 0 && at < 2 * (firstAt ?? at)) return null;
    const time = at - first.at;
    const { spacing } = pacingOf(kept.filter(isPaced));
    // The first goes without a wait.
    const isBound = spacing > 0 && (sent - first.sent + 1) * spacing >= BOUND_SHARE * time;
    return isBound ? 0 : (demand.planned() * time) / (last.requests - first.requests);
  };
  return {
    plan: (requests) => demand.plan(requests),
    end(requests, at, traffic) {
      demand.end(requests, traffic);
      const made = (ends.at(-1)?.requests ?? 0) + requests;
      const worked = clock.read(at, traffic);
      firstAt ??= worked;
      ends = [...ends, { at: worked, requests: made, sent: traffic.sent }].slice(-PACE_TASKS);
    },
    now(at, traffic) {
      const worked = clock.read(at, traffic);
      const { learned, standing } = traffic;
      const kept = learned === null ? quotas : [...quotas, learned];
      const byQuota = quotaTime(demand.left(traffic), kept, standing);
      const paced = byPace(worked, traffic.sent, kept);
      return byQuota === null && paced === null ? null : Math.max(byQuota ?? 0, paced ?? 0);
    },
  };
}

/** A clock that stands still while a run may send nothing, as far as was known when it was last read. From 0 on, in ms. */
function workClock(quotas: readonly Quota[], startedAt: number) {
  const counted = quotas.filter((quota) => !isPaced(quota));
  let worked = 0;
  let readAt = startedAt;
  let opensAt = startedAt;
  return {
    read(at: number, { pausedMs, standing }: TrafficNow): number {
      worked += Math.max(0, at - Math.max(readAt, opensAt));
      readAt = Math.max(readAt, at);
      const closedMs = quotaTime(1, counted, { ...standing, nextAt: 0 }) ?? 0;
      opensAt = at + Math.max(pausedMs, closedMs);
      return worked;
    },
  };
}

/** The requests that a run still sends. */
function countDemand() {
  let planned = 0;
  let plannedLeft = 0;
  let expected = { requests: 0, sent: 0 };
  const pricedOf = ({ sent, beyond }: TrafficNow): number =>
    sent - Object.values(beyond).reduce((sum, count) => sum + count, 0);
  return {
    plan(requests: number): void {
      planned = plannedLeft = requests;
      expected = { requests, sent: 0 };
    },
    end(requests: number, traffic: TrafficNow): void {
      plannedLeft = Math.max(0, plannedLeft - requests);
      const priced = pricedOf(traffic);
      const share = priced > 0 ? traffic.sent / priced : 1;
      const ofOpen = Math.max(0, priced - (planned - plannedLeft));
      expected = { requests: share * plannedLeft - ofOpen, sent: traffic.sent };
    },
    /** By the plan, of tasks that have not ended. */
    planned: () => plannedLeft,
    /** With what is asked for beyond it. */
    left(traffic: TrafficNow): number {
      if (plannedLeft <= 0) return 0;
      const unsent = Math.min(plannedLeft, planned - pricedOf(traffic));
      return Math.ceil(Math.max(1, unsent, expected.requests - (traffic.sent - expected.sent)));
    },
  };
}
