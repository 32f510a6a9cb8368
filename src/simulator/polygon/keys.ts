import { calendarById } from '../../core/calendar/calendars.ts';
import type { Day } from '../../core/session/day.ts';
import type { WireRequest, WireResponse } from '../wire.ts';
import { REFUSALS } from './errors.ts';

/** What a key may have. */
export interface Plan {
  /** How far back it reaches; null: to the first day. */
  readonly years: number | null;
  /** How old bars have to be, in ms; `day`: their day has to be over. */
  readonly delayMs: number | 'day';
  readonly hasIndices: boolean;
  /** Whether it has files of trades. */
  readonly hasTrades: boolean;
}

const QUARTER_HOUR = 15 * 60_000;

/** The keys that it takes, by their plans. */
export const POLYGON_KEYS = {
  free: 'TESTFREE',
  starter: 'TESTSTARTER',
  developer: 'TESTDEVELOPER',
  advanced: 'TESTADVANCED',
} as const;

/** The same of its files: an access key, and the secret that requests are signed with. */
export const FLAT_KEYS = {
  free: { accessKey: 'TESTS3FREE', secretKey: 'test-secret-free' },
  starter: { accessKey: 'TESTS3STARTER', secretKey: 'test-secret-starter' },
  developer: { accessKey: 'TESTS3DEVELOPER', secretKey: 'test-secret-developer' },
  advanced: { accessKey: 'TESTS3ADVANCED', secretKey: 'test-secret-advanced' },
} as const;

const PLANS: ReadonlyMap<string, Plan> = new Map([
  [POLYGON_KEYS.free, { years: 2, delayMs: 'day', hasIndices: false, hasTrades: false }],
  [POLYGON_KEYS.starter, { years: 5, delayMs: QUARTER_HOUR, hasIndices: true, hasTrades: false }],
  [POLYGON_KEYS.developer, { years: 10, delayMs: QUARTER_HOUR, hasIndices: true, hasTrades: true }],
  [POLYGON_KEYS.advanced, { years: null, delayMs: 0, hasIndices: true, hasTrades: true }],
]);

/** The plan of a request's key, in the header or in the query; an answer is what it is refused with. */
export function planOf({ headers, query }: WireRequest): Plan | WireResponse {
  const [, bearer] = /^Bearer (.*)$/.exec(String(headers['authorization'] ?? '')) ?? [];
  const key = bearer ?? query.get('apiKey');
  if (key === null || key === '') return REFUSALS.noKey;
  return PLANS.get(key) ?? REFUSALS.wrongKey;
}

/** The plan whose files an access key opens; null: it has none. */
export function flatPlanOf(accessKey: string): Plan | null {
  for (const [name, keys] of Object.entries(FLAT_KEYS))
    if (keys.accessKey === accessKey && name !== 'free')
      return PLANS.get(POLYGON_KEYS[name as keyof typeof POLYGON_KEYS]) ?? null;
  return null;
}

/** The days that a plan gives at `now`, by New York's clock, both inclusive. */
export function daysOf({ years, delayMs }: Plan, now: number): { readonly first: Day; readonly last: Day } {
  const today = calendarById('XNYS').localDay(now);
  const then = new Date(today * 86_400_000);
  if (years !== null) then.setUTCFullYear(then.getUTCFullYear() - years);
  return {
    first: years === null ? Number.NEGATIVE_INFINITY : then.getTime() / 86_400_000,
    last: delayMs === 'day' ? today - 1 : today,
  };
}

/** Until when a plan gives bars at `now`, ms since the epoch. */
export function untilOf({ delayMs }: Plan, now: number): number {
  return delayMs === 'day' ? now : now - delayMs;
}

/** Answers of a plan that gets its data late say so. */
export function statusOf({ delayMs }: Plan): 'OK' | 'DELAYED' {
  return delayMs === QUARTER_HOUR ? 'DELAYED' : 'OK';
}
