import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './one-process.ts';
import { fileOf, folderOf, times } from '../market/csv/folders.ts';

const HEADER = 'date,open,high,low,close,volume';
const GOOD = `${HEADER}\n2024-01-02,10,11,9,10.5,7\n2024-01-03,10,11,9,10.5,7\n`;
const inspect = (folder: string, ...args: readonly string[]) => run('backfill', ['inspect', ...args], folder);

describe('backfill inspect', () => {
  it('prints what was understood of a folder, and stores nothing', async () => {
    const folder = folderOf({ 'AAPL.csv': GOOD });
    const { code, stdout } = await inspect(folder, '.');
    expect(code).toBe(0);
    expect(stdout).toContain('AAPL 1d       2 bars, 2024-01-02 to 2024-01-03\n');
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('exits 1 where a file would be refused, as a run does', async () => {
    const folder = folderOf({
      'AAPL.csv': GOOD,
      'MSFT.csv': `${HEADER}\n2024-01-02,"1,234","1,234","1,234","1,234",7\n`,
    });
    const { code, stdout } = await inspect(folder, 'MSFT.csv');
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'refused line 2: "1,234" may be 1234 or 1.234: give --csv-decimal point (1234) or comma',
    );
    const ran = await run(
      'backfill',
      [
        'MSFT',
        '--provider',
        'csv',
        '--provider-url',
        'csv=.',
        '--basis',
        'raw',
        '--start',
        '2024-01-02',
        '--end',
        '2024-01-02',
        '--state',
        'state',
      ],
      folder,
    );
    expect(ran.code).toBe(1);
    expect((ran.stdout + ran.stderr).replaceAll(/\s+/g, ' ')).toContain('"1,234" may be 1234 or 1.234');
    const said = await inspect(folder, 'MSFT.csv', '--csv-decimal', 'comma', '--json');
    expect(said.code).toBe(0);
    expect(JSON.parse(said.stdout)).toMatchObject({
      files: [
        { series: [{ ticker: 'MSFT', interval: '1d', bars: 1 }], dialect: { decimal: 'comma' }, refused: [] },
      ],
      basis: null,
    });
  });

  it('exits 1 where nothing can be read, and says why', async () => {
    expect(await inspect(folderOf({}), '.')).toMatchObject({
      code: 1,
      stdout: `0 files, 0 series, 0 bars; refused: 0 files. It holds no file: a run would refuse it. Nothing was stored.\n`,
    });
    const others = await inspect(
      folderOf({ 'notes.md': 'x', 'actions.csv': 'ticker,date,kind,value\n' }),
      '.',
    );
    expect(others.code).toBe(1);
    expect(others.stdout).toContain('not read: notes.md (no CSV, text or zip file)\n0 files, 0 series');
    const named = await inspect(folderOf({ 'data.csv': GOOD, 'prices (2).csv': GOOD }), '.');
    expect(named.code).toBe(1);
    for (const name of ['data.csv', 'prices (2).csv'])
      expect(named.stdout).toContain(`${name}\n  refused       the name is no ticker: rename it`);
  });

  it('exits 1 where a run would store none of its rows, few as they are', async () => {
    const stamps = times(['2024-01-08'], '22:00', '22:03', 1);
    const folder = folderOf({ 'SPY.csv': fileOf(stamps), 'AAPL.csv': GOOD });
    const { code, stdout } = await inspect(folder, 'SPY.csv');
    expect(code).toBe(1);
    const [told] = stdout.replaceAll(/\s+/g, ' ').match(/refused .*? prices /) ?? [];
    expect(told).toBe(
      'refused none of its rows of SPY 1m is a bar that a run would store: check their times and their clock (--csv-zone), and their prices ',
    );
    expect(stdout).toContain('1 file, 0 series, 0 bars; refused: 1 file.');
    expect((await inspect(folder, 'AAPL.csv')).code).toBe(0);
    expect((await inspect(folder, '.')).code).toBe(1);
  });

  it('says all of many files only with --all, and of one that is named', async () => {
    const folder = folderOf(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`T${i}.csv`, GOOD])));
    const short = await inspect(folder, '.');
    expect(short.stdout).toContain('12 files such as T0.csv\n');
    expect((await inspect(folder, '.', '--all')).stdout).toContain('T9.csv\n  T9 1d');
    expect((await inspect(folder, 'T9.csv')).stdout).toContain('T9.csv\n  T9 1d');
    expect((JSON.parse((await inspect(folder, '.', '--json')).stdout) as { files: [] }).files).toHaveLength(
      12,
    );
  });

  it('exits 2 for a path that is not there, and without one', async () => {
    const folder = folderOf({});
    expect(await inspect(folder, 'nothing')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'backfill: there is no folder or file "nothing"\n',
    });
    expect(await inspect(folder)).toMatchObject({ code: 2, stdout: '' });
  });

  it('reads several paths one after the other, each once, and ends with the worst code', async () => {
    const folder = folderOf({ 'AAPL.csv': GOOD, 'bars/MSFT.csv': GOOD, 'bad.csv': 'x\n' });
    const { code, stdout, stderr } = await inspect(folder, 'AAPL.csv', 'bars', './AAPL.csv', 'bad.csv');
    expect([code, stderr]).toEqual([1, '']);
    const starts = stdout.split('\n').filter((line) => /^(AAPL|MSFT|bad|bars)\b/.test(line));
    expect(starts).toEqual(['AAPL.csv', 'bars:', 'MSFT.csv', 'bad.csv']);
    expect(stdout).toContain('bars:\nMSFT.csv\n  MSFT 1d       2 bars');
    expect(stdout.match(/Nothing was stored\.\n(?=\n|$)/g)).toHaveLength(3);
    const missing = await inspect(folder, 'AAPL.csv', 'nothing', 'bars', 'bad.csv', '--json');
    expect(missing).toMatchObject({ code: 2, stderr: 'backfill: there is no folder or file "nothing"\n' });
    const all = JSON.parse(missing.stdout) as { path: string; files: { path: string }[] }[];
    expect(all.map(({ path, files }) => [path, files.map((file) => file.path)])).toEqual([
      ['AAPL.csv', ['AAPL.csv']],
      ['bars', ['MSFT.csv']],
      ['bad.csv', ['bad.csv']],
    ]);
  });
});
