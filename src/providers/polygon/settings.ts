import { type Day, parseDay } from '../../core/session/day.ts';
import type { Quota } from '../../core/plan/quota.ts';
import type { ProviderConfig } from '../provider.ts';
import { type SettingForms, amongWords, wholeAboveZero } from '../settings.ts';

/** What a plan gives. */
export interface Tier {
  readonly quotas: readonly Quota[];
  /** Calendar days back from now of which it has bars; null: all that there are. */
  readonly lookBackDays: number | null;
  /** How old bars are at least, in ms; `day`: none of a day that is not over in New York. */
  readonly delayMs: number | 'day';
}

/** Plans that are paid for have no quota, as long as it is less than 100 requests a second. */
const UNLIMITED: readonly Quota[] = [{ requests: 99, perMs: 1000 }];

const QUARTER_HOUR = 15 * 60_000;

/** By the setting `tier`, the smallest reach first: the plans for shares, as of September 2026. */
export const TIERS: ReadonlyMap<string, Tier> = new Map<string, Tier>([
  // Two years.
  ['free', { quotas: [{ requests: 5, perMs: 60_000 }], lookBackDays: 730, delayMs: 'day' }],
  // Five, and ten.
  ['starter', { quotas: UNLIMITED, lookBackDays: 1826, delayMs: QUARTER_HOUR }],
  ['developer', { quotas: UNLIMITED, lookBackDays: 3652, delayMs: QUARTER_HOUR }],
  ['advanced', { quotas: UNLIMITED, lookBackDays: null, delayMs: 0 }],
]);

/** First day of which there is anything. */
export const FIRST_DAY: Day = parseDay('2003-09-10');

/** What it is told of a key. */
export type PolygonSettings = {
  /** A name of `TIERS`. Default `free`. */
  readonly tier?: string | undefined;
  /** Where bars come from: its API, its files of whole days, whichever of the two takes less, or its files of trades. Default `rest`. */
  readonly source?: string | undefined;
  /** Where `source` is `hybrid`: calendar days after which a session may be taken from a file, as a number or in digits. Default 30. */
  readonly flatAfterDays?: number | string | undefined;
};

const SOURCES = ['rest', 'flat', 'hybrid', 'trades'] as const;

const FLAT_AFTER_DAYS = 30;

/** What they must be. */
export const POLYGON_SETTINGS = {
  tier: amongWords([...TIERS.keys()]),
  source: amongWords(SOURCES),
  flatAfterDays: wholeAboveZero('days'),
} satisfies SettingForms;

/** The plan of a configuration that was found to be sound, with its name. There is no file of a day that is not over. */
export function tierOf(config: Pick<ProviderConfig, 'settings'>): Tier & { readonly name: string } {
  const { tier: name = 'free' }: PolygonSettings = config.settings ?? {};
  const tier = TIERS.get(name) as Tier;
  return { name, ...tier, ...(isOfFiles(config) && { delayMs: 'day' }) };
}

/** Where bars of such a configuration come from. */
export function sourceOf({ settings = {} }: Pick<ProviderConfig, 'settings'>): (typeof SOURCES)[number] {
  const { source = 'rest' }: PolygonSettings = settings;
  return source as (typeof SOURCES)[number];
}

/** Whether bars come of files alone. */
function isOfFiles(config: Pick<ProviderConfig, 'settings'>): boolean {
  return ['flat', 'trades'].includes(sourceOf(config));
}

const HOUR = 3_600_000;

/** A file is whole at 11:00 in New York on the next day: twenty-two hours after an early close. */
export const FILE_WHOLE_MS = 22 * HOUR;

/** How long after its close a session may be taken from a file, in ms, where younger ones come from the API. */
export function flatAfterMs({ settings = {} }: Pick<ProviderConfig, 'settings'>): number {
  const { flatAfterDays = FLAT_AFTER_DAYS }: PolygonSettings = settings;
  return Number(flatAfterDays) * 24 * HOUR;
}
