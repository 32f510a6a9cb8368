import type { LeftWhy } from '../backfill/run/run-record.ts';
import type { StoreFacts } from '../store/facts.ts';
import { type LastRun, lastPartTexts, lastRunText } from './last-run-text.ts';
import { beyondText, leftByOthers, leftCounts, spoiltText, type LeftToRetry } from './left-text.ts';
import { utcMinute } from './listed-text.ts';
import { named } from './named.ts';
import { type Page, printable, TIE, tied, wrapped } from './page.ts';
import { type QuotaUsed, quotaTexts } from './quota-used-text.ts';
import type { SeriesCoverage } from './series-coverage.ts';
import { asPasted, type SameAsHere } from './told-commands.ts';
import { formatBytes, formatCount, formatPercent, plural } from './table.ts';

/** A store, and what its runs need. Plain JSON. */
export interface StoreStatus extends StoreFacts {
  readonly store: string;
  /** Why there is nothing to read, in a few words; null where there is a store. */
  readonly empty: string | null;
  readonly series: number;
  readonly tickers: number;
  /** Series by interval. */
  readonly intervals: Readonly<Record<string, number>>;
  readonly bars: number;
  /** Files that cannot be read. */
  readonly damaged: number;
  /** The last run on record, with all its batches; null for none. */
  readonly last: LastRun | null;
  /** What the last runs left undone that is so still. */
  readonly left: LeftToRetry;
  /** The variables of keys, and whether they are set; never what is in them. */
  readonly keys: readonly {
    readonly provider: string;
    readonly variable: string;
    readonly isThere: boolean;
  }[];
  readonly quotas: readonly QuotaUsed[];
  /** Keys that are not at hand, and servers on this machine, of whose limits nothing is used now. */
  readonly unusedQuotas: number;
}

/** The newest run that stored something of a series, or left it undone. */
export interface LastRunOfSeries {
  /** Null of one that left no record: it was killed, or goes on. So is the provider. */
  readonly id: string | null;
  readonly provider: string | null;
  /** ms since the epoch; of one that was interrupted when it last stored something of the series. */
  readonly endedAt: number;
  /** `interrupted`: it stored something, and went on or was killed. */
  readonly outcome: 'stored' | 'interrupted' | LeftWhy;
  /** Why it failed. */
  readonly message?: string;
}

/** One stored series. Plain JSON. */
export interface SeriesStatus extends SeriesCoverage {
  /** The providers that its bars came from; null where a file of it cannot be read. */
  readonly sources: readonly string[] | null;
  /** Sessions of which derived bars are not what their 1m bars give now. */
  readonly stale: number;
  /** Those in force; null where their file cannot be read. */
  readonly splits: number | null;
  readonly dividends: number | null;
  /** Sessions of stored daily bars of which nobody said what splits and dividends there were. */
  readonly actionsUnknown: number;
  readonly currency: string | null;
  readonly exchange: string | null;
  readonly type: string | null;
  /** First trade, and first session after the last one, `YYYY-MM-DD`; null where nobody said so. */
  readonly listed: string | null;
  readonly delistedFrom: string | null;
  /** Null where no record tells of it. */
  readonly lastRun: LastRunOfSeries | null;
}

/** The column of what is said. */
const HANG = 11;

/** Lines of a name and what is said of it. */
function entryLines(
  entries: readonly (readonly [name: string, text: string])[],
  { columns }: Page,
  here: SameAsHere,
): string[] {
  return entries.flatMap(([name, text]) =>
    // As long as it will be: who prints it would break it once more.
    wrapped(printableLine(`${name.padEnd(HANG - 1)} ${asPasted(text, here)}`), columns, { hang: HANG }),
  );
}

const NOTHING_SAID: SameAsHere = { store: '', source: '' };

/** As `printable`, with the blanks of a column and what is tied. */
function printableLine(line: string): string {
  const words = line.slice(HANG).split(' ');
  const printed = words.map((word) => word.split(TIE).map(printable).join(TIE));
  return line.slice(0, HANG) + printed.join(' ');
}

