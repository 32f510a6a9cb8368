import type { RecordedChain } from '../backfill/run/run-record.ts';
import type { StopReason } from '../backfill/stop.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import type { BatchPlace } from '../core/universe/universe.ts';
import { utcMinute } from './listed-text.ts';
import { named } from './named.ts';
import { type Page, printable, wrapped } from './page.ts';
import { lackingIn, summaryText } from './run-text.ts';
import {
  fittedTable,
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  NONE,
  plural,
} from './table.ts';

/** A run by its record. Plain JSON. */
export interface RunOnRecord {
  readonly id: string;
  /** Whom it asked. */
  readonly provider: string;
  /** Those that were asked for; none in the record of an earlier version. */
  readonly intervals: readonly string[];
  /** Which part of a list it was of. Default: it was none. */
  readonly batch?: BatchPlace;
  /** Default: it was of one provider alone. */
  readonly chain?: RecordedChain;
  /** Of a run that asked for second opinions: about how many sessions. Default: it was none. */
  readonly opinions?: number;
  /** What it did. Of what the record of an earlier version does not say there is nothing. */
  readonly summary: RunSummary;
}

/** The runs on record that were begun last. Plain JSON. */
export interface RunsOnRecord {
  /** The newest first. */
  readonly runs: readonly RunOnRecord[];
  /** Ids of those among the last whose records are spoilt, so that nothing is known of them. */
  readonly spoilt: readonly string[];
}

/** What `backfill runs` prints: a line a run. */
export function runsText(runs: readonly RunOnRecord[], { columns }: Page): string[] {
  if (runs.length === 0) return ['No run is on record.'];
  const { head, rows } = fittedTable<RunOnRecord>(
    [
      { title: 'ID', text: ({ id }) => id },
      { title: 'STARTED', text: ({ summary }) => utcMinute(summary.startedAt), leftOut: 4 },
      { title: 'PROVIDER', text: ({ provider }) => provider, least: 8 },
      { title: 'INTERVALS', text: ({ intervals }) => intervals.join(',') || NONE, leftOut: 3 },
      { title: 'FETCHED', text: ({ summary }) => formatCount(summary.fetched), right: true, leftOut: 1 },
      { title: 'REQUESTS', text: ({ summary }) => formatCount(summary.sent), right: true, leftOut: 2 },
      { title: 'BARS', text: ({ summary }) => formatCount(summary.bars), right: true },
      { title: 'TIME', text: ({ summary }) => timeOf(summary), right: true },
      { title: 'RESULT', text: resultOf, goesOn: true },
    ],
    runs,
    columns,
  );
  return [head, ...rows.flat()];
}

function timeOf({ startedAt, endedAt }: RunSummary): string {
  return formatDuration(endedAt - startedAt);
}

const STOPPED: Readonly<Record<StopReason, string>> = {
  interrupted: 'interrupted',
  drained: 'queue drained',
  'quota-exhausted': 'quota used up',
  'provider-down': 'provider down',
  unreachable: 'unreachable',
  refused: 'key refused',
  'store-failed': 'store failed',
  failed: 'stopped',
};

/** How a run ended, in a few words: `complete`, `interrupted`, `3 failed`, `12 left to yahoo`. */
export function resultOf({ provider, chain, opinions, summary }: RunOnRecord): string {
  const { stopped, failed, unavailable, holes } = summary;
  if (stopped !== null) return STOPPED[stopped.reason];
  if (opinions !== undefined) return plural(opinions, 'second opinion');
  const after = chain?.providers[chain.providers.indexOf(provider) + 1];
  // What failed is asked of the same one again.
  if (after !== undefined && failed === 0 && unavailable > 0)
    return `${formatCount(unavailable)} left to ${after}`;
  const [lacking, ...others] = lackingIn(summary);
  if (lacking === undefined) return holes === 0 ? 'complete' : `${plural(holes, 'session')} without a bar`;
  return others.length === 0 ? lacking : `${lacking}, …`;
}

/** What `backfill runs show ID` prints: what the run was, and what it said when it ended. */
export function runText(run: RunOnRecord, page: Page): string[] {
  return [
    ...wrapped(`Run ${run.id}: ${whatItWas(run)}`, page.columns, { hang: 2 }),
    `Started ${utcMinute(run.summary.startedAt)}, ended ${utcMinute(run.summary.endedAt)}`,
    '',
    ...summaryText(run.summary, page),
  ];
}

function whatItWas({ provider, intervals, batch, chain, opinions, summary }: RunOnRecord): string {
  return [
    `${formatCount(summary.series)} series${intervals.length === 0 ? '' : ` of ${intervals.join(', ')}`} from ${provider}`,
    ...(batch === undefined ? [] : [`batch ${batch.number} of ${batch.of}`]),
    ...(chain === undefined ? [] : [`in the chain ${chain.providers.join(', ')}`]),
    ...(opinions === undefined ? [] : [`for second opinions on ${plural(opinions, 'odd session')}`]),
  ].join(', ');
}

