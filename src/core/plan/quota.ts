import { MS_PER_DAY } from '../session/day.ts';
import { BackfillError } from '../errors.ts';
import { shown } from '../shown.ts';
import { largest, smallest } from '../extremes.ts';

/** At most `requests` in every `perMs` milliseconds. */
export interface Quota {
  readonly requests: number;
  readonly perMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000, day: MS_PER_DAY };

/** What people write for each of them. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  s: ['s', 'sec', 'secs', 'second', 'seconds'],
  min: ['min', 'm', 'mins', 'minute', 'minutes'],
  h: ['h', 'hr', 'hrs', 'hour', 'hours'],
  day: ['day', 'd', 'days'],
};

const UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries(WRITTEN).flatMap(([unit, words]) => words.map((word) => [word, unit] as const)),
);

/** Longer windows are a slip of the pen: 366 days. */
const LONGEST_WINDOW_MS = 366 * MS_PER_DAY;

/** Whether something is a quota that can be kept. */
export function isQuota(value: unknown): value is Quota {
  if (typeof value !== 'object' || value === null) return false;
  const { requests, perMs } = value as Readonly<Record<string, unknown>>;
  if (!Number.isSafeInteger(requests) || typeof perMs !== 'number') return false;
  return (requests as number) > 0 && perMs > 0 && perMs <= LONGEST_WINDOW_MS;
}

/**
 * `5/min,500/day` as quotas, in the order written: a number of requests, a slash, and a time of `s`, `min`, `h` or
 * `day` (or `sec`, `second`, `m`, `minute`, `hr`, `hour`, `d` and their plurals), of which there may be several (`100/10s`).
 * A `day` is 24 hours. Throws `usage`.
 */
export function parseQuotas(text: string): readonly Quota[] {
  if (typeof (text as unknown) !== 'string')
    throw new BackfillError('usage', `quotas ${shown(text)}: must be a text such as "5/min,500/day"`);
  return text.split(',').map((part) => parseQuota(part.trim()));
}

function parseQuota(text: string): Quota {
  const [, requests, count = '1', unit = ''] = /^(\d{1,9})\/(\d{1,6})?([a-z]+)$/.exec(text) ?? [];
  const quota = { requests: Number(requests), perMs: Number(count) * (UNIT_MS[UNITS.get(unit) ?? ''] ?? 0) };
  if (quota.perMs > LONGEST_WINDOW_MS) {
    throw new BackfillError('usage', `"${text}" counts over more than a year; the longest is 366day`);
  }
  if (quota.requests > 0 && quota.perMs > 0) return quota;
  throw new BackfillError('usage', `"${text}" is no rate; write it as 5/min, 100/10s, 30/h or 500/day`);
}

/** `5 req/min and 5,000 req/day`: quotas in the words that `parseQuotas` reads. */
export function quotaText(quotas: readonly Quota[]): string {
  return quotas
    .map(({ requests, perMs }) => `${requests.toLocaleString('en-US')} req/${windowText(perMs)}`)
    .join(' and ');
}

/** `min`, `10s`, `day`: a window as `parseQuotas` reads it. */
export function windowText(perMs: number): string {
  const [unit, unitMs] = Object.entries(UNIT_MS).findLast(([, ms]) => perMs % ms === 0) ?? ['ms', 1];
  return perMs === unitMs ? unit : `${perMs / unitMs}${unit}`;
}

/** Windows this long are counted from boundary to boundary instead of being paced: one hour. */
const LONG_WINDOW_MS = 3_600_000;

/** Whether a quota is kept by spacing its requests; longer ones are counted. */
export function isPaced({ perMs }: Quota): boolean {
  return perMs < LONG_WINDOW_MS;
}

/**
 * Quotas of which a part is used, above 0, at most 1: of those that are a pace, so that the day's are still used in full. No
 * window holds more of them than that part; where that is less than one request, the window is longer (a half of `1/s` is
 * `1/2s`), though no hour, from which on requests would be counted and not spaced.
 */
