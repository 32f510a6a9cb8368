import { storedRowsOf } from '../../core/bars/bar-builder.ts';
import { type Series, seriesKey } from '../../core/bars/bars.ts';
import type { Want } from '../../core/plan/task.ts';
import type { RecordTools } from '../run/ledger.ts';
import type { RunResults } from '../run/run-results.ts';
import type { SeriesResult } from '../runner.ts';
import type { ToldBars } from '../run/same-bars.ts';
import { type SaidAgain, saidOf } from './stored-again.ts';
import type { StoredTwin } from './stored-twins.ts';
import { putBack, replacedBars } from './put-back.ts';
import { takeStoredBack, type TakenBack } from './taken-back.ts';

/** What the end of a run takes back with. */
export interface TakeBackTools extends RecordTools {
  /** When the run began, ms since the epoch: no answer of it is older. */
  readonly startedAt: number;
}

/** First answers that have bars of stored series, and what was said of these when they were asked for again. */
export interface Twins {
  readonly found: readonly StoredTwin[];
  /** By series key. */
  readonly said: ReadonlyMap<string, SaidAgain>;
}

/**
 * Finds tickers that got the very same bars in one run, or bars that lie in the store as another ticker's: a provider that
 * mixes answers up under load, or two names of one instrument. Which of them is right cannot be told, so no new one is kept:
 * new rows go to quarantine, their sessions are missing again, stored bars that they corrected are put back, and the results
 * become failures that name each other. So it is of an answer of which only the repeated bars tell that it is another's: for
 * the ticker whose stored bars contradict it. Stored ones stay, unless the provider was asked for them again and has others.
 */
export async function settleSameSeries(
  results: RunResults,
  tools: TakeBackTools,
  { found, said }: Twins = { found: [], said: new Map() },
): Promise<void> {
  const refused = new Map<Want, readonly [ToldBars, string]>();
  for (const { told, tickers } of results.otherAnswers())
    refused.set(told.want, [told, otherText(told, tickers, tools)]);
  for (const group of results.sameBars()) {
    const tickers = [...new Set(group.map(({ want }) => want.series.ticker))].toSorted();
    for (const told of group) refused.set(told.want, [told, alikeText(told, tickers, tools)]);
  }
  const contradicted = saidOf(
    found.flatMap(({ others }) => others),
    said,
    'other',
  );
  const taken = await takeStoredBack(contradicted, tools);
  for (const twin of found) {
    const { told, others, peers } = twin;
    const among = [told.want.series, ...peers].map(({ ticker }) => ticker);
    const text = others.length > 0 ? twinText(twin, said, taken, tools) : alikeText(told, among, tools);
    refused.set(told.want, [told, text]);
  }
  const { provider } = tools;
  for (const [told, message] of refused.values()) {
    const { ticker } = told.want.series;
    await takeBack(told, message, tools);
    results.judge(told, {
      ok: false,
      error: { code: 'bad-answer', message, retryable: true, ticker, provider },
    } satisfies SeriesResult);
  }
}

function alikeText({ want }: ToldBars, tickers: readonly string[], { provider }: RecordTools): string {
  const { ticker } = want.series;
  return (
    `${provider} answered the very same bars for ${ticker} and ${othersOf(ticker, tickers)}: none of them is kept; ` +
    'if they are one instrument, ask for it under one name'
  );
}

function otherText({ want }: ToldBars, tickers: readonly string[], { provider }: RecordTools): string {
  const { ticker, interval } = want.series;
  return (
    `${provider} answered the very same bars for ${ticker} and ${othersOf(ticker, tickers)}, and the stored bars of ${ticker} ` +
    `contradict them: they are not kept of it; run again; if the stored ones are wrong: ` +
    `backfill forget ${ticker} --interval ${interval}, then run again`
  );
}

/** What became of a first answer that has the bars of stored series, and what to do. */
function twinText(
  { told, others }: Pick<StoredTwin, 'told' | 'others'>,
  said: Twins['said'],
  taken: TakenBack,
  { provider }: RecordTools,
): string {
  const { ticker, interval } = told.want.series;
  const name = (series: readonly Series[]): string =>
    othersOf(
      ticker,
      series.map((one) => one.ticker),
    );
  const head = `${provider} answered the very same bars for ${ticker} that are stored of ${name(others)}`;
  const gone = others.filter((one) => taken.series.has(seriesKey(one)));
  if (gone.length > 0)
    return (
      `${head}, and has others for ${name(gone)} now: none of them is kept; run again for all of them ` +
      `(to have back what was stored: backfill restore ${taken.id})`
    );
  const same = saidOf(others, said, 'same');
  if (same.length > 0)
    return (
      `${head}, and gives them for ${name(same)} again: they are kept of that one only; ` +
      'if they are one instrument, ask for it under one name'
    );
  const [first] = others;
  const other = first?.ticker ?? '';
  return (
    `${head}: they are kept of that one only, and which is right cannot be told; run again, or ` +
    `if ${other} is the wrong one: backfill forget ${other} --interval ${interval}; ` +
    `if it was renamed: backfill rename ${other} ${ticker} --on DATE; ` +
    'if they are one instrument, ask for it under one name'
  );
}

/** Other tickers that a failure names. */
const NAMED = 5;

function othersOf(ticker: string, tickers: readonly string[]): string {
  const others = tickers.filter((other) => other !== ticker);
  const more = others.length - NAMED;
  return others.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Removes what a want stored, unless it only confirmed what was there before, and puts back what was corrected by it. */
async function takeBack({ want, counts }: ToldBars, reason: string, tools: TakeBackTools): Promise<void> {
  const { series, gaps } = want;
  const { store, provider, now } = tools;
  if (counts.inserted + counts.changed === 0) return;
  const replaced = counts.revised > 0 ? await replacedBars(want, tools) : undefined;
  const rows = [];
  for (const gap of gaps) {
    for (const row of storedRowsOf(await store.readBars(series, gap))) rows.push({ row, reason });
  }
  await store.quarantine(series, rows, provider, now);
  for (const gap of gaps) await store.forget(series, gap);
  if (replaced !== undefined) await putBack(replaced, store);
}
