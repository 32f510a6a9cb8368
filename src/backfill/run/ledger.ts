import { type Series, seriesKey, UNKNOWN_IDENTITY } from '../../core/bars/bars.ts';
import { NO_BARS } from '../../core/bars/columns.ts';
import { vendorsIn } from '../../core/bars/vendor.ts';
import { type Coverage, NOTHING_KNOWN } from '../../core/coverage/coverage.ts';
import { type Claim, firstClaim } from '../../core/coverage/evidence.ts';
import { BackfillError } from '../../core/errors.ts';
import type { DayRange } from '../../core/session/day.ts';
import { INTERVALS } from '../../core/session/interval.ts';
import type { OutOfReach } from '../../core/plan/plan.ts';
import type { Want } from '../../core/plan/task.ts';
import type { BarStore } from '../../store/store.ts';
import type { Scan } from '../../store/scan.ts';
import type { RunResults } from './run-results.ts';
import type { SeriesResult } from '../runner.ts';

/**
 * More tickers of which a provider says that it has nothing than this share of a run, and at least this many, are its fault.
 */
const STORM_SHARE = 0.1;
const STORM_COUNT = 5;

/**
 * The same where another provider of a chain is asked next: a list of which a third are other exchanges' shares is what a chain
 * is for, and what is believed wrongly for a day is had from the other. That it knows less than half is no list's doing.
 */
const HANDED_ON_SHARE = 0.5;

/** Whether an answer that says nothing was given to so many tickers of a run that it proves nothing of any. */
export function isStorm(tickers: number, asked: number, share = STORM_SHARE): boolean {
  return tickers >= STORM_COUNT && tickers > share * asked;
}

/** Whether a provider that comes later in a chain can be asked for a series. */
export type AskedNext = (series: Series) => boolean;

/** Of a provider alone, and of the last one of a chain. */
export const NOBODY_NEXT: AskedNext = () => false;

/** How many tickers a provider has nothing of. */
export interface Lacking {
  readonly tickers: number;
  /** Those of them that nobody else can be asked for, at some interval. */
  readonly last: number;
}

export function lackingIn(wants: readonly Want[], isAskedNext: AskedNext): Lacking {
  const last = wants.filter(({ series }) => !isAskedNext(series));
  return { tickers: tickersOf(wants).size, last: tickersOf(last).size };
}

/** Whom of them a storm takes along: all, those that nobody else can be asked for, or nobody. */
export function stormOf({ tickers, last }: Lacking, asked: number): 'all' | 'last' | 'none' {
  if (isStorm(tickers, asked, last < tickers ? HANDED_ON_SHARE : STORM_SHARE)) return 'all';
  return isStorm(last, asked) ? 'last' : 'none';
}

/** The wants of which a provider has nothing and is not believed. */
export function disbelieved(
  wants: readonly Want[],
  asked: number,
  { metered, isAskedNext = NOBODY_NEXT }: Pick<LedgerTools, 'metered' | 'isAskedNext'>,
): ReadonlySet<Want> {
  const storm = metered ? stormOf(lackingIn(wants, isAskedNext), asked) : 'none';
  if (storm === 'none') return new Set();
  return new Set(storm === 'all' ? wants : wants.filter(({ series }) => !isAskedNext(series)));
}

export function tickersOf(wants: readonly Pick<Want, 'series'>[]): Set<string> {
  return new Set(wants.map(({ series }) => series.ticker));
}

/** What the tickers are a part of of which a provider said in a run that it has nothing. */
export interface StormMeasure {
  /**
   * Tickers that have a result; and where the provider was shown to be sound, also those that were complete before, or, of a
   * later one of a chain, all of the list.
   */
  readonly asked: number;
  /** Why it was not shown, where that was tried. Default: it was not tried, or it was. */
  readonly unproven?: string;
}

/** What to do about a storm, for the end of its message. */
export function stormAdvice({ unproven }: StormMeasure): string {
  if (unproven !== undefined) return `${unproven}; run again later`;
  return `run again later, or, if it is right, ask for fewer than ${STORM_COUNT} of them in one run`;
}

/** Wants that a provider answered by saying that it does not know the ticker. */
export function unknownIn({ kept }: Pick<RunResults, 'kept'>): Want[] {
  return [...kept].flatMap(([want, result]) =>
    !result.ok && result.error.code === 'unknown-ticker' ? [want] : [],
  );
}

/** Wants that were answered without a row, which is not stored yet. */
export function emptyIn({ kept }: Pick<RunResults, 'kept'>): Want[] {
  return [...kept].flatMap(([want, result]) =>
    result.ok && result.report.unconfirmed !== null ? [want] : [],
  );
}

