import { isAbsolute, join } from 'node:path';
import {
  BackfillError,
  type CsvSettings,
  type HistoryOptions,
  capabilitiesOf,
  loadProvider,
  providerIds,
  providersToldByName,
  providersWithSetting,
} from '../index.ts';
import type { Declaration, Declarations, Texts, ValuesOf } from './declaration.ts';
import { type NOW, PLACES, type STORE, given } from './options.ts';
import { checkDate, parseCount, parseRates, parseTimeout, wholeFrom } from './quantities.ts';

const PACE = 'How they are fetched';
const CSV = 'Folders of CSV files';
const SOURCE = 'Where they come from';

/** Options that say how files of bars are read. */
export const CSV_FILES = {
  basis: {
    choices: ['raw', 'split-adjusted'],
    group: CSV,
    describe: 'What the prices are',
  },
  'csv-as-of': {
    value: 'DATE',
    read: checkDate,
    group: CSV,
    needs: { basis: ['split-adjusted'] },
    describe: 'Day up to which splits are in split-adjusted prices',
  },
  'csv-zone': {
    value: 'ZONE',
    otherwise: 'exchange',
    group: CSV,
    describe: 'Clock of times without an offset: UTC, America/New_York, …, or the exchange’s own',
  },
  'csv-stamps': {
    choices: ['start', 'end'],
    otherwise: 'start',
    group: CSV,
    describe: 'Whether times of intraday bars are their starts or ends',
  },
  'csv-dates': {
    choices: ['dmy', 'mdy', 'ymd'],
    otherwise: 'as they show',
    group: CSV,
    describe: 'Order of dates such as 01/02/24',
  },
  'csv-decimal': {
    choices: ['point', 'comma'],
    otherwise: 'as they show',
    group: CSV,
    describe: 'What parts the fraction of numbers',
  },
} as const satisfies Declarations;

/** Options that have an effect with one provider only. */
function ofProvider<Options extends Declarations>(provider: string, options: Options): Options {
  const theirs = Object.entries<Declaration>(options).map(([name, option]) => [
    name,
    { ...option, needs: { provider: [provider], ...option.needs } },
  ]);
  return Object.fromEntries(theirs) as Options;
}

