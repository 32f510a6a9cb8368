import { fileURLToPath } from 'node:url';
import { didYouMean } from '../core/closest.ts';
import { BackfillError } from '../core/errors.ts';
import { option } from '../core/option-name.ts';
import { alphavantageCapabilities } from './alphavantage/capabilities.ts';
import { ALPHAVANTAGE_SETTINGS, TIERS as ALPHAVANTAGE_TIERS } from './alphavantage/settings.ts';
import { binanceCapabilities } from './binance/capabilities.ts';
import { csvCapabilities } from './csv/capabilities.ts';
import { type Gate, NO_REQUESTS } from './http/gate.ts';
import type { Capabilities, Provider, ProviderConfig, Secrets } from './provider.ts';
import { assertSettings, type SettingForms } from './settings.ts';
import { SAMPLE_SETTINGS } from './sample/settings.ts';
import { CSV_SETTINGS, CSV_TO_BE_SAID } from './csv/settings.ts';
import { sampleCapabilitiesOf } from './sample/capabilities.ts';
import { alpacaCapabilities } from './alpaca/capabilities.ts';
import { ALPACA_PLANS, ALPACA_SETTINGS } from './alpaca/settings.ts';
import { polygonCapabilities } from './polygon/capabilities.ts';
import { POLYGON_SETTINGS, TIERS as POLYGON_TIERS } from './polygon/settings.ts';
import { type Tiers, otherTiers } from './tiers.ts';
import { yahooCapabilities } from './yahoo/capabilities.ts';

/** What a user has to say to a provider that nothing else tells. */
export interface ToBeSaid {
  /** `--basis BASIS` */
  readonly options: string;
  /** What the words in capitals stand for, to end a sentence: `BASIS being …`. */
  readonly words: string;
}

interface RegisteredProvider {
  readonly capabilities: (config: ProviderConfig) => Capabilities;
  /** Default: it takes none. */
  readonly settings?: SettingForms;
  /** Whether these are texts that a user gives by name, as of a provider of one's own. Default: each has an option. */
  readonly areSettingsNamed?: true;
  /** Options without which a command cannot ask it, their values as words to be replaced. Default: there are none. */
  readonly toBeSaid?: ToBeSaid;
  /** The plans that are sold there. Default: there is one, or nothing is known of others. */
  readonly tiers?: Tiers;
  /** Loads the provider's code, with the packages it needs, only when it is used. */
  readonly open: (config: ProviderConfig, gate: Gate, secrets: Secrets) => Promise<Provider>;
}

/** Every provider, by id. Adding one is adding a line. */
const PROVIDERS: Readonly<Record<string, RegisteredProvider>> = {
  yahoo: {
    capabilities: () => yahooCapabilities,
    open: async (c, gate) => (await import('./yahoo/index.ts')).openYahoo(c, gate),
  },
  alphavantage: {
    capabilities: alphavantageCapabilities,
    settings: ALPHAVANTAGE_SETTINGS,
    tiers: { setting: 'tier', names: [...ALPHAVANTAGE_TIERS.keys()] },
    areSettingsNamed: true,
    open: async (c, gate, secrets) =>
      (await import('./alphavantage/index.ts')).openAlphavantage(c, gate, secrets),
  },
  alpaca: {
    capabilities: alpacaCapabilities,
    settings: ALPACA_SETTINGS,
    tiers: { setting: 'plan', names: ALPACA_PLANS },
    areSettingsNamed: true,
    open: async (c, gate, secrets) => (await import('./alpaca/index.ts')).openAlpaca(c, gate, secrets),
  },
  binance: {
    capabilities: () => binanceCapabilities,
    open: async (c, gate) => (await import('./binance/index.ts')).openBinance(c, gate),
  },
  polygon: {
    capabilities: polygonCapabilities,
    settings: POLYGON_SETTINGS,
    tiers: { setting: 'tier', names: [...POLYGON_TIERS.keys()] },
    areSettingsNamed: true,
    open: async (c, gate, secrets) => (await import('./polygon/index.ts')).openPolygon(c, gate, secrets),
  },
  csv: {
    capabilities: csvCapabilities,
    settings: CSV_SETTINGS,
    toBeSaid: CSV_TO_BE_SAID,
    open: async (c) => (await import('./csv/index.ts')).openCsv(c),
  },
  sample: {
    capabilities: sampleCapabilitiesOf,
    settings: SAMPLE_SETTINGS,
    open: async (c, gate) => (await import('./sample/index.ts')).openSample(c, gate),
  },
};

