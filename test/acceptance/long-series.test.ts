import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { SharedStaging } from '../../src/backfill/run/shared-staging.ts';
import { randomFor } from '../../src/market/random.ts';
import type { Series } from '../../src/core/bars/bars.ts';
import { startPool } from '../../src/pool/pool.ts';
import { csvCapabilities } from '../../src/providers/csv/capabilities.ts';
import { openStore } from '../../src/store/open.ts';
import { trafficOfOnlyRun } from '../backfill/only-run.ts';
import { LONG_RUNS } from '../needs.ts';
import { exportStore } from './export-store.mjs';
import { ended, run, start } from './programs.ts';

const SERIES = { ticker: 'BTC-USD', interval: '1m' } as const;
const FIRST = Date.parse('2022-01-01T00:00:00Z');
const NOW = '2025-03-01T00:00:00Z';
/** So often in a row. */
const RUNS = LONG_RUNS ? 10 : 2;

/** Too little for the text, the lines and the columns of a file of the short form at once. */
const HEAP_MB = 28;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-long-csv-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A folder with so many minutes of one ticker, the same whenever it is made. */
async function folderOf(minutes: number): Promise<string> {
  const random = randomFor('a long file');
  const csv = await mkdtemp(join(folder, 'csv-'));
  const file = createWriteStream(join(csv, 'BTC-USD.csv'));
  file.write('timestamp,open,high,low,close,volume\n');
  let price = 40_000;
  for (let i = 0; i < minutes; i++) {
    const close = price + Math.round((random() - 0.5) * 2000) / 100;
    const [high, low] = [Math.max(price, close) + 1, Math.min(price, close) - 1];
    const values = [price, high, low, close].map((value) => value.toFixed(2));
    const stamp = new Date(FIRST + i * 60_000).toISOString().replace('.000', '');
    if (!file.write(`${stamp},${values.join(',')},${Math.round(random() * 1000) / 10}\n`))
      await once(file, 'drain');
    price = close;
  }
  file.end();
  await once(file, 'close');
  return csv;
}

const dayOf = (minute: number): string => new Date(FIRST + minute * 60_000).toISOString().slice(0, 10);

function requestOf(minutes: number) {
  return { tickers: [SERIES.ticker], intervals: [SERIES.interval], start: dayOf(0), end: dayOf(minutes - 1) };
}

function argsOf(csv: string, minutes: number, store: string): string[] {
  const { start: from, end } = requestOf(minutes);
  return [
    ...['--provider', 'csv', '--basis', 'raw', '--provider-url', `csv=${csv}`, '--tickers', 'all'],
    ...['--interval', '1m', '--start', from, '--end', end, '--now', NOW, '--workers', '1'],
    ...['--store', store, '--state', join(folder, 'state'), '--no-progress'],
  ];
}

/** All stored bars as one text. */
async function digestOf(storeUrl: string, series: Series = SERIES): Promise<string> {
  const {
    length: _,
    source: _source,
    fetchedAt: _at,
    ...columns
  } = await openStore(storeUrl).readBars(series);
  const hash = createHash('sha256');
  for (const column of Object.values(columns))
    if (column !== null) hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  return hash.digest('hex');
}

