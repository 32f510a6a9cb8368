import { join } from 'node:path';
import type { Command } from '../harness/measure.ts';
import { fromRoot } from '../harness/paths.ts';
import type { DailyMarket } from './market.ts';

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

/** What the bench reads of a run's summary. */
export interface Summary {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly series: number;
  readonly failed: number;
  /** Bars stored for the first time. */
  readonly inserted: number;
  readonly sent: number;
  readonly throttles: number;
}

export function summaryOf(stdout: string): Summary {
  return JSON.parse(stdout) as Summary;
}
