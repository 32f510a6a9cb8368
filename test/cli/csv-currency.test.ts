import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderOf } from '../market/csv/folders.ts';
import { type Finished, run } from './one-process.ts';

const HEADER = 'date,open,high,low,close,volume,Currency';
const row = (day: string, currency: string): string => `2024-01-${day},10,11,9,10.${day},7${day},${currency}`;
const fileOf = (...rows: readonly string[]): string => `${[HEADER, ...rows].join('\n')}\n`;

const backfill = (
  folder: string,
  tickers: string,
  end = '2024-01-04',
  ...args: readonly string[]
): Promise<Finished> =>
  run(
    'backfill',
    [
      ...['--tickers', tickers, '--start', '2024-01-02', '--end', end, '--basis', 'raw', ...args],
      ...['--provider', 'csv', '--provider-url', 'csv=files', '--state', 'state'],
    ],
    folder,
  );
const barsOf = async (folder: string): Promise<string[]> => {
  const sql = 'SELECT ticker, count(*)::INT AS bars FROM bars GROUP BY ticker ORDER BY ticker';
  const { stdout } = await run('backfill', ['query', sql, '--format', 'csv'], folder);
  return stdout.trim().split('\n').slice(1);
};

describe('a run over files that say what their prices are in', () => {
  it('stores nothing of a ticker in two currencies, says so in one line, and exits with 1', async () => {
    const folder = folderOf({
      'files/AAPL.csv': fileOf(row('02', 'USD'), row('03', 'USD'), row('04', 'EUR')),
      'files/MSFT.csv': fileOf(row('02', 'USD'), row('03', 'USD'), row('04', 'USD')),
    });
    const { code, stderr } = await backfill(folder, 'AAPL,MSFT');
    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => line.includes('EUR'))).toEqual([
      expect.stringMatching(
        /^ {2}\S+AAPL\.csv, line 4: the rows of AAPL are in USD \(lines 2 to 3\) and from here on in EUR: bars of two currencies/,
      ),
    ]);
    expect(await barsOf(folder)).toEqual(['MSFT,3']);
    const inspected = await run('backfill', ['inspect', 'files'], folder);
    expect(inspected.code).toBe(1);
    expect(inspected.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'refused line 4: the rows of AAPL are in USD (lines 2 to 3) and from here on in EUR',
    );
    expect(inspected.stdout).toContain('MSFT 1d       3 bars in USD, 2024-01-02 to 2024-01-04\n');
  });

  it('stores nothing in another currency than what is stored, and names the file and its line', async () => {
    const folder = folderOf({ 'files/AAPL.csv': fileOf(row('02', 'USD'), row('03', 'USD')) });
    expect((await backfill(folder, 'AAPL', '2024-01-03')).code).toBe(0);
    writeFileSync(join(folder, 'files/AAPL.csv'), fileOf(row('04', 'EUR'), row('05', 'EUR')));
    const { code, stderr } = await backfill(folder, 'AAPL', '2024-01-05');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'AAPL is another instrument than the one stored: its currency was USD, now EUR (AAPL.csv, line 2); nothing is stored.',
    );
    expect(await barsOf(folder)).toEqual(['AAPL,2']);
    writeFileSync(join(folder, 'files/AAPL.csv'), fileOf(row('04', 'usd'), row('05', '')));
    expect((await backfill(folder, 'AAPL', '2024-01-05')).code).toBe(0);
    expect(await barsOf(folder)).toEqual(['AAPL,4']);
  });

  it('stores nothing in other money where the prices are those that are stored', async () => {
    const all = (currency: string, ...days: readonly string[]): string =>
      fileOf(...days.map((day) => row(day, currency)));
    const folder = folderOf({ 'files/AAPL.csv': all('USD', '02', '03', '04') });
    expect((await backfill(folder, 'AAPL', '2024-01-04')).code).toBe(0);
    for (const args of [[], ['--no-gaps']]) {
      writeFileSync(join(folder, 'files/AAPL.csv'), all('EUR', '02', '03', '04', '05'));
      const { code, stderr } = await backfill(folder, 'AAPL', '2024-01-05', ...args);
      expect(code).toBe(1);
      expect(stderr).toContain('its currency was USD, now EUR (AAPL.csv, line 2); nothing is stored.');
      expect(await barsOf(folder)).toEqual(['AAPL,3']);
    }
    writeFileSync(join(folder, 'files/AAPL.csv'), all('USD', '02', '03', '04', '05'));
    expect((await backfill(folder, 'AAPL', '2024-01-05')).code).toBe(0);
    expect(await barsOf(folder)).toEqual(['AAPL,4']);
  });

  it('stores nothing where a sign in the closes names other money than what is stored, and no dollar is one dollar', async () => {
    const priced = (sign: string, ...days: readonly string[]): string =>
      days.map((day) => `2024-01-${day},${sign}10,${sign}11,${sign}9,${sign}10.${day},7${day}\n`).join('');
    const folder = folderOf({ 'files/KO.csv': priced('$', '02', '03') });
    const next = async (text: string, end: string): Promise<Finished> => {
      writeFileSync(join(folder, 'files/KO.csv'), text);
      return backfill(folder, 'KO', end);
    };
    expect((await backfill(folder, 'KO', '2024-01-03')).code).toBe(0);
    for (const [sign, kept] of [
      ['€', 'EUR'],
      ['£', '£'],
    ] as const) {
      const { code, stderr } = await next(priced(sign, '04', '05'), '2024-01-05');
      expect(code).toBe(1);
      expect(stderr).toContain(`its currency was $, now ${kept} (KO.csv, line 1); nothing is stored.`);
    }
    expect(await barsOf(folder)).toEqual(['KO,2']);
    expect((await next(priced('C$', '04'), '2024-01-04')).code).toBe(0);
    expect((await next(priced('$', '05'), '2024-01-05')).code).toBe(0);
    const { code, stderr } = await next(priced('US$', '08'), '2024-01-08');
    expect(code).toBe(1);
    expect(stderr).toContain('its currency was CAD, now USD (KO.csv, line 1)');
    expect(await barsOf(folder)).toEqual(['KO,4']);
  });

  it('refuses a file whose currency is none, with its line, as inspect does', async () => {
    const folder = folderOf({
      'files/AAPL.csv': fileOf(row('02', ''), row('03', 'Euro'), row('04', 'Euro')),
    });
    const refusal = 'line 3: the price of AAPL is in "Euro", which is no currency: write its code';
    const { code, stderr } = await backfill(folder, 'AAPL');
    expect(code).toBe(1);
    expect(stderr).toContain(`AAPL.csv, ${refusal}`);
    expect(await barsOf(folder)).toEqual([]);
    const inspected = await run('backfill', ['inspect', 'files'], folder);
    expect(inspected.code).toBe(1);
    expect(inspected.stdout.replaceAll(/\s+/g, ' ')).toContain(`refused ${refusal}`);
  });
});
