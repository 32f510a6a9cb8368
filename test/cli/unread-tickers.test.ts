import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Inspection, RunSummary } from '../../src/index.ts';
import { type Finished, run } from './one-process.ts';

// Rows of a table under names that are no tickers are of the user's own series, and a run of all the table is not complete
// without them.

const HEADER = 'ticker,date,open,high,low,close,volume\n';
const rowsOf = (ticker: string, days: number): string =>
  ['2024-01-08', '2024-01-09']
    .slice(0, days)
    .map((day) => `${ticker},${day},1,2,1,2,5\n`)
    .join('');
const TOLD =
  'csv: 3 rows of "BRK B", "MSFT US Equity" not read: prices.csv names them so, which is no ticker; ' +
  'write tickers there (BRK-B, AIR.PA), or take the rows out';
const NOT_SERVED = [{ provider: 'csv', tickers: ['BRK B', 'MSFT US Equity'], rows: 3 }];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-unread-'));
  for (const name of ['some', 'none', 'fine']) await mkdir(join(folder, name));
  const unread = rowsOf('BRK B', 2) + rowsOf('MSFT US Equity', 1);
  await writeFile(join(folder, 'some', 'prices.csv'), HEADER + rowsOf('AAPL', 2) + rowsOf('IBM', 2) + unread);
  await writeFile(join(folder, 'none', 'prices.csv'), HEADER + unread);
  await writeFile(join(folder, 'none', 'AAPL.csv'), HEADER + rowsOf('AAPL', 2));
  await writeFile(join(folder, 'fine', 'prices.csv'), HEADER + rowsOf('AAPL', 2) + rowsOf('BRK.B', 2));
});
afterAll(() => rm(folder, { recursive: true }));

function backfill(files: string, store: string, ...args: string[]): Promise<Finished> {
  const asked = args.includes('--provider') ? [] : ['--provider', 'csv'];
  const source = [...asked, '--provider-url', `csv=${files}`, '--basis', 'raw', '--store', store];
  const range = args.includes('--plan') ? [] : ['--start', '2024-01-08', '--end', '2024-01-09'];
  return run('backfill', [...source, ...range, ...args], folder);
}

const toldIn = (text: string): number => text.split('\n').filter((line) => line === TOLD).length;

describe('rows of a CSV under names that are no tickers', () => {
  it('are named and counted by a run of all of it, which ends with exit 1, now and later', async () => {
    const first = await backfill('some', 'all');
    expect(first.code).toBe(1);
    expect(toldIn(first.stderr)).toBe(2);
    expect(first.stderr).toMatch(/Backfill ended in .*, not complete: 2 cannot be had\n/);
    expect(first.stderr).toContain('Bars: 4 (4 new, 0 changed)');
    const again = await backfill('some', 'all', '--quiet');
    expect([again.code, toldIn(again.stderr)]).toEqual([1, 1]);
    const json = await backfill('some', 'all', '--json');
    expect(json.code).toBe(1);
    const summary = JSON.parse(json.stdout) as RunSummary;
    expect(summary).toMatchObject({ series: 4, complete: 2, unavailable: 2, notServed: NOT_SERVED });
    const onRecord = await run('backfill', ['runs', 'show', 'last', '--json', '--store', 'all'], folder);
    expect(JSON.parse(onRecord.stdout)).toMatchObject({ summary: { notServed: NOT_SERVED } });
  });

  it('are in its plan, and in one that is written out', async () => {
    const dry = await backfill('some', 'planned', '--dry-run', '--plan-out', 'all.plan');
    expect([dry.code, toldIn(dry.stdout)]).toEqual([1, 1]);
    expect(dry.stdout).toContain('Total: 4  Complete: 0  Unavailable: 2  To fill: 2');
    const json = await backfill('some', 'planned', '--json', '--plan', 'all.plan');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ fetched: 2, unavailable: 2, notServed: NOT_SERVED });
  });

  it('are told once where the list is cut into batches, or other providers follow', async () => {
    const batches = await backfill('some', 'batches', '--batch-size', '1', '--json');
    expect(batches.code).toBe(1);
    expect(JSON.parse(batches.stdout)).toMatchObject({ fetched: 2, unavailable: 2, notServed: NOT_SERVED });
    const chain = await backfill('some', 'chain', '--provider', 'csv,sample', '--json');
    expect(chain.code).toBe(1);
    expect(JSON.parse(chain.stdout)).toMatchObject({ fetched: 2, unavailable: 2, notServed: NOT_SERVED });
    // What the first one lists says nothing of what another one has.
    const last = await backfill('some', 'last', '--provider', 'sample,csv', '--dry-run', '--json');
    expect([last.code, JSON.parse(last.stdout).next[0].plan.notServed]).toEqual([0, undefined]);
  });

  it('are so too where a file has no others', async () => {
    const { code, stdout } = await backfill('none', 'beside', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ fetched: 1, unavailable: 2, notServed: NOT_SERVED });
  });

  it('are noted where tickers are named: what else there is was not asked for', async () => {
    const { code, stderr } = await backfill('some', 'named', '--tickers', 'AAPL,IBM');
    expect([code, toldIn(stderr)]).toEqual([0, 0]);
    expect(stderr).toContain('not read: 2 rows of "BRK B" in prices.csv, 1 row of "MSFT US Equity" in');
    expect(await backfill('some', 'named', '--tickers', 'AAPL,IBM', '--quiet')).toEqual({
      ...{ code: 0, stdout: '', stderr: '' },
    });
    const fine = await backfill('fine', 'fine', '--json');
    expect([fine.code, JSON.parse(fine.stdout).notServed]).toEqual([0, undefined]);
  });

  it('are refused before anything is stored, with what to do', async () => {
    const { code, stdout } = await run('backfill', ['inspect', 'some', '--json'], folder);
    expect(code).toBe(1);
    const { files, notes } = JSON.parse(stdout) as Inspection;
    const way = 'the name is no ticker: write it as one there (BRK-B, AIR.PA), or take its rows out';
    expect(files.map(({ refused }) => refused)).toEqual([
      [`2 rows of "BRK B": ${way}`, `1 row of "MSFT US Equity": ${way}`],
    ]);
    expect(notes).toEqual([]);
    expect((await run('backfill', ['inspect', 'fine'], folder)).code).toBe(0);
  });
});
