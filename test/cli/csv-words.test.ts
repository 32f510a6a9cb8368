import { describe, expect, it } from 'vitest';
import { folderOf } from '../market/csv/folders.ts';
import { run } from './one-process.ts';

const fileOf = (column: string, ...words: readonly string[]): string =>
  `date,open,high,low,close,volume,${column}\n${words.map((word, i) => `2024-01-0${i + 2},10,11,9,10.${i},7,${word}\n`).join('')}`;

/** What a run over a folder says, and what an inspection does, each in one line. */
async function bothOf(text: string): Promise<{ codes: (number | null)[]; ran: string; inspected: string }> {
  const folder = folderOf({ 'files/AAPL.csv': text });
  const range = ['--tickers', 'AAPL', '--start', '2024-01-02', '--end', '2024-01-04', '--basis', 'raw'];
  const files = ['--provider', 'csv', '--provider-url', 'csv=files', '--state', 'state'];
  const ran = await run('backfill', [...range, ...files], folder);
  const inspected = await run('backfill', ['inspect', 'files'], folder);
  const flat = ({ stdout, stderr }: { stdout: string; stderr: string }): string =>
    (stdout + stderr).replaceAll(/\s+/g, ' ');
  return { codes: [ran.code, inspected.code], ran: flat(ran), inspected: flat(inspected) };
}

describe('a run and an inspection say the same', () => {
  it.each([
    ['adjusted', 'true', 'line 3: "true" does not say that its prices are as traded (column adjusted)'],
    ['interval', '1wk', 'line 3: "1wk" is none of 1m, 5m, 15m, 1h and 1d (column interval)'],
  ])('of a word that is refused in a column %s', async (column, word, what) => {
    const { codes, ran, inspected } = await bothOf(fileOf(column, '', word, word));
    expect(codes).toEqual([1, 1]);
    expect(ran).toContain(what);
    expect(inspected).toContain(what);
  });

  it('of rows of which it is unclear whether they are final', async () => {
    const { codes, ran, inspected } = await bothOf(fileOf('is_final', 'true', 'true', 'maybe'));
    const what = '1 row of AAPL left out: line 4: "maybe" in is_final is neither true nor false';
    expect(ran).toContain(what);
    expect(inspected).toContain(what);
    expect(codes).toEqual([1, 0]);
  });
});
