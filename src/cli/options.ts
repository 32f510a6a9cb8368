import { isAbsolute, join } from 'node:path';
import {
  BackfillError,
  type HistoryOptions,
  INTERVALS,
  type RangeOptions,
  capabilitiesOf,
  loadProvider,
  providerIds,
} from '../index.ts';
import type { Declaration, Declarations, Texts, ValuesOf } from './declaration.ts';
import {
  checkDate,
  parseClock,
  parseCount,
  parseIntervals,
  parseRates,
  parseTimeout,
  wholeFrom,
} from './quantities.ts';

export const WHICH = 'Which bars';
export const OUTPUT = 'What is printed';
const SOURCE = 'Where they come from';
const CSV = 'Folders of CSV files';
const PACE = 'How they are fetched';
const PLACES = 'Where things are';

/** Where the bars are kept. */
export const STORE = {
  store: { value: 'FOLDER', default: './data', group: PLACES, describe: 'Where the bars are kept' },
} as const satisfies Declarations;

/** Which tickers, as words or by name: both together are added up. */
export const TICKERS = {
  tickers: {
    short: 't',
    value: 'TICKERS',
    word: 'many',
    joined: true,
    group: WHICH,
    describe: 'AAPL,MSFT, @FILE, portfolio, all, or a universe of the store; also without --tickers',
  },
} as const satisfies Declarations;

/** Which intervals. */
export const INTERVAL = {
  interval: {
    value: 'LIST',
    isList: true,
    read: parseIntervals,
    group: WHICH,
    describe: `Lengths of bars, of ${INTERVALS.join(' ')}; several with commas`,
  },
} as const satisfies Declarations;

/** First and last session. */
export const DATES = {
  start: { value: 'DATE', read: checkDate, group: WHICH, describe: 'First session, YYYY-MM-DD, inclusive' },
  end: { value: 'DATE', read: checkDate, group: WHICH, describe: 'Last session, YYYY-MM-DD, inclusive' },
} as const satisfies Declarations;

/** Options that say which sessions are meant. */
export const RANGE = {
  days: {
    value: 'N',
    read: wholeFrom(1),
    group: WHICH,
    describe: 'The last N settled sessions of each ticker’s own calendar',
  },
  years: { value: 'N', read: wholeFrom(1), group: WHICH, describe: 'The last N years' },
  ...DATES,
} as const satisfies Declarations;

/** Lists at their full length. */
export const ALL = {
  all: { type: 'switch', voidWith: ['json'], group: OUTPUT, describe: 'Cut no list short, as in a pipe' },
} as const satisfies Declarations;

/** A clock to pretend. */
export const NOW = {
  now: {
    value: 'INSTANT',
    read: parseClock,
    describe: 'Pretend that it is this instant, such as 2026-11-20T22:00:00Z',
  },
} as const satisfies Declarations;

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
  ...ofProvider('csv', CSV_FILES),
} as const satisfies Declarations;

/** The providers that are asked over a network: at a URL some are that are not without. */
function overNetwork(_: string, all: Texts): readonly string[] {
  const named = all.get('provider') ?? true;
  const own = named === true ? [] : named.filter(isPath);
  return [
    ...providerIds({ metered: true, ...(all.has('provider-url') && { url: 'http://127.0.0.1' }) }),
    ...own,
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
    describe: 'Requests allowed, such as 5/min,500/day or 100/10s',
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
  const { provider: id, basis, csvZone, csvStamps, csvDates, csvDecimal, csvAsOf, seed } = argv;
  const url = urlOf(id, argv.providerUrl);
  const ofCsv = { csvZone, csvStamps, csvDates, csvDecimal, csvAsOf };
  return {
    store: argv.store,
    provider: isPath(id)
      ? await loadProvider(id, { timeoutMs: argv.timeout, ...given({ url }) })
      : { id, timeoutMs: argv.timeout, ...given({ url, basis, ...ofCsv, seed }) },
    ...given({ quotas: argv.rateLimit, stateFolder: argv.state ?? xdgStateFolder(), clock: argv.now }),
    workers: argv.workers,
    concurrency: argv.concurrency,
  };
}

interface ProviderUrl {
  readonly id: string;
  readonly url: string;
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

/** First and last date, in that order. Throws `usage`. */
export function datesOf({ start, end }: ValuesOf<typeof DATES>): { start?: string; end?: string } {
  if (start === undefined || end === undefined || start <= end) return given({ start, end });
  throw new BackfillError('usage', `--start ${start} is after --end ${end}`);
}

/** What the options of a range chose, without what was not given. Throws `usage`. */
export function rangeOf({ days, years, ...dates }: ValuesOf<typeof RANGE>): RangeOptions {
  return { ...given({ days, years }), ...datesOf(dates) };
}

/** Where the XDG base directories want the program's state, if the user has moved them. */
function xdgStateFolder(): string | undefined {
  const base = process.env['XDG_STATE_HOME'];
  // A relative one is invalid by the specification, and counts as none.
  return base !== undefined && isAbsolute(base) ? join(base, 'backfill') : undefined;
}

/** Drops options that were not given, so that defaults apply. */
export function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
