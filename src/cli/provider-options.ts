import { isAbsolute, join } from 'node:path';
import {
  BackfillError,
  type HistoryOptions,
  PUBLIC_LISTS,
  type ProviderConfig,
  capabilitiesOf,
  loadProvider,
  providerIds,
  providersToldByName,
  providersWithSetting,
} from '../index.ts';
import { type CSV_FILES, CSV_PROVIDER, csvSettingsOf } from './csv-options.ts';
import type { Declarations, Texts, ValuesOf } from './declaration.ts';
import { type NOW, PLACES, type STORE, given } from './options.ts';
import { chainIn, isPath, ownProviders } from './own-providers.ts';
import { PACE } from './pace-options.ts';
import { wholeFrom } from './quantities.ts';
import type { QUEUED } from './queue-option.ts';
import { TIER, assertTierOfOne, tierFor } from './tier-option.ts';

const SOURCE = 'Where they come from';

/** Options that say who is asked. */
export const SOURCES = {
  provider: {
    value: 'NAME',
    default: 'yahoo',
    isList: true,
    offers: providerIds(),
    read: checkChain,
    group: SOURCE,
    describe: `Where bars come from: ${providerIds().join(', ')}, or a FILE of one’s own; of A,B what A lacks comes from B`,
  },
  'provider-url': {
    type: 'list',
    value: 'NAME=URL',
    read: parseProviderUrl,
    needs: { provider: (text) => [text.slice(0, urlFrom(text))] },
    group: SOURCE,
    describe: 'Ask that provider there; for csv its folder',
  },
  seed: {
    value: 'N',
    otherwise: '1',
    read: wholeFrom(0),
    group: SOURCE,
    needs: { provider: ['sample'] },
    describe: 'Another market of the provider sample',
  },
  'provider-setting': {
    type: 'list',
    value: 'NAME=VALUE',
    read: parseSetting,
    needs: { provider: toldByName },
    group: SOURCE,
    describe: `What ${providersToldByName().join(', ')} or a provider of one’s own is told besides, as text`,
  },
  tier: { ...TIER, group: SOURCE },
} as const satisfies Declarations;

/** Options that say where bars come from. */
export const PROVIDER = { ...SOURCES, ...CSV_PROVIDER } as const satisfies Declarations;

/** The providers that are told by name, with the one of one's own that is named, or how one would be. */
function toldByName(_: string, all: Texts): readonly string[] {
  const own = ownProviders(all);
  return [...providersToldByName(), ...(own.length === 0 ? ['./FILE'] : own)];
}

/** Options that say how the provider is asked. */
export const CONNECTION = {
  ...PACE,
  'list-url': {
    type: 'list',
    value: 'NAME=URL',
    read: parseListUrl,
    group: SOURCE,
    describe: `Ask for a public list there: ${Object.keys(PUBLIC_LISTS).join(', ')}`,
  },
  state: {
    value: 'FOLDER',
    otherwise: '~/.local/state/backfill',
    elsewhere: () => {
      const value = xdgStateFolder();
      return value === undefined ? undefined : { value, source: 'XDG_STATE_HOME' };
    },
    group: PLACES,
    describe: 'Where all processes share the use of each quota',
  },
  quota: {
    value: 'URL',
    otherwise: 'the state folder',
    group: PLACES,
    describe: 'Redis server where all machines share the use of each quota',
  },
} as const satisfies Declarations;

/** What the options say of a provider; those of CSV files and of how fast it is asked need not be there. */
type SourceValues = Omit<ValuesOf<typeof SOURCES & typeof CONNECTION>, 'provider' | keyof Pace> &
  Pick<Pace, 'timeout'> &
  Partial<Pace & ValuesOf<typeof CSV_FILES>>;

type Pace = ValuesOf<typeof PACE>;

/** What the options of store, provider and connection chose. Throws `usage`. */
export async function connectionOf(
  argv: ValuesOf<typeof STORE & typeof NOW> &
    SourceValues &
    Partial<ValuesOf<typeof QUEUED>> & { readonly provider: string | undefined },
): Promise<HistoryOptions> {
  const { provider } = argv;
  return {
    store: argv.store,
    ...(provider !== undefined && { provider: await configsOf({ ...argv, provider }) }),
    ...given({ workers: argv.workers, concurrency: argv.concurrency, inFlight: argv.inFlight }),
    ...given({
      requestDelayMs: argv.requestDelay,
      rateShare: argv.rateShare,
      recycleAfter: argv.recycleAfter,
    }),
    ...given({ queue: argv.queue, world: argv.world, requestedAsOf: argv.asOf }),
    ...given({ quotas: argv.rateLimit, stateFolder: argv.state ?? xdgStateFolder(), clock: argv.now }),
    ...given({ quotaUrl: argv.quota }),
    ...(argv.listUrl.length > 0 && { listUrls: Object.fromEntries(argv.listUrl) }),
  };
}

/** How the options have a provider asked, or those of a chain. Throws `usage`. */
async function configsOf(
  argv: SourceValues & { readonly provider: string },
): Promise<ProviderConfig | readonly ProviderConfig[]> {
  const chain = chainIn(argv.provider);
  if (chain.length === 1) return configOf(argv);
  assertTierOfOne(argv.provider, argv.tier);
  const configs: ProviderConfig[] = [];
  for (const [i, provider] of chain.entries()) {
    // Each is told what it takes; what none takes is refused by the first.
    const isTold = ([name]: readonly [string, string]): boolean => {
      const takers = chain.filter((one) => isPath(one) || providersWithSetting(name).includes(one));
      return takers.includes(provider) || (takers.length === 0 && i === 0);
    };
    const providerSetting = (argv.providerSetting ?? []).filter(isTold);
    configs.push(await configIn({ ...argv, providerSetting, provider }));
  }
  return configs;
}