function damagedText(files: number): string {
  const are = files === 1 ? 'is damaged, or was and is' : 'are damaged, or were and are';
  return `${plural(files, 'file')} ${are} not fetched again: ${tied('backfill doctor')} tells which`;
}

/** What `backfill status` prints of a store. `here`: what the commands that it tells of need; default nothing. */
export function statusText(status: StoreStatus, page: Page, here: SameAsHere = NOTHING_SAID): string[] {
  const { left } = status;
  return entryLines(
    [
      ['store', status.store],
      ['', contentText(status)],
      ...(status.damaged > 0 ? ([['', damagedText(status.damaged)]] as const) : []),
      ...(status.writer === null ? [] : ([['', writerText(status.writer)]] as const)),
      ['last run', lastRunText(status.last)],
      ...lastPartTexts(status.last).map((text) => ['', text] as const),
      ...leftTexts(left).map((text, i) => [i === 0 ? 'left' : '', text] as const),
      ...status.keys.map(
        ({ provider, variable, isThere }, i) =>
          [i === 0 ? 'keys' : '', `${variable} is ${isThere ? 'set' : 'not set'} (${provider})`] as const,
      ),
      ...quotasTexts(status, page).map((text, i) => [i === 0 ? 'quotas' : '', text] as const),
    ],
    page,
    here,
  );
}

function quotasTexts({ quotas, unusedQuotas }: StoreStatus, page: Page): string[] {
  if (quotas.length + unusedQuotas === 0) return ['nothing was counted yet'];
  const besides = plural(unusedQuotas, quotas.length > 0 ? 'more record' : 'record');
  const whose =
    'of keys that are not at hand or servers on this machine: nothing of their limits is used now';
  return [...quotaTexts(quotas, page), ...(unusedQuotas > 0 ? [`${besides} ${whose}`] : [])];
}

function contentText({ empty, damaged, series, tickers, intervals, bars, bytes }: StoreStatus): string {
  if (series === 0 && damaged > 0) return 'nothing of it is to be had';
  if (series === 0)
    return `nothing is stored yet${empty === null ? '' : ` (${empty})`}: ${tied('backfill AAPL --days 252')} fetches a year of one ticker`;
  const lengths = Object.entries(intervals).map(
    ([interval, count]) => `${formatCount(count)} of ${interval}`,
  );
  return `${formatCount(series)} series of ${plural(tickers, 'ticker')} (${lengths.join(', ')}), ${plural(bars, 'bar')}, ${formatBytes(bytes)}`;
}

function writerText({ command, pid, host, since }: NonNullable<StoreStatus['writer']>): string {
  return `being written by ${command} (pid ${pid} on ${host} since ${utcMinute(since)})`;
}

/** Nothing where nothing was left. */
function leftTexts({ series, neverBegun, ofOthers, unrecorded, spoilt }: LeftToRetry): string[] {
  const tickers = [...new Set(series.map(({ ticker }) => ticker))];
  return [
    ...(series.length > 0
      ? [`${leftCounts(series)} (${named(tickers)}): ${tied('backfill --retry-failed')} asks for these alone`]
      : []),
    ...leftByOthers(ofOthers).map(
      ({ what, option }) => `${what}: ${tied(`backfill --retry-failed ${option}`)} asks for these`,
    ),
    ...(spoilt.length > 0 ? [spoiltText(spoilt)] : []),
    ...neverBegun.map((rest) => `never begun: ${beyondText(rest)}`),
    ...(unrecorded.length > 0
      ? [`${named(unrecorded)} came after that, of a run that left no record (it was killed, or goes on)`]
      : []),
  ];
}

/** Runs of missing sessions that are named. */
const NAMED_RUNS = 4;

/** What `backfill status TICKER` prints: some lines a series. `here` as of `statusText`. */
export function seriesStatusText(
  statuses: readonly SeriesStatus[],
  page: Page,
  here: SameAsHere = NOTHING_SAID,
): string[] {
  return statuses.flatMap((status, i) => [
    ...(i === 0 ? [] : ['']),
    ...wrapped(printable(`${status.ticker} ${status.interval}${aboutText(status)}`), page.columns, {
      hang: 2,
    }),
    ...entryLines(seriesEntries(status), page, here),
  ]);
}

