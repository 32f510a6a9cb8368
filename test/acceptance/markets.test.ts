import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportStore } from './export-store.mjs';
import { run } from '../cli/one-process.ts';
import { type RunningSimulator, start, startSimulate } from './programs.ts';

const NOW = '2026-03-02T23:00:00Z';

/** Of more tickers than three lists take, the markets of three sessions are fewer requests. */
const TICKERS = Array.from({ length: 320 }, (_, i) => {
  const letter = (n: number): string => String.fromCharCode(65 + (n % 26));
  return `Q${letter(i / 676)}${letter(i / 26)}${letter(i)}`;
});
const DATES = ['2026-02-24', '2026-02-25', '2026-02-26', '2026-02-27', '2026-03-02'];

/** Each on a level of its own. */
function csvOf(place: number): string {
  const rows = DATES.map((date, i) => {
    const close = 20 + place / 8 + Math.sin(place * 7 + i) / 2;
    const [open, high, low] = [close - 0.1, close + 0.3, close - 0.4];
    return [date, ...[open, high, low, close].map((price) => price.toFixed(2)), 10_000 + place * 10 + i].join(
      ',',
    );
  });
  return ['Date,Open,High,Low,Close,Volume', ...rows].join('\n') + '\n';
}

describe('a backfill of whole markets that is killed', () => {
  let folder = '';
  let simulator: RunningSimulator;
  let undisturbed = '';

  const args = (store: string): string[] => [
    ...['--store', store, '--provider', 'sample', '--tickers', 'all', '--days', '3', '--now', NOW],
    ...['--workers', '1', '--concurrency', '1', '--provider-url', `sample=${simulator.url}`],
  ];
  const markets = async (): Promise<string[]> => {
    const log = await readFile(join(folder, 'requests.ndjson'), 'utf8').catch(() => '');
    return log.split('\n').flatMap((line) => {
      if (line === '') return [];
      const { path, symbol } = JSON.parse(line) as { path: string; symbol: string };
      return path === '/v1/market' ? [symbol] : [];
    });
  };
  const filesIn = async (store: string, ending: string): Promise<number> => {
    const files = await readdir(store, { recursive: true }).catch(() => []);
    return files.filter((file) => file.endsWith(ending)).length;
  };
  /** Kills a run as soon as there are so many files; gives how many answers lay in staging then. */
  const killAt = async (store: string, ending: string, count: number): Promise<number> => {
    const child = start('backfill', args(store));
    const ended = once(child, 'close');
    while (child.exitCode === null && (await filesIn(store, ending)) < count) await sleep(2);
    expect(child.exitCode).toBeNull();
    child.kill('SIGKILL');
    await ended;
    return filesIn(store, '.slice');
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-markets-'));
    const files = join(folder, 'files');
    await mkdir(files);
    for (const [place, ticker] of TICKERS.entries())
      await writeFile(join(files, `${ticker}.csv`), csvOf(place));
    const wire = ['--wire', 'sample', '--from', files, '--latency', '300ms', '--now', NOW];
    simulator = await startSimulate(folder, wire);
    const store = join(folder, 'undisturbed');
    const { code } = await run('backfill', args(store));
    expect(code).toBe(0);
    expect((await markets()).toSorted()).toEqual(DATES.slice(2));
    expect(await filesIn(store, '.slice')).toBe(0);
    undisturbed = await exportStore(store);
  }, 60_000);

  afterAll(async () => {
    await simulator.stop();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['while it collects', '.slice', 2],
    ['while it distributes', 'bars.parquet', 5],
  ])(
    '%s, asks for nothing twice and ends as if undisturbed',
    { timeout: 60_000 },
    async (_, ending, count) => {
      const store = join(folder, `killed-${ending}`);
      const before = (await markets()).length;
      const staged = await killAt(store, ending, count);
      // What was under way when it was killed is on no disk.
      await sleep(400);
      const asked = (await markets()).length - before;
      expect(staged).toBeGreaterThanOrEqual(2);
      await run('backfill', args(store));
      const sessions = new Set((await markets()).slice(before));
      expect((await markets()).length - before - asked).toBe(sessions.size - staged);
      expect(await filesIn(store, '.slice')).toBe(0);
      expect(await exportStore(store)).toBe(undisturbed);
    },
  );
});
