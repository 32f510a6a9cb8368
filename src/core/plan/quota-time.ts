import { largest, smallest } from '../extremes.ts';
import { MS_PER_DAY, utcDayOf } from '../session/day.ts';
import { type Quota, type QuotaStanding, isPaced, pacingOf, unusedAt, usedOf, windowOf } from './quota.ts';

/** Windows that are looked at one by one; what lies beyond goes on at their average rate. */
const WINDOWS_WALKED = 1000;

/**
 * Time in ms until the last of `requests` is sent, if they are sent as soon as the gate opens: spaced by the paced
 * quotas, and where a counted one is used up, in its next window. Null where there is no quota.
 */
export function quotaTime(
  requests: number,
  quotas: readonly Quota[],
  standing: QuotaStanding,
): number | null {
  if (quotas.length === 0) return null;
  if (requests <= 0) return 0;
  const { spacing } = pacingOf(quotas.filter(isPaced));
  const { now, nextAt } = standing;
  const counted = quotas.filter((quota) => !isPaced(quota)).map((quota) => countdown(quota, standing));
  let at = Math.max(now, nextAt);
  let last = at;
  let rest = requests;
  for (let walked = 0; rest > 0; walked++) {
    if (walked === WINDOWS_WALKED) return last - now + rest * ((last - now) / (requests - rest));
    const sent = Math.min(rest, smallest(counted.map((one) => one.room(at, spacing))));
    for (const one of counted) one.use(at, sent);
    rest -= sent;
    last = at + Math.max(0, sent - 1) * spacing;
    const opens = Math.max(0, largest(counted.map((one) => one.opensAt(at))));
    at = Math.max(at + sent * spacing, opens);
  }
  return last - now;
}

/** Whole days, from midnight to midnight, that requests take of quotas of which nothing is used; null where there is none. */
export function restDays(requests: number, quotas: readonly Quota[]): number | null {
  const time = quotaTime(requests, quotas, unusedAt(0));
  if (time === null) return null;
  return requests === 0 ? 0 : Math.floor(time / MS_PER_DAY) + 1;
}

/** How much of a counted quota is left, as time goes on. */
function countdown(quota: Quota, standing: QuotaStanding) {
  let index = windowOf(quota, standing.now);
  let used = usedOf(standing, quota, standing.now);
  const left = (at: number): number => quota.requests - (windowOf(quota, at) === index ? used : 0);
  const endOf = (at: number): number => (windowOf(quota, at) + 1) * quota.perMs;
  return {
    /** Requests that it lets through within its window, the first at `at`. */
    room: (at: number, spacing: number): number =>
      Math.max(0, Math.min(left(at), spacing === 0 ? left(at) : Math.ceil((endOf(at) - at) / spacing))),
    use: (at: number, sent: number): void => {
      used = quota.requests - left(at) + sent;
      index = windowOf(quota, at);
    },
    /** When the next request may be sent as far as this quota goes. */
    opensAt: (at: number): number => (left(at) > 0 ? at : endOf(at)),
  };
}

/** When a quota that is used up opens again. */
export interface QuotaOpening {
  /** By the wall's clock, ms since the epoch. */
  readonly at: number;
  /** From now on. */
  readonly inMs: number;
  /** Whether that is not soon, and on the next day by UTC. */
  readonly isTomorrow: boolean;
}

/** Sooner than this is said as a duration: three hours. */
const SOON_MS = 3 * 3_600_000;

/** When quotas of which one is used up let the next request through. */
export function quotaOpening(quotas: readonly Quota[], standing: QuotaStanding): QuotaOpening {
  const { now } = standing;
  return openingAt(now + (quotaTime(1, quotas, standing) ?? 0), now);
}

/** An opening at an instant, as seen from another one. */
export function openingAt(at: number, now: number): QuotaOpening {
  const inMs = at - now;
  const days = utcDayOf(at) - utcDayOf(now);
  return { at, inMs, isTomorrow: days === 1 && inMs > SOON_MS };
}
