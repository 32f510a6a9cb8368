import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { utcDayOf } from '../../src/core/session/day.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { type Finished, run } from '../cli/one-process.ts';
import { type RunningSimulator, startSimulate } from './programs.ts';

const NOW = '2026-03-02T23:00:00Z';

interface LogEntry {
  readonly arrivedMs: number;
  readonly outcome: string;
}

/** Twenty days of the sample market, which a simulator serves to runs with one state folder. */
interface SimulatedSample {
  /** Starts a simulator in place of the last one. */
  readonly simulate: (...options: string[]) => Promise<RunningSimulator>;
  /** The arguments of a run into a store of the test's folder. */
  readonly args: (store: string, ...more: string[]) => string[];
  readonly backfill: (store: string, ...more: string[]) => Promise<Finished>;
  readonly pathOf: (store: string) => string;
  /** The log of the simulators, by arrival. */
  readonly requests: () => Promise<LogEntry[]>;
}

/** Has each test of a file begin with an empty folder, and end its simulator. */
export function simulatedSample(): SimulatedSample {
  let folder = '';
  let simulator: RunningSimulator | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-simulated-'));
    await writeFile(join(folder, 'tickers.txt'), tickersAlive().join('\n'));
  });
  afterEach(async () => {
    await simulator?.stop();
    simulator = undefined;
    await rm(folder, { recursive: true });
  });

  const pathOf = (store: string): string => join(folder, store);
  const args = (store: string, ...more: string[]): string[] => [
    ...['--store', pathOf(store), '--tickers', `@${join(folder, 'tickers.txt')}`, '--days', '20'],
    ...['--now', NOW, '--state', join(folder, 'state')],
    ...['--provider-url', `yahoo=${simulator?.url}`, ...more],
  ];
  return {
    simulate: async (...options) => {
      await simulator?.stop();
      simulator = await startSimulate(folder, ['--from', 'sample', '--now', NOW, ...options]);
      return simulator;
    },
    args,
    backfill: (store, ...more) => run('backfill', args(store, ...more)),
    pathOf,
    requests: async () => {
      const lines = (await readFile(join(folder, 'requests.ndjson'), 'utf8')).trim().split('\n');
      return lines.map((line) => JSON.parse(line) as LogEntry).toSorted((a, b) => a.arrivedMs - b.arrivedMs);
    },
  };
}

/** What a vendor knows at the instant of the runs. */
export function tickersAlive(): string[] {
  const market = sampleMarket();
  return market.tickers().filter((ticker) => {
    const listing = market.listing(ticker);
    return listing?.delistedOn === null && (listing.firstTrade ?? 0) < utcDayOf(Date.parse(NOW));
  });
}