/** The ids of the providers whose settings a user gives by name. */
export function providersToldByName(): readonly string[] {
  return Object.keys(PROVIDERS).filter((id) => PROVIDERS[id]?.areSettingsNamed);
}

/** The ids of all providers, or of those that are asked over a network, as they are or at a URL. */
export function providerIds({ metered, url }: { metered?: true; url?: string } = {}): readonly string[] {
  const ids = Object.keys(PROVIDERS);
  return metered
    ? ids.filter((id) => capabilitiesOf({ id, ...(url !== undefined && { url }) }).metered)
    : ids;
}

/** The providers of which a run that does not say how far back wants something else than the last 252 sessions: years. */
export function usualYears(): ReadonlyMap<string, number> {
  return new Map(
    Object.keys(PROVIDERS).flatMap((id): [string, number][] => {
      const years = capabilitiesOf({ id }).usualRange?.years;
      return years === undefined ? [] : [[id, years]];
    }),
  );
}

/** The ids of the providers that take a setting. */
export function providersWithSetting(name: string): readonly string[] {
  return Object.entries(PROVIDERS).flatMap(([id, { settings = {} }]) =>
    Object.hasOwn(settings, name) ? [id] : [],
  );
}

/** The plans that are told by the setting `tier`, by provider, the smallest first. */
export function tierNames(): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(PROVIDERS).flatMap(([id, { tiers }]): [string, readonly string[]][] =>
      tiers?.setting === 'tier' ? [[id, tiers.names]] : [],
    ),
  );
}

/** What a command that is proposed has to leave open of a provider; undefined: nothing, or it is not registered. */
export function toBeSaidTo(id: string): ToBeSaid | undefined {
  return Object.hasOwn(PROVIDERS, id) ? PROVIDERS[id]?.toBeSaid : undefined;
}

/**
 * What a provider can do as it is configured. Throws `unknown-provider`, naming those there are, and `usage` for settings
 * that it does not take.
 */
export function capabilitiesOf(config: ProviderConfig): Capabilities {
  if (config.module !== undefined) return config.module.capabilities;
  const { capabilities, settings = {}, tiers } = registered(config.id);
  assertSettings(config.id, config.settings ?? {}, settings);
  const own = capabilities(config);
  return tiers === undefined ? own : { ...own, otherTiers: otherTiers(config, tiers, capabilities) };
}

/**
 * Throws `unknown-provider`, and `usage` for a URL that is missing or is none and for settings that the provider does not
 * take.
 */
export function assertConfigured(config: ProviderConfig): void {
  const { id, url, module } = config;
  const { needsUrl, metered } = capabilitiesOf(config);
  if (module !== undefined && Object.hasOwn(PROVIDERS, id))
    throw new BackfillError('usage', `provider ${fileURLToPath(module.url)}: the id "${id}" is taken`);
  const name = module === undefined ? id : fileURLToPath(module.url);
  if (needsUrl && url === undefined) {
    throw new BackfillError('usage', `provider "${id}" needs ${option('providerUrl')} ${name}=…`);
  }
  const fault = metered && url !== undefined ? urlFault(url) : null;
  if (fault !== null)
    throw new BackfillError(
      'usage',
      `${option('providerUrl')} ${name}=${url}: ${fault}; write it as http://HOST:PORT`,
    );
}

/** Why nothing can be asked at a URL, or null. An empty port would mean port 80, which nobody meant. */
function urlFault(url: string): string | null {
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) return 'is no URL';
  return /^https?:\/\/[^/?#]*:(?:[/?#]|$)/.test(url) ? 'its port is empty' : null;
}

/** Opens a provider whose requests pass a gate (default: it makes none). Throws `unknown-provider` and `usage`. */
export async function openProvider(
  config: ProviderConfig,
  gate: Gate = NO_REQUESTS,
  secrets: Secrets = {},
): Promise<Provider> {
  assertConfigured(config);
  if (config.module === undefined) return registered(config.id).open(config, gate, secrets);
  const { openModule } = await import('./module/open-module.ts');
  return openModule(config.module, config, gate, secrets);
}

function registered(id: string): RegisteredProvider {
  const provider = Object.hasOwn(PROVIDERS, id) ? PROVIDERS[id] : undefined;
  if (provider !== undefined) return provider;
  const known = Object.keys(PROVIDERS);
  throw new BackfillError(
    'unknown-provider',
    `there is no provider "${id}"; there are: ${known.join(', ')}${didYouMean(id, known)}`,
  );
}