export function shareOf(quotas: readonly Quota[], share: number): readonly Quota[] {
  return quotas.map((quota) => {
    if (!isPaced(quota) || share >= 1) return quota;
    const requests = quota.requests * share;
    return requests >= 1
      ? { ...quota, requests: Math.floor(requests) }
      : { requests: 1, perMs: Math.min(Math.ceil(quota.perMs / requests), LONG_WINDOW_MS - 1) };
  });
}

/** Part of a window that the spacing leaves free: half to make up for lateness, half for uneven travel times. */
const SLACK_SHARE = 0.008;

/** How requests are spaced so that no window of any quota ever holds more than it allows. Times in ms. */
export interface Pacing {
  readonly spacing: number;
  /** How late a request may be and the next one still keep its slot. */
  readonly catchUp: number;
}

/**
 * The even spacing (burst 1) that keeps all quotas at once: the strictest decides, since requests so far apart keep
 * every laxer one too. It uses 99.2 % of that quota: a window `W` of `N` requests gets a spacing of
 * `(W + 0.8 %) / N`, so that neither making up for lateness nor uneven travel times put an (N+1)th into it. Lateness
 * is made up for within half of the slack that every one of the windows has.
 */
export function pacingOf(quotas: readonly Quota[]): Pacing {
  if (quotas.length === 0) return { spacing: 0, catchUp: 0 };
  const spacing = largest(quotas.map(({ requests, perMs }) => (perMs * (1 + SLACK_SHARE)) / requests));
  const slack = smallest(quotas.map(({ requests, perMs }) => requests * spacing - perMs));
  return { spacing, catchUp: slack / 2 };
}

/** What was used of a key's quotas: wall-clock ms since the epoch, and requests in the window of each counted quota. */
export interface QuotaUse {
  /** When the next request that nobody has reserved yet may be sent. */
  readonly nextAt: number;
  /** When a record was found that cannot be read: what was used in the windows of then is not known. Default: never. */
  readonly unknownAt?: number;
  /** By the quota's name, see `quotaName`. */
  readonly windows: Readonly<Record<string, { readonly index: number; readonly used: number }>>;
}

/** How a key's quotas stood at an instant. */
export interface QuotaStanding extends QuotaUse {
  /** By the wall's clock, whatever the run pretends. */
  readonly now: number;
}

/** Nothing was sent yet. */
export function unusedAt(now: number): QuotaStanding {
  return { now, nextAt: 0, windows: {} };
}

/**
 * Requests used of a counted quota in the window that holds `now`; all of them where that is not known, and where the next
 * window has begun already. Windows begin at midnight UTC.
 */
export function usedOf(use: QuotaUse, quota: Quota, now: number): number {
  if (isUnknown(use, quota, now) || hasPassed(use, quota, now)) return quota.requests;
  const window = use.windows[quotaName(quota)];
  return window?.index === windowOf(quota, now) ? window.used : 0;
}

/**
 * Whether requests were sent already in the window after that which holds `now`: the clock was put back, or another's is
 * ahead. What lies further ahead was written by a clock that was wrong altogether.
 */
export function hasPassed({ windows }: QuotaUse, quota: Pick<Quota, 'perMs'>, now: number): boolean {
  return windows[quotaName(quota)]?.index === windowOf(quota, now) + 1;
}

/** Whether nobody knows what was used of a counted quota in the window that holds `now`. */
export function isUnknown({ unknownAt }: QuotaUse, quota: Quota, now: number): boolean {
  return unknownAt !== undefined && windowOf(quota, unknownAt) === windowOf(quota, now);
}

/** Number of the window of a counted quota that holds `now`. */
export function windowOf({ perMs }: Pick<Quota, 'perMs'>, now: number): number {
  return Math.floor(now / perMs);
}

/** By its length alone, so that a quota that is told differently goes on with what was used. */
export function quotaName({ perMs }: Pick<Quota, 'perMs'>): string {
  return `${perMs}ms`;
}
