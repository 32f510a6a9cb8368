import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningSimulator, startSimulate } from '../acceptance/programs.ts';
import type { Terminal } from './terminal.ts';

const NOW = '2026-03-02T23:00:00Z';

/** Twelve tickers of the sample market that have all of their last 252 sessions. */
const TICKERS = 'ALFA,BRIQ,CORV,DUNO,ELNA,FJRD,GLYF,HAZL,IBYX,JUNP,KELV,LUMO';

/** Starts a simulated Yahoo of the sample market, as slow as `more` says. */
export async function simulateYahoo(...more: string[]): Promise<RunningSimulator> {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-simulated-'));
  const simulator = await startSimulate(folder, ['--from', 'sample', '--now', NOW, ...more]);
  return {
    ...simulator,
    stop: async () => {
      await simulator.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * Lets a plain `backfill` in a terminal fill a store from there, one request at a time: the options are in its
 * `backfill.config.json`, so that no screen has an address on it.
 */
export async function configure(
  { home }: Terminal,
  { url }: Pick<RunningSimulator, 'url'>,
  more: Readonly<Record<string, string | number>> = {},
): Promise<void> {
  const options = { tickers: TICKERS, days: 252, workers: 1, concurrency: 1, now: NOW };
  const config = { ...options, 'provider-url': `yahoo=${url}`, ...more };
  await writeFile(join(home, 'backfill.config.json'), JSON.stringify(config));
}