function aboutText({ type, exchange, currency }: SeriesStatus): string {
  const known = [type, exchange, currency].filter((one) => one !== null);
  return known.length === 0 ? '' : ` (${known.join(', ')})`;
}

function seriesEntries(status: SeriesStatus): (readonly [string, string])[] {
  const { first, last, rows, present, expected, missing, sources, damaged } = status;
  const life = [
    ...(status.listed === null ? [] : [`listed ${status.listed}`]),
    ...(status.delistedFrom === null ? [] : [`delisted from ${status.delistedFrom} on`]),
  ];
  return [
    [
      '  bars',
      first === null ? 'none' : `${first}..${last}, ${plural(rows, 'bar')} from ${sourcesText(sources)}`,
    ],
    [
      '  known',
      `${formatCount(present)} of ${plural(expected, 'session')} stored, coverage ${formatPercent(status.coverage)}` +
        (status.advisory ? ', by a guess at its calendar' : ''),
    ],
    ['  gaps', missing === 0 ? 'none' : gapsText(status)],
    ...absentTexts(status).map((text, i) => [i === 0 ? '  absent' : '', text] as const),
    ...(status.stale === 0 ? [] : [['  stale', staleText(status)] as const]),
    ['  actions', actionsText(status)],
    ...(life.length === 0 ? [] : [['  life', life.join(', ')] as const]),
    ...damaged.map((path) => ['  damaged', path] as const),
    ['  last run', runText(status.lastRun)],
  ];
}

function sourcesText(sources: SeriesStatus['sources']): string {
  return sources === null ? 'sources that cannot be read' : sources.join(', ');
}

function gapsText({ missing, missingRuns }: SeriesStatus): string {
  const runs = missingRuns
    .slice(0, NAMED_RUNS)
    .map(({ from, to }) => (from === to ? from : `${from}..${to}`));
  const more = missingRuns.length - runs.length;
  return `${plural(missing, 'session')}: ${runs.join(', ')}${more > 0 ? ` and ${plural(more, 'more gap')}` : ''}`;
}

/** What is known to be absent and why, by whose word. */
function absentTexts({ absences, absentByReason }: SeriesStatus): string[] {
  return Object.entries(absentByReason).map(([reason, sessions]) => {
    const of = absences.filter((one) => one.reason === reason);
    const who = [...new Set(of.map(({ provider }) => provider))].join(', ');
    return `${formatCount(sessions)} ${reason} (${who}): ${of[0]?.from}${of.at(-1)?.to === of[0]?.from ? '' : `..${of.at(-1)?.to}`}`;
  });
}

function staleText({ stale, ticker, interval }: SeriesStatus): string {
  const listed = tied(`backfill check-data --issues --tickers ${ticker} --interval ${interval}`);
  return `${plural(stale, 'session')} whose bars are not what their 1m bars give now: ${listed} tells which`;
}

function actionsText({ splits, dividends, actionsUnknown }: SeriesStatus): string {
  if (splits === null || dividends === null) return 'their file cannot be read';
  const known = `${plural(splits, 'split')}, ${plural(dividends, 'dividend')}`;
  return actionsUnknown === 0 ? known : `${known}; not known of ${plural(actionsUnknown, 'session')}`;
}

const OUTCOMES: Readonly<Record<LastRunOfSeries['outcome'], string>> = {
  stored: 'stored what came',
  interrupted: 'stored what came, and has not ended: it goes on, or was killed',
  failed: 'failed',
  lost: 'lost sessions',
  'in-doubt': 'left it in doubt',
  'not-run': 'did not get to it',
};

function runText(run: LastRunOfSeries | null): string {
  if (run === null) return 'none that is on record';
  const { endedAt, provider, outcome, message } = run;
  const whose = provider === null ? ' of a run that is not on record' : ` from ${provider}`;
  return `${utcMinute(endedAt)},${whose}: ${OUTCOMES[outcome]}${message === undefined ? '' : `: ${message}`}`;
}
