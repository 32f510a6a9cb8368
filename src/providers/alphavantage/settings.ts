import type { Quota } from '../../core/plan/quota.ts';
import type { ProviderConfig } from '../provider.ts';
import { type SettingForms, amongWords, oneOf } from '../settings.ts';

/** What a key is good for. */
export interface Tier {
  readonly quotas: readonly Quota[];
  /** Whether daily bars come in full, those of shares with their splits and dividends; else the newest 100. */
  readonly isFull: boolean;
  readonly hasIntraday: boolean;
}

/** Requests a minute that are sold. */
const SOLD = [75, 150, 300, 600, 1200];

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * By the setting `tier`: the free one as of late 2025, that of before 2023, and those that are paid for, by their requests a
 * minute. (Where its day begins nobody tells; it is counted from midnight UTC.)
 */
export const TIERS: ReadonlyMap<string, Tier> = new Map<string, Tier>([
  [
    'free',
    {
      quotas: [
        { requests: 25, perMs: DAY },
        { requests: 1, perMs: 1000 },
      ],
      isFull: false,
      hasIntraday: false,
    },
  ],
  [
    'legacy',
    {
      quotas: [
        { requests: 5, perMs: MINUTE },
        { requests: 500, perMs: DAY },
      ],
      isFull: true,
      hasIntraday: false,
    },
  ],
  ...SOLD.map((requests): [string, Tier] => [
    String(requests),
    { quotas: [{ requests, perMs: MINUTE }], isFull: true, hasIntraday: true },
  ]),
]);

/** What it is told of a key. */
export type AlphavantageSettings = {
  /** A name of `TIERS`. Default `free`. */
  readonly tier?: string | undefined;
  /** Whether splits and dividends that come apart from bars are asked for, two requests a ticker. Default `apart`. */
  readonly actions?: 'apart' | 'none' | undefined;
};

/** What they must be. */
export const ALPHAVANTAGE_SETTINGS = {
  tier: amongWords([...TIERS.keys()]),
  actions: oneOf('apart', 'none'),
} satisfies SettingForms;

/** The tier of a configuration that was found to be sound, and whether splits and dividends are asked for apart. */
export function tierOf({ settings = {} }: Pick<ProviderConfig, 'settings'>): Tier & {
  readonly asksForActions: boolean;
} {
  const { tier = 'free', actions = 'apart' }: AlphavantageSettings = settings;
  return { ...(TIERS.get(tier) as Tier), asksForActions: actions === 'apart' };
}
