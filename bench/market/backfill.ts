import { join } from 'node:path';
import { type Command, type Measured, measure } from '../harness/measure.ts';
import { fromRoot } from '../harness/paths.ts';
import type { DailyMarket } from './daily-market.ts';

/** The built program. */
export function program(name: 'backfill' | 'check-data', args: readonly string[]): Command {
  return { program: process.execPath, args: [fromRoot(`dist/src/cli/${name}.js`), ...args] };
}

export interface Fill {
  /** A folder, or the URL of another store. */
  readonly store: string;
  /** Where runs keep their notes. Default: beside the store. */
  readonly state?: string;
  readonly workers: number;
  /** Of a simulator; without it bars come from the market's CSV files. */
  readonly url?: string;
  readonly more?: readonly string[];
}

/**
 * One run of `backfill` over a market. Prints its summary as JSON. It may end with 1: real files have a few sessions that
 * are newly lost. `filledBars` tells that from a failure.
 */
export function fill(market: DailyMarket, { store, state, workers, url, more = [] }: Fill): Command {
  const from =
    url === undefined
      ? ['--provider', 'csv', '--provider-url', `csv=${market.folder}`, '--basis', 'raw']
      : ['--provider-url', `yahoo=${url}`];
  const command = program('backfill', [
    ...[
      '--store',
      store,
      '--state',
      state ?? join(store, '..', 'state'),
      '--tickers',
      `@${market.tickerFile}`,
    ],
    ...['--start', market.start, '--end', market.end, '--now', market.now],
    ...['--workers', String(workers), '--no-progress', '--json', ...from, ...more],
  ]);
  return { ...command, codes: [0, 1] };
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

function summaryOf(stdout: string): Summary {
  return JSON.parse(stdout) as Summary;
}

/** The bars of a run that must store some in every series. Throws where it did not: nothing would have been measured. */
export function filledBars(stdout: string): number {
  const { series, fetched, inserted } = summaryOf(stdout);
  if (fetched === series && inserted >= series) return inserted;
  throw new Error(`a measured run filled ${fetched} of ${series} series with ${inserted} bars`);
}

/** Measures a run that must store bars, see `filledBars`. */
export async function measureFill(command: Command): Promise<Measured> {
  const measured = await measure(command);
  filledBars(measured.stdout);
  return measured;
}
