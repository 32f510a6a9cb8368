import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src/index.ts';
import { type Finished, run } from './one-process.ts';

// Who points at a folder means all the prices in it: a file that no run reads is no part of what is complete.

const BARS = 'date,open,high,low,close,volume\n2024-01-08,1,2,1,2,5\n2024-01-09,1,2,1,2,5\n';
const EXCHANGE = 'its exchange "SP" names no suffix of a ticker; rename it';
const NAME = 'the name is no ticker: rename it, or write a column "ticker"';
const TOLD = [
  `csv: 1 file not read, "SP_SPX, 1D.csv": ${EXCHANGE}`,
  `csv: 2 files not read, "no ticker.csv", "prices.csv": ${NAME}`,
];
const NOT_SERVED = [
  { provider: 'csv', tickers: ['SP_SPX, 1D.csv'], areFiles: true, why: EXCHANGE },
  { provider: 'csv', tickers: ['no ticker.csv', 'prices.csv'], areFiles: true, why: NAME },
];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-nameless-'));
  const write = async (where: string, files: Readonly<Record<string, string>>): Promise<void> => {
    await mkdir(join(folder, where));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, where, name), content);
  };
  const fine = { 'AAPL.csv': BARS, 'IBM.csv': BARS };
  await write('some', { ...fine, 'SP_SPX, 1D.csv': BARS, 'no ticker.csv': BARS, 'prices.csv': BARS });
  await write('fine', {
    ...fine,
    'README.csv': 'name,weight\n',
    'README.md': '#',
    'my list.csv': 'name\nx\n',
  });
});
afterAll(() => rm(folder, { recursive: true }));

function backfill(files: string, store: string, ...args: string[]): Promise<Finished> {
  const source = ['--provider', 'csv', '--provider-url', `csv=${files}`, '--basis', 'raw', '--store', store];
  const range = args.includes('--plan') ? [] : ['--start', '2024-01-08', '--end', '2024-01-09'];
  return run('backfill', [...source, ...range, ...args], folder);
}

const toldIn = (text: string): number[] =>
  TOLD.map((told) => text.split('\n').filter((line) => line === told).length);

describe('files of prices whose names tell no ticker', () => {
  it('are named and counted by a run of the folder, which ends with exit 1, now and later', async () => {
    const first = await backfill('some', 'all');
    expect([first.code, ...toldIn(first.stderr)]).toEqual([1, 2, 2]);
    expect(first.stderr).toMatch(/Backfill ended in .*, not complete: 3 cannot be had\n/);
    expect(first.stderr).toContain('Bars: 4 (4 new, 0 changed)');
    const again = await backfill('some', 'all', '--quiet');
    expect(again).toEqual({ code: 1, stdout: '', stderr: `${TOLD.join('\n')}\n` });
    const json = await backfill('some', 'all', '--json');
    expect(json.code).toBe(1);
    const summary = JSON.parse(json.stdout) as RunSummary;
    expect(summary).toMatchObject({ series: 5, complete: 2, unavailable: 3, notServed: NOT_SERVED });
    const onRecord = await run('backfill', ['runs', 'show', 'last', '--json', '--store', 'all'], folder);
    expect(JSON.parse(onRecord.stdout)).toMatchObject({ summary: { notServed: NOT_SERVED } });
  });

  it('are in its plan, in one that is written out, and in batches', async () => {
    const dry = await backfill('some', 'planned', '--dry-run', '--plan-out', 'all.plan');
    expect([dry.code, ...toldIn(dry.stdout)]).toEqual([1, 1, 1]);
    expect(dry.stdout).toContain('Total: 5  Complete: 0  Unavailable: 3  To fill: 2');
    const told = { fetched: 2, unavailable: 3, notServed: NOT_SERVED };
    for (const [store, args] of [
      ['planned', ['--plan', 'all.plan']],
      ['batches', ['--batch-size', '1']],
    ] as const) {
      const { code, stdout } = await backfill('some', store, '--json', ...args);
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject(told);
    }
  });

  it('are noted where tickers are named: what else there is was not asked for', async () => {
    const { code, stderr } = await backfill('some', 'named', '--tickers', 'AAPL,IBM');
    expect([code, ...toldIn(stderr)]).toEqual([0, 0, 0]);
    expect(stderr).toContain('not read: SP_SPX, 1D.csv (its exchange "SP"');
    expect(await backfill('some', 'named', '--tickers', 'AAPL,IBM', '--quiet')).toEqual({
      ...{ code: 0, stdout: '', stderr: '' },
    });
  });
});

describe('files beside them that are none of prices', () => {
  it('are noted, and nothing lacks without them', async () => {
    const { code, stderr } = await backfill('fine', 'fine');
    expect(code).toBe(0);
    expect(stderr).toContain('not read: README.csv, my list.csv (the header names no column "date")\n');
    expect(stderr).toContain('not read: README.md (no CSV, text or zip file)\n');
    const json = await backfill('fine', 'fine', '--json');
    expect([json.code, JSON.parse(json.stdout).notServed]).toEqual([0, undefined]);
    expect((await run('backfill', ['inspect', 'fine', '--basis', 'raw'], folder)).code).toBe(0);
  });
});
