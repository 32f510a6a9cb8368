import type { ProviderConfig } from '../provider.ts';
import { type SettingForms, amongWords, oneOf } from '../settings.ts';

/** Its plans, the smallest first. */
export const ALPACA_PLANS = ['free', 'algo-trader-plus'] as const;

/** What Alpaca is told besides its keys. */
export type AlpacaSettings = {
  /** Whose trades the bars of shares are made of. Default `sip`: those of all exchanges. */
  readonly feed?: 'sip' | 'iex' | 'otc' | 'boats' | undefined;
  /** What the user pays for: how many requests a minute, and how recent bars of `sip` may be. Default `free`. */
  readonly plan?: (typeof ALPACA_PLANS)[number] | undefined;
  /** Which of the two trading hosts knows the keys: it lists the tickers. Default `paper`. */
  readonly account?: 'paper' | 'live' | undefined;
};

/** What they must be. */
export const ALPACA_SETTINGS = {
  feed: oneOf('sip', 'iex', 'otc', 'boats'),
  plan: amongWords(ALPACA_PLANS),
  account: oneOf('paper', 'live'),
} satisfies SettingForms;

/** The settings of a configuration that was found to be sound, with what is not said. */
export function alpacaSettings({ settings = {} }: Pick<ProviderConfig, 'settings'>) {
  const { feed = 'sip', plan = 'free', account = 'paper' }: AlpacaSettings = settings;
  return { feed, plan, account };
}

/** Bars of all exchanges are open to the free plan once they are so old, in ms. */
const DELAY_MS = 15 * 60_000;

/** A clock may be ahead of Alpaca's by so much: an `end` that is newer by a second has the whole request refused. */
const CLOCK_MS = 60_000;

/** How old bars have to be at least that are asked for, in ms. */
export function delayMsOf(config: Pick<ProviderConfig, 'settings'>): number {
  const { feed, plan } = alpacaSettings(config);
  return feed === 'sip' && plan === 'free' ? DELAY_MS + CLOCK_MS : 0;
}