/** How the options have a provider asked. Throws `usage`. */
export function configOf(argv: SourceValues & { readonly provider: string }): Promise<ProviderConfig> {
  assertTierOfOne(argv.provider, argv.tier);
  return configIn(argv);
}

async function configIn(argv: SourceValues & { readonly provider: string }): Promise<ProviderConfig> {
  const { provider: id } = argv;
  const common = { timeoutMs: argv.timeout, ...given({ url: urlOf(id, argv.providerUrl) }) };
  return isPath(id)
    ? loadProvider(id, { ...common, settings: Object.fromEntries(argv.providerSetting ?? []) })
    : { ...common, id, settings: settingsOf(argv) };
}

/**
 * Refuses to store what a provider says at a pretended instant, unless a server was named that may stand still there: the
 * prices of one that goes on are adjusted for splits of which it would not be asked. Throws `usage`.
 */
export function assertItsInstant({
  provider = { id: PROVIDER.provider.default },
  clock,
}: HistoryOptions): void {
  if (clock === undefined) return;
  for (const one of [provider].flat()) {
    const { metered, needsUrl } = capabilitiesOf(one);
    // One that needs a URL is refused for that.
    if (one.url !== undefined || !metered || needsUrl) continue;
    throw new BackfillError(
      'usage',
      `--now: ${one.id} answers as of today, with splits since then in its prices; leave it out, add --dry-run, or ask ` +
        `a server that stands still there: --provider-url ${one.id}=http://…`,
    );
  }
}

/** What the options tell the provider that comes with the program; those of others wait until they are asked. */
function settingsOf(argv: SourceValues & { readonly provider: string }): Readonly<Record<string, unknown>> {
  const { provider, seed, providerSetting } = argv;
  const options = { ...csvSettingsOf(argv), ...given({ seed, tier: tierFor(provider, argv.tier) }) };
  const its = Object.entries(options).filter(([name]) => providersWithSetting(name).includes(provider));
  return {
    ...Object.fromEntries(providersToldByName().includes(provider) ? providerSetting : []),
    ...Object.fromEntries(its),
  };
}

/** Where a provider is asked. */
export interface ProviderUrl {
  readonly id: string;
  readonly url: string;
}

function parseSetting(name: string, text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new BackfillError('usage', `${name} ${text}: write NAME=VALUE, e.g. feed=delayed`);
}

function parseListUrl(name: string, text: string): readonly [list: string, url: string] {
  const at = text.indexOf('=');
  const list = text.slice(0, Math.max(0, at));
  if (!(list in PUBLIC_LISTS) || !/^https?:\/\/[^/]/.test(text.slice(at + 1)))
    throw new BackfillError(
      'usage',
      `${name} ${text}: write NAME=URL, NAME one of ${Object.keys(PUBLIC_LISTS).join(', ')}`,
    );
  return [list, text.slice(at + 1)];
}

function parseProviderUrl(name: string, text: string): ProviderUrl {
  const joined = JOINED_URLS.exec(text);
  if (joined !== null) {
    const [one, two] = joined.slice(1).map((id) => `${PROVIDER_URL} ${id}=…`);
    throw new BackfillError('usage', `${name} ${text}: it is of one provider; give it twice: ${one} ${two}`);
  }
  const at = urlFrom(text);
  if (at <= 0)
    throw new BackfillError('usage', `${name} ${text}: write NAME=URL, e.g. yahoo=http://127.0.0.1:8080`);
  return { id: checkProvider(name, text.slice(0, at)), url: text.slice(at + 1) };
}

/** Two names with a comma between them, the second of a provider that comes with the program. */
const JOINED_URLS = new RegExp(`^([^=]+)=.*?,\\s*(${providerIds().join('|')})=`, 's');

const PROVIDER_URL = '--provider-url';

/** Where a name ends, which may be a path with such signs of its own; -1 for none. */
function urlFrom(text: string): number {
  return text.search(/=(?!.*=https?:)/s);
}

/** Providers with commas between them, each as `checkProvider` has it. */
function checkChain(name: string, text: string): string {
  return chainIn(text)
    .map((id) => checkProvider(name, id))
    .join(',');
}

/** A provider that there is, or the path of one of the user's own, yet to be loaded. Throws `unknown-provider`. */
function checkProvider(_: string, id: string): string {
  return isPath(id) ? id : capabilitiesOf({ id }).id;
}

/** A provider, of several the first, or a public list of instruments. Throws `unknown-provider`. */
export function checkSource(name: string, text: string): string {
  const [id = text] = chainIn(text);
  return id in PUBLIC_LISTS ? id : checkProvider(name, id);
}

/** The URL that is given for a provider. Throws `usage` where two are, or where all are for others. */
function urlOf(id: string, urls: readonly ProviderUrl[]): string | undefined {
  const [own, second] = urls.filter((one) => one.id === id);
  if (own !== undefined && second !== undefined)
    throw new BackfillError(
      'usage',
      `--provider-url ${id}=… is given twice (${own.url}, ${second.url}); give it once`,
    );
  return own?.url;
}

/** Where the XDG base directories want the program's state, if the user has moved them. */
function xdgStateFolder(): string | undefined {
  const base = process.env['XDG_STATE_HOME'];
  // A relative one is invalid by the specification, and counts as none.
  return base !== undefined && isAbsolute(base) ? join(base, 'backfill') : undefined;
}