describe('a long CSV file of one ticker', () => {
  const minutes = 80_000;
  let csv = '';
  beforeAll(async () => {
    csv = await folderOf(minutes);
  });

  it(
    `fills ${RUNS} times in a row, each time equal, in a heap that is too small for all of it`,
    { timeout: 600_000 },
    async () => {
      const outcomes = new Set<string>();
      for (let i = 0; i < RUNS; i++) {
        const store = join(folder, `short-${i}`);
        const summary = await fill(store);
        outcomes.add(JSON.stringify([await digestOf(store), summary]));
      }
      expect([...outcomes]).toHaveLength(1);
      expect([...outcomes][0]).toContain(`"bars":${minutes}`);
    },
  );

  /** What a run says, but for its times. */
  async function fill(store: string): Promise<object> {
    const clock = (): number => Date.parse(NOW);
    const provider = { id: 'csv', url: csv, settings: { basis: 'raw' } } as const;
    const bars = openStore(store);
    const pool = startPool({
      ...{ workers: 1, concurrency: 4, shared: { inFlight: 4 } },
      entry: new URL('../../dist/workers/run-task.js', import.meta.url),
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 4 },
      attempts: 1,
    });
    const summary = await backfill(requestOf(minutes), {
      store: bars,
      acquire: () => bars.acquire(),
      staging: new SharedStaging(),
      capabilities: csvCapabilities(provider),
      context: { storeUrl: store, provider },
      startRunner: async (tasks) => pool.open({ tasks, traffic: await trafficOfOnlyRun(), secrets: {} }),
      clock,
    });
    await pool.close();
    expect(summary).toMatchObject({ failed: 0, fetched: 1 });
    return summary;
  }

  it(
    'goes on after a kill with the pieces that are not there, and writes no partition of the others again',
    { timeout: 240_000 },
    async () => {
      // Some months, of which a run takes in a few thousand minutes at a time.
      const days = LONG_RUNS ? 96 : 64;
      const args = (store: string): string[] => argsOf(longer, days * 1440, store);
      const longer = await folderOf(days * 1440);
      const [undisturbed, killed] = [join(folder, 'undisturbed'), join(folder, 'killed')];
      expect(await run('backfill', args(undisturbed))).toMatchObject({ code: 0 });
      const child = start('backfill', args(killed));
      const end = once(child, 'close');
      while (child.exitCode === null && (await partitionsOf(killed)).length < 2) await sleep(10);
      child.kill('SIGKILL');
      await end;
      const before = await partitionsOf(killed);
      const { code, stderr } = await run('backfill', args(killed));
      expect(code).toBe(0);
      expect(stderr).toMatch(/Complete: 0 {2}To fill: 1 {2}Requests: [12]\n/);
      // A piece begins within the month in which the one before it ended.
      const untouched = before.slice(0, -1);
      expect(untouched.length).toBeGreaterThan(0);
      expect(await partitionsOf(killed)).toEqual(expect.arrayContaining(untouched));
      expect(await exportStore(killed)).toBe(await exportStore(undisturbed));
    },
  );
});

/** The partitions of a store and which file each is. */
async function partitionsOf(store: string): Promise<string[]> {
  const files = await readdir(store, { recursive: true }).catch(() => []);
  const paths = files.filter((file) => file.endsWith('bars.parquet')).toSorted();
  return Promise.all(paths.map(async (path) => `${path} ${(await stat(join(store, path))).ino}`));
}

/** Has a program say at its end how many KB it had at most. */
const SAY_PEAK =
  'data:text/javascript,import{isMainThread}from"node:worker_threads";' +
  'if(isMainThread)process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))';

const [MINUTES, DAYS, TIMES] = LONG_RUNS ? [1_600_000, 1000, RUNS] : [300_000, 150, 1];

const SAMPLE = { ticker: 'SMPL-USD', interval: '1m' } as const;

const LONG = [
  {
    what: `a file of ${MINUTES / 1e6} million rows of one ticker`,
    series: SERIES,
    bars: MINUTES,
    fillOf: async (): Promise<(store: string) => string[]> => {
      const csv = await folderOf(MINUTES);
      return (store) => argsOf(csv, MINUTES, store);
    },
  },
  {
    what: `${DAYS} days of minutes round the clock`,
    series: SAMPLE,
    bars: DAYS * 1440,
    fillOf: async (): Promise<(store: string) => string[]> => (store) => [
      ...['--provider', 'sample', '--tickers', SAMPLE.ticker, '--interval', SAMPLE.interval],
      ...['--days', String(DAYS), '--now', NOW, '--workers', '1'],
      ...['--store', store, '--state', join(folder, 'state'), '--no-progress'],
    ],
  },
];

it.each(LONG)(
  `$what fill in 250 MB${TIMES > 1 ? `, ${TIMES} times in a row, each time equal` : ''}`,
  { timeout: LONG_RUNS ? 3_600_000 : 180_000 },
  async ({ series, bars, fillOf }) => {
    const fill = await fillOf();
    const outcomes = new Set<string>();
    const peaks: number[] = [];
    for (let i = 0; i < TIMES; i++) {
      const store = join(folder, `long-${i}`);
      const child = start('backfill', fill(store), undefined, ['--import', SAY_PEAK]);
      const { code, stderr } = await ended(child);
      const [, said, peak] = /^([^]*)peak (\d+)\n$/.exec(stderr) ?? [];
      peaks.push(Number(peak));
      outcomes.add(
        JSON.stringify([
          code,
          said?.replace(/(complete|ended) in [\dhms ]+/, '$1'),
          await digestOf(store, series),
        ]),
      );
      await rm(store, { recursive: true });
    }
    expect([...outcomes]).toHaveLength(1);
    expect([...outcomes][0]).toMatch(/^\[0,/);
    expect([...outcomes][0]).toContain(`Bars: ${bars.toLocaleString('en-US')} (`);
    expect(Math.max(...peaks)).toBeLessThanOrEqual(250_000);
  },
);