/** What the words of a provider are recorded with. */
export interface RecordTools {
  readonly store: BarStore;
  /** Provider id. */
  readonly provider: string;
  /** ms since the epoch. */
  readonly now: number;
}

export interface LedgerTools extends RecordTools {
  /** As of its capabilities: of a source on this machine no number of answers is its own fault. */
  readonly metered: boolean;
  /** Default: nobody is asked after it. */
  readonly isAskedNext?: AskedNext;
}

/**
 * Judges the "unknown ticker" answers of a run, which no task can judge alone. One for a ticker that has bars of the same
 * provider's, or one of a storm of them that a network may have made, proves nothing; any other is recorded, so that the
 * ticker is not asked for again before its retry is due.
 */
export async function settleUnknownTickers(
  results: RunResults,
  scan: Scan,
  tools: LedgerTools,
  measure: StormMeasure = { asked: results.tickers },
): Promise<void> {
  const { store, provider, metered, now } = tools;
  const { kept } = results;
  const unknown = unknownIn(results);
  const tickers = tickersOf(unknown);
  const storm = disbelieved(unknown, measure.asked, tools);
  const faults = new Map<Want, SeriesResult>();
  for (const want of unknown) {
    const result = kept.get(want);
    if (result === undefined || result.ok) continue;
    const { ticker } = want.series;
    const isInStorm = storm.has(want);
    if (isInStorm || (await hasBarsOf(provider, ticker, scan, store))) {
      const why = isInStorm
        ? `so it said of ${tickers.size} of ${measure.asked} tickers: taken for its own fault; ${stormAdvice(measure)}`
        : `the store has bars of it from there: ${metered ? 'taken for its own fault' : GONE_HERE}`;
      const message = `${provider} says that it does not know ${ticker}, but ${why}`;
      faults.set(want, { ok: false, error: { ...result.error, code: 'provider-fault', message } });
    } else {
      const claim = firstClaim('unknown-ticker', provider, now);
      await record(want.series, want.calendar, want.gaps, claim, tools);
    }
  }
  for (const [want, fault] of faults) kept.set(want, fault);
}

const GONE_HERE = 'bring back what they came from, or leave it out';

/** Days at the end of a series whose bars tell where it comes from lately. */
const LATELY = 60;

/** Whether a provider gave the latest bars of a ticker, in any interval: another one's say nothing of what it knows. */
async function hasBarsOf(
  provider: string,
  ticker: string,
  { series }: Scan,
  store: BarStore,
): Promise<boolean> {
  for (const interval of INTERVALS) {
    const one = { ticker, interval };
    const { rows, coverage } = series.get(seriesKey(one)) ?? { rows: 0, coverage: NOTHING_KNOWN };
    if (rows === 0) continue;
    const to = coverage.present.at(-1)?.to;
    try {
      const bars = await store.readBars(one, to === undefined ? undefined : { from: to - LATELY, to });
      if (vendorsIn(bars).includes(provider)) return true;
    } catch (error) {
      // Of a damaged file nobody can say whose bars it has.
      if (error instanceof BackfillError && error.code === 'store-corrupt') return true;
      throw error;
    }
  }
  return false;
}

/** Records what lies before the provider's look-back, so that it is not planned again. */
export async function recordOutOfReach(parts: readonly OutOfReach[], tools: RecordTools): Promise<void> {
  for (const { series, calendar, gaps, reachDays } of parts) {
    const claim = firstClaim('plan-limited', tools.provider, tools.now, { reachDays });
    await record(series, calendar, gaps, claim, tools);
  }
}

async function record(
  series: Series,
  calendar: string,
  gaps: readonly DayRange[],
  claim: Claim,
  tools: RecordTools,
): Promise<void> {
  const absent = gaps.map((gap) => ({ ...gap, by: [claim] }));
  await recordLearned(series, calendar, { ...NOTHING_KNOWN, absent }, tools);
}

/** Stores what is known of sessions without a bar. */
export async function recordLearned(
  series: Series,
  calendar: string,
  learned: Coverage,
  { store, now }: RecordTools,
): Promise<void> {
  try {
    await store.upsert({
      series,
      calendar,
      bars: NO_BARS,
      learned,
      identity: UNKNOWN_IDENTITY,
      fetchedAt: now,
    });
  } catch (error) {
    // The damaged partition is in quarantine now; without the entry the next run asks again, which heals it.
    if (!(error instanceof BackfillError && error.code === 'store-corrupt')) throw error;
  }
}