/** A number of a run: what it is called, what it is, and how it is written. */
interface Measure {
  readonly name: string;
  readonly of: (summary: RunSummary) => number | null;
  readonly text?: (value: number) => string;
}

const percent = (part: number): string => formatPercent(100 * part);

const MEASURES: readonly Measure[] = [
  // As they are written, so that what is said of their change is what a reader sees.
  {
    name: 'Time',
    of: ({ startedAt, endedAt }) => 1000 * Math.round((endedAt - startedAt) / 1000),
    text: formatDuration,
  },
  { name: 'Series', of: ({ series }) => series },
  { name: 'Complete before', of: ({ complete }) => complete },
  { name: 'Fetched', of: ({ fetched }) => fetched },
  { name: 'Failed', of: ({ failed }) => failed },
  { name: 'Cannot be had', of: ({ unavailable }) => unavailable },
  { name: 'Not run', of: ({ notRun }) => notRun },
  { name: 'Priced', of: ({ requestsBy }) => requestsBy.priced },
  { name: 'Sent', of: ({ sent }) => sent },
  { name: 'Success', of: ({ successRate }) => successRate, text: percent },
  { name: 'Throttled', of: ({ throttleRate }) => throttleRate, text: percent },
  { name: 'Retries', of: ({ retries }) => retries },
  { name: 'Received', of: ({ bytesReceived }) => bytesReceived, text: formatBytes },
  { name: 'Bars', of: ({ bars }) => bars },
  { name: 'New', of: ({ inserted }) => inserted },
  { name: 'Changed', of: ({ changed }) => changed },
  { name: 'Revised', of: ({ revised }) => revised },
  { name: 'Rejected', of: ({ rejected }) => rejected },
  { name: 'Without a bar', of: ({ holes }) => holes },
];

/** What `backfill runs compare ID ID` prints: their numbers side by side, and which series failed in which. */
export function comparisonText(before: RunOnRecord, after: RunOnRecord, page: Page): string[] {
  const [one, other] = [failedIn(before), failedIn(after)];
  const { head, rows } = fittedTable<readonly [string, string, string, string]>(
    [
      { title: '', text: ([name]) => name },
      { title: before.id, text: ([, a]) => a, right: true },
      { title: after.id, text: ([, , b]) => b, right: true },
      { title: 'CHANGE', text: ([, , , change]) => change, right: true, leftOut: 1 },
    ],
    [
      ['Result', resultOf(before), resultOf(after), ''],
      ['Provider', before.provider, after.provider, ''],
      ['Started', utcMinute(before.summary.startedAt), utcMinute(after.summary.startedAt), ''],
      ...MEASURES.map((measure) => measured(measure, before, after)),
    ],
    page.columns,
  );
  return [
    head,
    ...rows.flat(),
    ...seriesLines('Failed or not to be had in both', one, (series) => other.has(series), page),
    ...seriesLines(
      `Failed or not to be had in ${before.id} alone`,
      one,
      (series) => !other.has(series),
      page,
    ),
    ...seriesLines(`Failed or not to be had in ${after.id} alone`, other, (series) => !one.has(series), page),
  ];
}

/** The series that failed or cannot be had, as they are told: `AAPL 1d`. */
function failedIn({ summary: { failures } }: RunOnRecord): ReadonlySet<string> {
  return new Set(failures.map(({ ticker, interval }) => `${ticker} ${interval}`));
}

/** Nothing where there are none. */
function seriesLines(
  title: string,
  failed: ReadonlySet<string>,
  isMeant: (series: string) => boolean,
  { columns, isWhole }: Page,
): string[] {
  const meant = [...failed].filter(isMeant);
  if (meant.length === 0) return [];
  const which = isWhole ? meant.join(', ') : named(meant);
  return wrapped(printable(`${title} (${formatCount(meant.length)}): ${which}`), columns, { hang: 2 });
}

/** A row of a comparison; no change is said of what one of them does not have. */
function measured(
  { name, of, text = formatCount }: Measure,
  before: RunOnRecord,
  after: RunOnRecord,
): readonly [string, string, string, string] {
  const [a, b] = [of(before.summary), of(after.summary)];
  const shown = (value: number | null): string => (value === null ? NONE : text(value));
  if (a === null || b === null || a === b) return [name, shown(a), shown(b), ''];
  return [name, shown(a), shown(b), `${b > a ? '+' : '-'}${text(Math.abs(b - a))}`];
}