/** Options that say where bars come from. */
export const PROVIDER = {
  provider: {
    value: 'NAME',
    default: 'yahoo',
    read: checkProvider,
    group: SOURCE,
    describe: `Where bars come from: ${providerIds().join(', ')}, or a FILE of one’s own`,
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
  tier: {
    value: 'NAME',
    otherwise: 'free',
    needs: { provider: providersWithSetting('tier') },
    group: SOURCE,
    describe: 'The plan of the key: free, legacy, or the requests a minute that are paid for, such as 75',
  },
  ...ofProvider('csv', CSV_FILES),
} as const satisfies Declarations;

/** The providers that are told by name, with the one of one's own that is named, or how one would be. */
function toldByName(_: string, all: Texts): readonly string[] {
  const own = ownOf(all);
  return [...providersToldByName(), ...(own.length === 0 ? ['./FILE'] : own)];
}

function ownOf(all: Texts): readonly string[] {
  const named = all.get('provider') ?? true;
  return named === true ? [] : named.filter(isPath);
}

/** The providers that are asked over a network: at a URL some are that are not without. */
function overNetwork(_: string, all: Texts): readonly string[] {
  return [
    ...providerIds({ metered: true, ...(all.has('provider-url') && { url: 'http://127.0.0.1' }) }),
    ...ownOf(all),
  ];
}

/** Options that say how the provider is asked. */
export const CONNECTION = {
  workers: {
    value: 'N',
    default: 'auto',
    read: parseCount,
    group: PACE,
    describe: 'Worker threads; auto: one a CPU',
  },
  concurrency: {
    value: 'N',
    default: 'auto',
    read: parseCount,
    group: PACE,
    describe: 'Fetches in flight a worker',
  },
  'rate-limit': {
    value: 'RATES',
    isList: true,
    otherwise: 'what the provider declares',
    read: parseRates,
    needs: { provider: overNetwork },
    group: PACE,
    describe: 'Requests allowed a s, min, h or day, such as 5/min,500/day, 30/h or 100/10s',
  },
  timeout: {
    value: 'TIME',
    default: '30s',
    read: parseTimeout,
    needs: { provider: overNetwork },
    group: PACE,
    describe: 'Longest wait for one answer',
  },
  state: {
    value: 'FOLDER',
    otherwise: '~/.local/state/backfill',
    group: PLACES,
    describe: 'Where all processes share the use of each quota',
  },
} as const satisfies Declarations;

/** What the options of store, provider and connection chose. Throws `usage`. */
export async function connectionOf(
  argv: ValuesOf<typeof STORE & typeof PROVIDER & typeof CONNECTION & typeof NOW>,
): Promise<HistoryOptions> {
  const { provider: id } = argv;
  const common = { timeoutMs: argv.timeout, ...given({ url: urlOf(id, argv.providerUrl) }) };
  return {
    store: argv.store,
    provider: isPath(id)
      ? await loadProvider(id, { ...common, settings: Object.fromEntries(argv.providerSetting ?? []) })
      : { ...common, id, settings: settingsOf(argv) },
    ...given({ quotas: argv.rateLimit, stateFolder: argv.state ?? xdgStateFolder(), clock: argv.now }),
    workers: argv.workers,
    concurrency: argv.concurrency,
  };
}

/**
 * Refuses to store what a provider says at a pretended instant, unless a server was named that may stand still there: the
 * prices of one that goes on are adjusted for splits of which it would not be asked. Throws `usage`.
 */
export function assertItsInstant({
  provider = { id: PROVIDER.provider.default },
  clock,
}: HistoryOptions): void {
  if (clock === undefined || provider.url !== undefined) return;
  const { metered, needsUrl } = capabilitiesOf(provider);
  // One that needs a URL is refused for that.
  if (!metered || needsUrl) return;
  throw new BackfillError(
    'usage',
    `--now: ${provider.id} answers as of today, with splits since then in its prices; leave it out, add --dry-run, or ask ` +
      `a server that stands still there: --provider-url ${provider.id}=http://…`,
  );
}

/** What the options tell the provider that comes with the program; those of others have no value until they are asked. */
function settingsOf(argv: ValuesOf<typeof PROVIDER>): Readonly<Record<string, unknown>> {
  const { seed, tier, providerSetting } = argv;
  return { ...Object.fromEntries(providerSetting), ...csvSettingsOf(argv), ...given({ seed, tier }) };
}

/** How files are read, as the options say. */
export function csvSettingsOf(argv: ValuesOf<typeof CSV_FILES>): CsvSettings {
  const {
    basis,
    csvZone: zone,
    csvStamps: stamps,
    csvDates: dates,
    csvDecimal: decimal,
    csvAsOf: asOf,
  } = argv;
  return given({ basis, zone, stamps, dates, decimal, asOf });
}

interface ProviderUrl {
  readonly id: string;
  readonly url: string;
}

function parseSetting(name: string, text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new BackfillError('usage', `${name} ${text}: write NAME=VALUE, e.g. feed=delayed`);
}

function parseProviderUrl(name: string, text: string): ProviderUrl {
  const at = urlFrom(text);
  if (at <= 0)
    throw new BackfillError('usage', `${name} ${text}: write NAME=URL, e.g. yahoo=http://127.0.0.1:8080`);
  return { id: checkProvider(name, text.slice(0, at)), url: text.slice(at + 1) };
}

/** Where a name ends, which may be a path with such signs of its own; -1 for none. */
function urlFrom(text: string): number {
  return text.search(/=(?!.*=https?:)/s);
}

/** A provider that there is, or the path of one of the user's own, yet to be loaded. Throws `unknown-provider`. */
function checkProvider(_: string, id: string): string {
  return isPath(id) ? id : capabilitiesOf({ id }).id;
}

/** Whether a provider or a wire is named by the path of its module. */
export function isPath(name: string): boolean {
  return /[\\/]|\.[cm]?[jt]s$/.test(name);
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
