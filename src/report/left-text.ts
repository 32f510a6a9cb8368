import type { LeftSeries } from '../backfill/want/left-series.ts';
import type { NeverBegun } from '../backfill/run/begun-batches.ts';
import type { LeftWhy } from '../backfill/run/run-record.ts';
import { derivedCapabilities } from '../backfill/want/derived.ts';
import { utcMinute } from './listed-text.ts';
import { named } from './named.ts';
import type { SetAside } from '../store/scan.ts';
import { printable, tied } from './page.ts';
import { formatCount, plural } from './table.ts';

/** What the last runs on record left undone, and what their records cannot tell. */
export interface LeftToRetry {
  /** Whom a retry asks. */
  readonly provider: string;
  /** What of that provider is undone still, of the tickers and intervals that are meant. */
  readonly series: readonly LeftSeries[];
  /** The batches that the last run in batches of each list did not begin, nor any later run of it, whomever it asked. */
  readonly neverBegun: readonly NeverBegun[];
  /** The newest run on record, whomever it asked; null where there is none. */
  readonly last: { readonly provider: string; readonly endedAt: number } | null;
  /** Series that runs from other providers left, by provider. */
  readonly ofOthers: Readonly<Record<string, number>>;
  /** Series that the newest run of the provider did not get to, and of which its record tells the number alone. */
  readonly unnamed: number;
  /** Tickers that were stored after that by a run that left no record. */
  readonly unrecorded: readonly string[];
  /** Ids of the last runs whose record is not as it was saved, the newest first: what those left is not known. */
  readonly spoilt: readonly string[];
  /**
   * Files of the tickers and intervals that are meant which cannot be read or are gone, of tickers that `series` has not: what
   * they held is missing, and no run on record left it.
   */
  readonly damaged: readonly SetAside[];
}

const WHYS: Readonly<Record<LeftWhy, string>> = {
  failed: 'failed',
  lost: 'with lost sessions',
  'in-doubt': 'in doubt',
  'not-run': 'not run',
};

/** `2 failed, 1 not run` */
export function leftCounts(series: readonly Pick<LeftSeries, 'why'>[]): string {
  return Object.entries(WHYS)
    .map(([why, words]) => [series.filter((one) => one.why === why).length, words] as const)
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${formatCount(count)} ${words}`)
    .join(', ');
}

/** As a line of its own. */
export function neverBegunText(rest: NeverBegun): string {
  return `Never begun: ${beyondText(rest)}`;
}

/** `42 tickers, batches 3-7 of 7 from sample: the command of that run goes on with them, with --start-batch 2` */
export function beyondText({ provider, tickers, first, last, of, startBatch }: NeverBegun): string {
  const which = first === last ? `batch ${first}` : `batches ${first}-${last}`;
  return (
    `${plural(tickers, 'ticker')}, ${which} of ${of} from ${provider}: the command of that run goes on with them, with ` +
    tied(`--start-batch ${startBatch}`)
  );
}

/** That what some runs left is not known, as their records are not as they were saved. */
export function spoiltText([first = '', ...others]: readonly string[]): string {
  const more = others.length === 0 ? '' : ` (nor are those of ${plural(others.length, 'other run')})`;
  return (
    `runs/${first}.json is not as it was saved${more}: what that run left is not known; run its whole command again, then ` +
    tied('backfill doctor --fix') +
    ' sets the record aside'
  );
}

/** What becomes of damaged files, of which a retry knows nothing to ask for: whose bars they were, its own runs know. */
export function damagedText(files: LeftToRetry['damaged']): string {
  const tickers = [...new Set(files.map(({ ticker }) => ticker))];
  const [is, they] = files.length === 1 ? ['is', 'it'] : ['are', 'they'];
  return (
    `${plural(files.length, 'file')} of ${printable(named(tickers))} cannot be read or ${is} gone (${tied('backfill doctor')} tells more): ` +
    `what ${they} held is missing, and asked for by the backfill of ${tickers.length === 1 ? 'that ticker' : 'those tickers'}: run it again`
  );
}

/** What runs from other providers left, each with the option that a retry of it needs. */
export function leftByOthers(
  ofOthers: LeftToRetry['ofOthers'],
): readonly { readonly what: string; readonly option: string }[] {
  return Object.entries(ofOthers).map(([id, count]) => ({
    what: `${formatCount(count)} series that runs from ${id} left`,
    option: id === derivedCapabilities.id ? '--derive' : providerOption(id),
  }));
}

function providerOption(id: string): string {
  return `--provider ${id}${id === 'csv' ? ' --provider-url csv=FOLDER' : ''}`;
}

/** What a retry says first, and what it cannot know. */
export function leftLines(left: LeftToRetry): string[] {
  const { series, neverBegun, last, ofOthers, unnamed, unrecorded, spoilt, damaged } = left;
  const first =
    series.length > 0
      ? `To retry: ${formatCount(series.length)} series of the last runs (${leftCounts(series)})`
      : last === null
        ? `Nothing to retry: no ${spoilt.length > 0 ? 'other ' : ''}run is on record in this store.`
        : `Nothing to retry: ${neverBegun.length > 0 ? 'of what they began ' : ''}the last runs left nothing failed, in doubt or ` +
          `unfinished that is so still (the last one ended ${utcMinute(last.endedAt)}, from ${last.provider}).`;
  return [
    ...(spoilt.length > 0 ? [spoiltText(spoilt)] : []),
    first,
    ...neverBegun.map(neverBegunText),
    ...(damaged.length > 0 ? [damagedText(damaged)] : []),
    ...leftByOthers(ofOthers).map(({ what, option }) => `${what} are asked for with ${option}`),
    ...(unnamed > 0
      ? [
          `${formatCount(unnamed)} series that the last run did not get to are not known by name, as its record is of an ` +
            'earlier version: run its command again',
        ]
      : []),
    ...(unrecorded.length > 0
      ? [
          `${printable(named(unrecorded))} came after the last run on record, of one that left no record (it was killed, or ` +
            'goes on): what else that was to do is not known; run its command again',
        ]
      : []),
  ];
}
