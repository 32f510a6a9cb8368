import type { Series } from '../../core/bars/bars.ts';
import type { Want } from '../../core/plan/task.ts';
import { type Day, formatDay } from '../../core/session/day.ts';
import { span } from '../../core/session/ranges.ts';
import { type Found, isUnavailability } from '../failure.ts';
import type { LeftUndone, LeftWhy } from '../run/run-record.ts';
import type { SeriesResult } from '../runner.ts';
import type { Lost } from './newly-lost.ts';

/** What is known of a run's end. */
export interface RunEnd {
  readonly found: readonly Found[];
  /** Results that are more than their counts. */
  readonly kept: ReadonlyMap<Want, SeriesResult>;
  readonly lost: readonly Lost[];
  readonly notRun: readonly Want[];
}

/**
 * What a run left undone, alike series together, so that a list of 100,000 that was interrupted is a few entries. What cannot
 * be had is none of it: nobody failed.
 */
export function leftUndone({ found, kept, lost, notRun }: RunEnd): readonly LeftUndone[] {
  const alike = new Map<string, Omit<LeftUndone, 'tickers'> & { readonly tickers: Set<string> }>();
  const add = (why: LeftWhy, { ticker, interval }: Series, first: Day, end: Day, again = false): void => {
    const [from, to] = [formatDay(first), formatDay(end - 1)];
    const part = { why, interval, from, to, ...(again && { again }) };
    const key = kindOfLeft(part);
    const known = alike.get(key);
    if (known !== undefined) known.tickers.add(ticker);
    else alike.set(key, { ...part, tickers: new Set([ticker]) });
  };
  const addWant = (why: LeftWhy, { series, gaps, range, again }: Want): void => {
    const { from, to } = span(gaps) ?? range;
    add(why, series, from, to, again);
  };
  const failed = new Set<Want>();
  for (const [want, failure] of found) {
    failed.add(want);
    if (!isUnavailability(failure)) addWant('failed', want);
  }
  for (const { days, ...series } of lost) {
    const all = span(days);
    if (all !== undefined) add('lost', series, all.from, all.to);
  }
  for (const [want, result] of kept)
    if (result.ok && result.report.waiting > 0 && !failed.has(want)) addWant('in-doubt', want);
  for (const want of notRun) addWant('not-run', want);
  return [...alike.values()].map((one) => ({ ...one, tickers: [...one.tickers] }));
}

/** The same text for parts that differ by their tickers alone. */
export function kindOfLeft({ why, interval, from, to, again }: Omit<LeftUndone, 'tickers'>): string {
  return [why, interval, from, to, again ?? false].join(' ');
}
