import { describe, expect, it } from 'vitest';
import { inspectFiles } from '../../src/library/inspect.ts';
import { inspectionText } from '../../src/report/inspection-text.ts';
import { UNBOUNDED } from '../../src/report/page.ts';
import { folderOf, zipped } from '../market/csv/folders.ts';
import { join } from 'node:path';
import { CLOSES, DAYS, HEADER, NOW, daily, dailyOf, inspected, textOf } from './inspected.ts';

describe('an inspection', () => {
  it('says of each file what was understood', async () => {
    const german = 'Date;Open;High;Low;Close;Volume;Adj Close\n02.01.2024;10,5;11;9;10,25;1.000;7\n';
    const lines = await textOf({ 'AAPL.csv': daily('x'), 'AIR.PA.csv': `\uFEFF${german}` });
    expect(lines).toEqual([
      'AAPL.csv',
      '  AAPL 1d       4 bars, 2024-01-02 to 2024-01-08; 1 row left out',
      '  written       UTF-8, fields between commas, decimal point',
      '  columns       date, open, high, low, close, volume',
      '  clock         none: session dates',
      '  basis         to be said: --basis raw or --basis split-adjusted',
      '  note          1 row of AAPL not read: line 4: "x" is not a number (close)',
      '',
      'AIR.PA.csv',
      '  AIR.PA 1d     1 bar, 2024-01-02 to 2024-01-02',
      '  written       UTF-8 with a mark, fields between semicolons, decimal comma,',
      '                dates dmy',
      '  columns       Date, Open, High, Low, Close, Volume; not read: Adj Close',
      '  clock         none: session dates',
      '  basis         to be said: --basis raw or --basis split-adjusted',
      '',
      '2 files, 2 series, 5 bars; refused: 0 files. Nothing was stored.',
    ]);
  });

  it('counts the bars of a folder with a file a day, and not the folder as a file', async () => {
    const minutes = (...at: number[]): Uint8Array =>
      zipped(
        'day.csv',
        at.map((minute) => `${minute * 60_000},100000,110000,90000,${100_000 + minute},50\n`).join(''),
      );
    const { files } = await inspected({
      'minute/aapl/20240102_trade.zip': minutes(540, 570, 571, 572),
      'minute/aapl/20240103_trade.zip': minutes(570, 571),
    });
    const series = files.flatMap((file) => file.series);
    expect(series.map(({ ticker, interval, bars }) => [ticker, interval, bars])).toEqual([['AAPL', '1m', 5]]);
    const lines = await textOf({
      'minute/aapl/20240102_trade.zip': minutes(540, 570, 571, 572),
      'minute/aapl/20240103_trade.zip': minutes(570, 571),
    });
    expect(lines.at(-1)).toBe('2 files, 1 series, 5 bars; refused: 0 files. Nothing was stored.');
  });

  it('names what a run would refuse, with its file, line, cell and way out', async () => {
    const ambiguous = `${HEADER}\n01/02/2024,1,1,1,1,1\n02/05/2024,1,1,1,1,1\n`;
    const { files } = await inspected({ 'A.csv': ambiguous, 'AAPL.csv': daily(), 'B.csv': 'a,b\n1,2\n' });
    expect(files.map(({ path, refused }) => [path, refused])).toEqual([
      [
        'A.csv',
        [expect.stringMatching(/^line 2: its dates such as "01\/02\/2024" .* give --csv-dates dmy or mdy/)],
      ],
      ['AAPL.csv', []],
      ['B.csv', [expect.stringMatching(/^line 1: the header names no column "date"/)]],
    ]);
    const read = await inspected({ 'A.csv': ambiguous }, { dates: 'mdy' });
    expect(read.files).toMatchObject([{ refused: [], dialect: { dates: 'mdy' }, series: [{ bars: 2 }] }]);
  });

  it('says where prices are divided, as those of shares in files of Lean', async () => {
    const zip = zipped('ibm.csv', '20240102 00:00,1045000,1057500,1040600,1057500,2563200\n');
    const files = { 'ibm.zip': zip, 'MSFT.csv': daily() };
    const prices = (await textOf(files)).filter((line) => line.startsWith('  prices'));
    expect(prices).toEqual(['  prices        / 10,000, as Lean has them']);
    expect((await inspected(files)).files.map(({ pricesOver }) => pricesOver)).toEqual([undefined, 10_000]);
  });

  it('says what the prices are in where a file does, also of many files at once', async () => {
    const inMoney = (word: string): string =>
      daily().replaceAll(',100\n', `,100,${word}\n`).replace('volume', 'volume,Currency');
    const files = { 'AAPL.csv': inMoney('USD'), 'MSFT.csv': daily() };
    const read = await inspected(files);
    expect(read.files.map(({ series }) => series[0]?.currency)).toEqual(['USD', null]);
    expect(read.files[0]?.dialect).toMatchObject({ used: [...HEADER.split(','), 'Currency'], unused: [] });
    expect((await textOf(files)).slice(1, 4)).toContain(
      '  AAPL 1d       5 bars in USD, 2024-01-02 to 2024-01-08',
    );
    const many = Object.fromEntries(
      'ABCDEFGHIJKLMN'.split('').map((name, i) => [`${name}X.csv`, inMoney(i < 9 ? 'USD' : 'EUR')]),
    );
    const lines = inspectionText(await inspected(many), { ...UNBOUNDED, columns: 100, isWhole: false });
    expect(lines[1]).toBe('  1d            14 series, 70 bars in EUR, USD, 2024-01-02 to 2024-01-08');
  });

  it('of a shared file lists every series, and of a file alone that one', async () => {
    const rows = DAYS.flatMap((day, i) =>
      ['AAPL', 'MSFT'].map((name) => `${name},${day},10,11,9,${CLOSES[i]},7\n`),
    ).join('');
    const text = `ticker,${HEADER}\n${rows}`;
    const folder = folderOf({ 'prices.csv': text, 'IBM.csv': daily() });
    const { files } = await inspectFiles({ path: join(folder, 'prices.csv') }, () => NOW);
    expect(files).toHaveLength(1);
    expect(files[0]?.series.map(({ ticker, bars }) => [ticker, bars])).toEqual([
      ['AAPL', 5],
      ['MSFT', 5],
    ]);
  });

  it('tells that prices are adjusted where the file does, and refuses them as raw', async () => {
    const header = `${HEADER},Stock Splits`;
    const rows = DAYS.map((day, i) => `${day},10,11,9,10.5,100,${i === 3 ? '4' : '0'}\n`).join('');
    const files = { 'AAPL.csv': `${header}\n${rows}` };
    const adjusted = expect.stringContaining('its prices are adjusted for it, not as traded');
    const [asked] = (await inspected(files)).files;
    expect(asked).toMatchObject({ refused: [], notes: expect.arrayContaining([adjusted]) });
    const [raw] = (await inspected(files, { basis: 'raw' })).files;
    expect(raw?.refused).toEqual([adjusted]);
  });

  it.each([
    ['MetaTrader’s', 'EURUSD1440.csv', '2024.01.02,00:00,1.1,1.2,1.0,1.15,7', 'date, time', ', volume'],
    ['without a volume', 'AAPL.csv', '2024-01-02,10,11,9,10.5', 'stamp', ''],
    [
      'Kraken’s',
      'XBTUSD_1440.csv',
      `${Date.UTC(2024, 0, 2) / 1000},10,11,9,10.5,7,3`,
      'stamp',
      ', volume, trades',
    ],
  ])('tells what of a file without a header is read: %s', async (_, name, row, stamp, more) => {
    const lines = await textOf({ [name]: `${row}\n` });
    expect(lines).toContain(`  columns       no header: ${stamp}, open, high, low, close${more}`);
  });

  it('names files of another kind, and is of one that is not there refused', async () => {
    const { files, notes } = await inspected({ 'AAPL.csv': daily(), 'README.md': 'x' });
    expect(files).toHaveLength(1);
    expect(notes).toEqual(['not read: README.md (no CSV, text or zip file)']);
    await expect(inspectFiles({ path: '/no/such/folder' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('of many files tells those that are written alike together and names the odd ones, unless all is wanted', async () => {
    const alike = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`T${i}.csv`, dailyOf(i)]));
    const odd = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`X${i}.csv`, daily('x')]));
    const inspection = await inspected({ ...alike, ...odd, 'Z.csv': 'a,b\n1,2\n', 'README.md': 'x' });
    const lines = inspectionText(inspection, { ...UNBOUNDED, columns: 60, isWhole: false });
    expect(lines.slice(0, 8)).toEqual([
      '55 files such as T0.csv',
      '  1d            55 series, 250 bars, 2024-01-02 to',
      '                2024-01-08; 25 rows left out',
      '  written       UTF-8, fields between commas, decimal point',
      '  columns       date, open, high, low, close, volume',
      '  clock         none: session dates',
      '  basis         to be said: --basis raw or --basis',
      '                split-adjusted',
    ]);
    const text = lines.join('\n').replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/ refused Z\.csv: line 1: the header names no column "date"/);
    expect(text.match(/ note X\d+\.csv: 1 row of X\d+ not read: line 4: "x" is not a number/g)).toHaveLength(
      19,
    );
    expect(text).toContain(' … and 6 more: --all lists them ');
    expect(text).toContain('not read: README.md (no CSV, text or zip file)');
    expect(lines.join('\n')).toMatch(
      /56 files, 55 series, 250 bars; refused: 1 file\. Nothing was\nstored\.$/,
    );
    const piped = inspectionText(inspection, { ...UNBOUNDED, isWhole: false }).join('\n');
    expect(piped.match(/^ {2}note {10}X\d+\.csv: /gm)).toHaveLength(25);
    expect(piped.match(/ more\b.*/g)).toEqual([expect.stringMatching(/^ more: what is expected is a guess/)]);
    expect(lines.length).toBeLessThan(80);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    expect(inspectionText(inspection).join('\n')).toContain('X24.csv\n  X24 1d        4 bars');
  });

  it('counts what a run would store: of one ticker’s files each row once, and nothing of refused ones', async () => {
    const lastOf = async (files: Readonly<Record<string, string>>): Promise<string | undefined> =>
      inspectionText(await inspected(files)).at(-1);
    const thrice = { 'AAPL.csv': daily(), 'AAPL (1).csv': daily(), 'aapl_data.csv': daily() };
    expect(await lastOf(thrice)).toBe('3 files, 1 series, 5 bars; refused: 0 files. Nothing was stored.');
    const other = { 'BRK-B.csv': daily(), 'BRK.B.csv': daily('10.9') };
    expect(await lastOf({ ...thrice, ...other })).toBe(
      '5 files, 1 series, 5 bars; refused: 2 files. Nothing was stored.',
    );
    const cut = `${HEADER}\n${'2024-01-02,1,1,1,-1,1\n'.repeat(3)}`;
    expect(await lastOf({ 'IBM.csv': cut, 'MSFT.csv': daily() })).toBe(
      '2 files, 1 series, 5 bars; refused: 1 file. Nothing was stored.',
    );
    const told = `${HEADER},Stock Splits\n${DAYS.map((day, i) => `${day},10,11,9,10.5,7,${i === 3 ? 4 : 0}\n`).join('')}`;
    expect(await lastOf({ 'AAPL.csv': told })).toContain('1 file, 1 series, 5 bars; refused: 0 files.');
    const { stored } = await inspected({ 'AAPL.csv': told }, { basis: 'raw' });
    expect(stored).toEqual({ series: 0, bars: 0 });
  });

  it('of many files says how many rows there are of series that several of them have, and series once', async () => {
    const groupOf = async (files: Readonly<Record<string, string>>): Promise<string[]> => {
      const lines = inspectionText(await inspected(files), { ...UNBOUNDED, isWhole: false });
      return lines.filter((line) => line.startsWith('  1d '));
    };
    const twelve = (name: (i: number) => string): Record<string, string> =>
      Object.fromEntries(Array.from({ length: 12 }, (_, i) => [name(i), daily()]));
    expect(await groupOf(twelve((i) => `T${i}.csv`))).toEqual([
      '  1d            12 series, 60 bars, 2024-01-02 to 2024-01-08',
    ]);
    expect(await groupOf(twelve((i) => `T${i % 6}_${i}.csv`))).toEqual([
      '  1d            6 series, 60 rows, 2024-01-02 to 2024-01-08',
    ]);
    // The other file of one of them is written otherwise.
    const other = { ...twelve((i) => `T${i}.csv`), 'T0_old.csv': daily().replaceAll(',', ';') };
    expect(await groupOf(other)).toEqual([
      '  1d            12 series, 60 rows, 2024-01-02 to 2024-01-08',
      '  1d            1 series, 5 rows, 2024-01-02 to 2024-01-08',
    ]);
  });

  it('names each file of a ticker that is refused, with the other one', async () => {
    const folder = folderOf({ 'BRK-B.csv': daily(), 'BRK.B.csv': daily('10.9'), 'BRK-B (1).csv': daily() });
    const { files } = await inspectFiles({ path: folder }, () => NOW);
    const contradict =
      'stand for one ticker and contradict each other on 2024-01-04 (close 10.4 in BRK-B (1).csv, line 4; close 10.9 in ' +
      'BRK.B.csv, line 4): rename or remove one';
    const [first, third] = ['BRK-B (1).csv', 'BRK.B.csv'].map((name) => join(folder, name));
    expect(files.map(({ refused }) => refused)).toEqual([
      [`it and ${third} ${contradict}`],
      [`another file of its ticker is: ${first} and ${third} ${contradict}`],
      [`it and ${first} ${contradict}`],
    ]);
  });

  it('tells files that are written otherwise apart', async () => {
    const files = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`T${i}.csv`, dailyOf(i)]));
    const other = dailyOf(11).replaceAll(',', ';');
    const lines = inspectionText(await inspected({ ...files, 'OTHER.csv': other }), {
      ...UNBOUNDED,
      isWhole: false,
    });
    expect(lines.filter((line) => !line.startsWith(' '))).toEqual([
      '11 files such as T0.csv',
      '',
      'OTHER.csv',
      '',
      'no calendar is known for T0, T1, T10 and 8 more: what is expected is a guess; rename the files if they are of other tickers',
      '12 files, 12 series, 60 bars; refused: 0 files. Nothing was stored.',
    ]);
  });

  it('is in whole lines where it goes to no terminal', async () => {
    const words = Array.from({ length: 30 }, (_, i) => `w${i}`);
    const text = daily().replaceAll('\n', `,${words.join(',')}\n`);
    const lines = inspectionText(await inspected({ 'A.csv': text }));
    expect(lines).toContainEqual(expect.stringMatching(/^  columns {7}date, .*; not read: w0, .*, w29$/));
  });

  it('fits 80 columns, whatever the names', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `a column of no use ${i}`);
    const text = `${HEADER},${names.join(',')}\n${DAYS.map((day) => `${day},10,11,9,10.5,7,${names.map(() => '1').join(',')}\n`).join('')}`;
    const deep = `${'a-very-long-name-of-a-folder/'.repeat(4)}BTCUSDT-1d-2024.csv`;
    const lines = await textOf({
      [deep]: text,
      'BAD.csv': `${HEADER}\n${'2024-01-02,1,1,1,x,1\n'.repeat(3)}`,
    });
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).toContain('BTCUSDT-1d-2024.csv');
  });
});
