import { join } from 'node:path';
import { type Command, type Measured, measure } from '../harness/measure.ts';
import { fromRoot } from '../harness/paths.ts';
import type { DailyMarket } from './daily-market.ts';

/** The built program. */
export function program(name: 'backfill' | 'check-data', args: readonly string[]): Command {
  return { program: process.execPath, args: [fromRoot(`dist/src/cli/${name}.js`), ...args] };
}

export interface Fill {
  readonly store: string;
  readonly workers: number;
  /** Of a simulator; without it bars come from the market's CSV files. */
  readonly url?: string;
  readonly more?: readonly string[];
}

/** One run of `backfill` over a market. Prints its summary as JSON. */
export function fill(market: DailyMarket, { store, workers, url, more = [] }: Fill): Command {
  const from =
    url === undefined
      ? ['--provider', 'csv', '--provider-url', `csv=${market.folder}`, '--basis', 'raw']
      : ['--provider-url', `yahoo=${url}`];
  return program('backfill', [
    ...['--store', store, '--state', join(store, '..', 'state'), '--tickers', `@${market.tickerFile}`],
    ...['--start', market.start, '--end', market.end, '--now', market.now],
    ...['--workers', String(workers), '--no-progress', '--json', ...from, ...more],
  ]);
}

/** A report on a whole store, as of the evening of a market. */
export function checkData(store: string, { now }: DailyMarket): Command {
  return program('check-data', ['--store', store, '--now', now]);
}

/** What the bench reads of a run's summary. */
export interface Summary {
  readonly series: number;
  readonly fetched: number;
  /** Bars stored for the first time. */
  readonly inserted: number;
}

export function summaryOf(stdout: string): Summary {
  return JSON.parse(stdout) as Summary;
}

/** Measures a run that must store bars, in every series. Throws where it did not: nothing would have been measured. */
export async function measureFill(command: Command): Promise<Measured> {
  const measured = await measure(command);
  const { series, fetched, inserted } = summaryOf(measured.stdout);
  if (fetched === series && inserted >= series) return measured;
  throw new Error(`a measured run filled ${fetched} of ${series} series with ${inserted} bars`);
}
