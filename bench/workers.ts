/**
 * How a backfill scales with its workers: 48 tickers of 252 sessions each, from the simulator at 1 s latency, one
 * fetch in flight a worker. Whole processes are measured, from start to exit. Prints a table and writes JSON.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openMarket, startSimulator } from '../src/index.ts';

const TICKERS = 48;
const SESSIONS = 252;
const LATENCY_MS = 1000;
const WORKERS = [1, 2, 4, 8];
const NOW = '2026-03-02T23:00:00Z';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

interface Measurement {
  readonly workers: number;
  readonly wallSeconds: number;
  /** Against one worker. */
  readonly speedUp: number;
  /** Part of the ideal speed-up. */
  readonly efficiency: number;
  readonly peakMegabytes: number;
  readonly requests: number;
}

async function main(): Promise<void> {
  const market = await openMarket('sample');
  const traded = market.tickers().filter((ticker) => market.listing(ticker)?.delistedOn === null);
  const folder = await mkdtemp(join(tmpdir(), 'backfill-bench-'));
  const tickers = traded.slice(0, TICKERS).join(',');
  const started = Date.now();
  const ahead = Date.parse(NOW) - started;
  const simulator = await startSimulator({
    wire: 'yahoo',
    market,
    latencyMs: LATENCY_MS,
    now: () => Date.now() + ahead,
  });
  const measured: Measurement[] = [];
  for (const workers of WORKERS) {
    const before = simulator.requests();
    const store = join(folder, String(workers));
    const { wallSeconds, peakMegabytes } = await measure([
      ...['--store', store, '--tickers', tickers, '--days', String(SESSIONS), '--now', NOW, '--no-progress'],
      ...['--workers', String(workers), '--concurrency', '1', '--provider-url', `yahoo=${simulator.url}`],
    ]);
    const speedUp = (measured[0]?.wallSeconds ?? wallSeconds) / wallSeconds;
    const requests = simulator.requests() - before;
    measured.push({ workers, wallSeconds, speedUp, efficiency: speedUp / workers, peakMegabytes, requests });
    console.error(`${workers} workers: ${wallSeconds.toFixed(2)} s`);
  }
  await simulator.close();
  await rm(folder, { recursive: true });
  await report(measured);
}

async function measure(args: readonly string[]): Promise<{ wallSeconds: number; peakMegabytes: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-peak-'));
  const peakFile = join(folder, 'peak');
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', path('peak-memory.mjs'), path('../dist/src/cli/backfill.js'), ...args],
    { env: { ...process.env, BENCH_PEAK_FILE: peakFile }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  const [code] = (await once(child, 'close')) as [number];
  const wallSeconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`a measured run failed with ${code}: ${said}`);
  const peakMegabytes = Number(await readFile(peakFile, 'utf8')) / 1024;
  await rm(folder, { recursive: true });
  return { wallSeconds, peakMegabytes };
}

async function report(measured: readonly Measurement[]): Promise<void> {
  const machine = `${availableParallelism()} CPUs (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  const lines = measured.map(({ workers, wallSeconds, speedUp, efficiency, peakMegabytes }) =>
    [
      String(workers).padStart(7),
      `${wallSeconds.toFixed(2)} s`.padStart(8),
      `${speedUp.toFixed(2)}x`.padStart(8),
      `${Math.round(efficiency * 100)} %`.padStart(9),
      `${Math.round(peakMegabytes)} MB`.padStart(8),
    ].join(' | '),
  );
  console.log(
    `${TICKERS} tickers x ${SESSIONS} sessions, ${LATENCY_MS} ms latency, one fetch in flight a worker`,
  );
  console.log(`${machine}, ${date}\n`);
  console.log(['workers |     wall | speed-up |  of ideal |     peak', ...lines].join('\n'));
  const results = path('results/');
  await mkdir(results, { recursive: true });
  await writeFile(join(results, 'workers.json'), JSON.stringify({ machine, date, measured }, null, 2));
}

await main();
