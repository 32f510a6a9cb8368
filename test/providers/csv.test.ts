import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type DayRange, parseDay } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { openCsv } from '../../src/providers/csv/index.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { realData } from '../realdata.ts';
import { REAL_DATA, itWith } from '../needs.ts';
import { inRows, type RowAnswer } from './rows.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const DAILY = `date,open,high,low,close,volume
2024-01-02,100,110,90,105,1000
2024-01-03,,,,105,1000
2024-01-04,50,55,45,52,2000
2024-01-05,51,55,45,52,2001
`;
const folders: string[] = [];

async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'csv-provider-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

function range(from: string, to: string): DayRange {
  return { from: parseDay(from), to: parseDay(to) };
}

function fetchBars(
  provider: Provider,
  ticker: string,
  asked: DayRange,
  interval: Interval = '1d',
  now = NOW,
): Promise<RowAnswer> {
  return inRows(provider).fetchBars({ series: { ticker, interval }, range: asked, now });
}

describe('a folder as a provider', () => {
  it('speaks of splits and dividends only if it has a file of them', async () => {
    const silent = openCsv({
      id: 'csv',
      url: await folderOf({ 'AAPL.csv': DAILY }),
      settings: { basis: 'raw' },
    });
    expect(silent.capabilities.actions).toBe(false);
    const files = { 'AAPL.csv': DAILY, 'actions.csv': 'ticker,date,kind,value\n' };
    const telling = openCsv({ id: 'csv', url: await folderOf(files), settings: { basis: 'raw' } });
    expect(telling.capabilities.actions).toBe(true);
  });

  it('serves raw bars as they are, and rows without all values as unusable', async () => {
    const provider = openCsv({
      id: 'csv',
      url: await folderOf({ 'AAPL.csv': DAILY }),
      settings: { basis: 'raw' },
    });
    const answer = await fetchBars(provider, 'AAPL', range('2024-01-03', '2024-01-05'));
    expect(answer.bars).toMatchObject([{ ts: Date.UTC(2024, 0, 4), open: 50, close: 52, volume: 2000 }]);
    expect(answer.unusable).toMatchObject([
      { ts: Date.UTC(2024, 0, 3), reason: 'empty', row: { close: 105 } },
    ]);
    expect(answer.proven).toEqual(range('2024-01-03', '2024-01-05'));
    expect(answer).toMatchObject({ wireBasis: 'raw', explained: [] });
  });

  it('proves nothing after the last row; its first row is no listing date', async () => {
    const provider = openCsv({
      id: 'csv',
      url: await folderOf({ 'AAPL.csv': DAILY }),
      settings: { basis: 'raw' },
    });
    const answer = await fetchBars(provider, 'AAPL', range('2023-12-01', '2024-02-01'));
    expect(answer.proven).toEqual(range('2023-12-01', '2024-01-06'));
    expect(answer.identity.firstTrade).toBeNull();
    expect(answer.delistedOn).toBeNull();
    const later = await fetchBars(provider, 'AAPL', range('2024-02-01', '2024-03-01'));
    expect(later).toMatchObject({ bars: [], proven: range('2024-02-01', '2024-02-01') });
  });

  it('does not prove a last session whose last bars are not there', async () => {
    const hours = (count: number): string =>
      Array.from(
        { length: count },
        (_, hour) => `2024-01-06T${String(hour).padStart(2, '0')}:00Z,1,1,1,1,1\n`,
      ).join('');
    const fetchHours = async (count: number) => {
      const text = `time,open,high,low,close,volume\n${hours(count)}`;
      const provider = openCsv({
        id: 'csv',
        url: await folderOf({ 'BTCUSDT_1h.csv': text }),
        settings: { basis: 'raw' },
      });
      return fetchBars(provider, 'BTC-USDT', range('2024-01-05', '2025-01-01'), '1h');
    };
    expect(await fetchHours(23)).toMatchObject({ proven: range('2024-01-05', '2024-01-06') });
    expect(await fetchHours(24)).toMatchObject({ proven: range('2024-01-05', '2024-01-07') });
  });

  it('takes a session that has traded up to its closing call as whole', async () => {
    const fetchTo = async (minutes: number) => {
      // From Tokyo's open at midnight UTC, without its lunch from 02:30 to 03:30.
      const stamps = Array.from({ length: minutes / 5 }, (_, i) => Date.UTC(2025, 10, 26, 0, 5 * i)).filter(
        (ts) => ts < Date.UTC(2025, 10, 26, 2, 30) || ts >= Date.UTC(2025, 10, 26, 3, 30),
      );
      const rows = stamps.map((ts) => `${new Date(ts).toISOString()},1,1,1,1,1\n`).join('');
      const files = { '7203.T_5m.csv': `time,open,high,low,close,volume\n${rows}` };
      const provider = openCsv({ id: 'csv', url: await folderOf(files), settings: { basis: 'raw' } });
      return fetchBars(provider, '7203.T', range('2025-11-26', '2025-12-01'), '5m');
    };
    expect(await fetchTo(385)).toMatchObject({ proven: range('2025-11-26', '2025-11-27') });
    expect(await fetchTo(380)).toMatchObject({ proven: range('2025-11-26', '2025-11-26') });
  });

  it('tells apart what lies off the grid of a session', async () => {
    const text = 'time,open,high,low,close,volume\n';
    const at = [
      ...Array.from(
        { length: 30 },
        (_, i) => `${10 + Math.floor(i / 12)}:${String((i % 12) * 5).padStart(2, '0')}`,
      ),
    ];
    const lines = ['09:25', ...at, '12:32', '16:00'].map((time) => `2024-01-08 ${time},1,1,1,1,1\n`);
    const provider = openCsv({
      id: 'csv',
      url: await folderOf({ 'AAPL.csv': text + lines.join('') }),
      settings: { basis: 'raw' },
    });
    const answer = await fetchBars(provider, 'AAPL', range('2024-01-08', '2024-01-09'), '5m');
    expect(answer).toMatchObject({ bars: { length: 30 }, dropped: 3, offGrid: 1 });
  });

  it('reads times by the zone that is named, and refuses what is none', async () => {
    const text = 'time,open,high,low,close,volume\n2024-01-08 14:30,1,1,1,1,1\n2024-01-08 14:35,1,1,1,1,1\n';
    const config = { id: 'csv', url: await folderOf({ 'AAPL.csv': text }) };
    const answer = await fetchBars(
      openCsv({ ...config, settings: { basis: 'raw', zone: 'utc' } }),
      'AAPL',
      range('2024-01-08', '2024-01-09'),
      '5m',
    );
    expect(answer.bars.map(({ ts }) => ts)).toEqual([
      Date.UTC(2024, 0, 8, 14, 30),
      Date.UTC(2024, 0, 8, 14, 35),
    ]);
    expect(() => openCsv({ ...config, settings: { basis: 'raw', zone: 'Mars' } })).toThrow(
      /--csv-zone Mars: is no time zone/,
    );
  });

  it('says first that there is no such folder, whatever else is not said', () => {
    expect(() => openCsv({ id: 'csv', url: '/nope' })).toThrow('"/nope" is no readable folder or file');
  });

  it('is of another edition once numbers or dates are to be read otherwise', async () => {
    const config = { id: 'csv', url: await folderOf({ 'AAPL.csv': DAILY }) };
    const options = [{}, { decimal: 'comma' }, { dates: 'mdy' }, { dates: 'dmy' }];
    const editions = options.map((one) =>
      openCsv({ ...config, settings: { basis: 'raw', ...one } }).editionOf?.('AAPL'),
    );
    expect(new Set(editions).size).toBe(4);
  });

  it('serves no session that has not closed at the caller’s now', async () => {
    const provider = openCsv({
      id: 'csv',
      url: await folderOf({ 'AAPL.csv': DAILY }),
      settings: { basis: 'raw' },
    });
    const answer = await fetchBars(
      provider,
      'AAPL',
      range('2024-01-01', '2024-01-10'),
      '1d',
      Date.parse('2024-01-05T15:00:00Z'),
    );
    expect(answer.proven).toEqual(range('2024-01-01', '2024-01-05'));
    expect(answer.bars.map(({ ts }) => ts)).toEqual([Date.UTC(2024, 0, 2), Date.UTC(2024, 0, 4)]);
  });

  it('makes split-adjusted prices raw with the folder’s splits', async () => {
    const url = await folderOf({
      'AAPL.csv': DAILY,
      'actions.csv': 'ticker,date,kind,value\nAAPL,2024-01-05,split,4:1\nAAPL,2024-01-04,dividend,0.5\n',
    });
    const provider = openCsv({ id: 'csv', url, settings: { basis: 'split-adjusted' } });
    const answer = await fetchBars(provider, 'AAPL', range('2024-01-01', '2024-01-10'));
    expect(answer.wireBasis).toBe('split-adjusted');
    expect(answer.bars).toMatchObject([
      { open: 400, high: 440, low: 360, close: 420, volume: 250 },
      { open: 200, close: 208, volume: 500 },
      { open: 51, close: 52, volume: 2001 },
    ]);
    expect(answer.actions).toEqual([
      { kind: 'dividend', exDay: parseDay('2024-01-04'), amount: 0.5 },
      { kind: 'split', exDay: parseDay('2024-01-05'), ratio: 4 },
    ]);
  });

  it('does not guess whether split-adjusted prices that end before a split are adjusted for it', async () => {
    const url = await folderOf({
      'AAPL.csv': DAILY,
      'actions.csv':
        'ticker,date,kind,value\nAAPL,2024-01-05,split,3\nAAPL,2024-01-06,split,4:1\nMSFT,2025-01-06,split,3:1\n',
    });
    const asked = range('2024-01-01', '2024-01-10');
    const open = (asOf?: string, basis: 'raw' | 'split-adjusted' = 'split-adjusted'): Provider =>
      openCsv({ id: 'csv', url, settings: { basis, asOf } });
    const opens = async (asOf?: string, basis?: 'raw'): Promise<number[]> =>
      (await fetchBars(open(asOf, basis), 'AAPL', asked)).bars.map((bar) => bar.open);
    await expect(opens()).rejects.toMatchObject({
      code: 'basis-unknown',
      retryable: false,
      message:
        'AAPL ends on 2024-01-05, before its split 4:1 of 2024-01-06 in actions.csv, and nothing says whether its ' +
        'prices are adjusted for that: give --csv-as-of with the day the file was made ' +
        '(2024-01-05: they are not; 2024-01-06: they are)',
    });
    // What its rows reach is in its prices whatever is said.
    for (const day of ['2024-01-05', '2020-01-01']) expect(await opens(day)).toEqual([300, 150, 51]);
    for (const day of ['2024-01-06', '2026-11-20']) expect(await opens(day)).toEqual([1200, 600, 204]);
    expect(await opens(undefined, 'raw')).toEqual([100, 50, 51]);
    // A split to come, and an answer without a row, leave nothing to guess.
    const before = Date.parse('2024-01-05T23:00:00Z');
    expect((await fetchBars(open(), 'AAPL', asked, '1d', before)).bars[0]).toMatchObject({ open: 300 });
    const none = await fetchBars(open(), 'AAPL', range('2024-02-01', '2024-03-01'));
    expect(none).toMatchObject({ bars: [], proven: range('2024-02-01', '2024-02-01') });
    expect(() => open('yesterday')).toThrow('--csv-as-of "yesterday" is not a date; write it as YYYY-MM-DD');
  });

  it('is refused without a folder, without a basis, or split-adjusted without its splits', async () => {
    const url = await folderOf({ 'AAPL.csv': DAILY });
    expect(() => openCsv({ id: 'csv', settings: { basis: 'raw' } })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
    expect(() => openCsv({ id: 'csv', url })).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => openCsv({ id: 'csv', url, settings: { basis: 'split-adjusted' } })).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringContaining('no actions.csv; write one'),
      }),
    );
  });

  describe('of a file that tells of a split in a column', () => {
    const DATES = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11'];
    const whole = range('2024-01-08', '2024-01-12');
    const TELLING = 'AAPL.csv: its column "Stock Splits" tells of 2:1 on 2024-01-10';
    const open = async (before: number, basis: 'raw' | 'split-adjusted', actions?: string) => {
      const lines = DATES.map((date, i) => {
        const close = i < 2 ? before : 10;
        return `${date},${close},${close + 1},${close - 1},${close},1000,0.0,${i === 2 ? '2.0' : '0.0'}\n`;
      });
      const header = 'Date,Open,High,Low,Close,Volume,Dividends,Stock Splits\n';
      const list = actions === undefined ? {} : { 'actions.csv': `ticker,date,kind,value\n${actions}\n` };
      const url = await folderOf({ 'AAPL.csv': header + lines.join(''), ...list });
      return openCsv({ id: 'csv', url, settings: { basis } });
    };

    it.each([
      ['raw', undefined, 'list that in actions.csv, and say --basis split-adjusted'],
      ['raw', 'AAPL,2024-01-10,split,2:1', 'say --basis split-adjusted'],
      ['split-adjusted', 'MSFT,2024-01-10,split,2:1', 'list that in actions.csv'],
    ] as const)('refuses prices that are adjusted for it as %s with %s', async (basis, actions, advice) => {
      await expect(fetchBars(await open(10, basis, actions), 'AAPL', whole)).rejects.toMatchObject({
        code: 'basis-unknown',
        ticker: 'AAPL',
        message: `${TELLING}, and its prices are adjusted for it, not as traded: ${advice}`,
      });
    });

    it('names it where its prices are as traded', async () => {
      const answer = await fetchBars(await open(20, 'raw'), 'AAPL', whole);
      expect(answer.notRead).toEqual([expect.stringContaining(`${TELLING} and is not read`)]);
      expect(answer.bars).toHaveLength(4);
    });

    it('takes prices after it as they are, and turns back what actions.csv lists', async () => {
      const after = await fetchBars(await open(10, 'raw'), 'AAPL', range('2024-01-10', '2024-01-12'));
      expect(after.bars.map(({ close }) => close)).toEqual([10, 10]);
      const provider = await open(10, 'split-adjusted', 'AAPL,2024-01-10,split,2:1');
      const answer = await fetchBars(provider, 'AAPL', whole);
      expect(answer.bars.map(({ close }) => close)).toEqual([20, 20, 10, 10]);
      expect(answer.notRead).toEqual([]);
    });
  });

  it('names rows that are to come, and proves nothing by them', async () => {
    const text = `${DAILY}2024-01-09,51,55,45,52,2001\n2063-01-08,51,55,45,52,2001\n2063-01-09,51,55,45,,\n`;
    const provider = openCsv({
      id: 'csv',
      url: await folderOf({ 'AAPL.csv': text }),
      settings: { basis: 'raw' },
    });
    const asked = range('2024-01-01', '2024-01-20');
    const at = (now: string): Promise<RowAnswer> =>
      fetchBars(provider, 'AAPL', asked, '1d', Date.parse(`${now}T22:00:00Z`));
    const later = await at('2024-01-19');
    const told = ({ notRead = [] }: RowAnswer): readonly string[] =>
      notRead.filter((line) => line.includes('to come'));
    expect(told(later)).toEqual([
      'AAPL 1d: 2 rows, the first of 2063-01-08, which is to come, not read: correct the date',
    ]);
    expect(later.proven).toEqual(range('2024-01-01', '2024-01-10'));
    // What is of tomorrow may be another exchange's today.
    expect(told(await at('2024-01-08'))).toEqual(told(later));
    expect(told(await at('2024-01-07'))).toEqual([
      'AAPL 1d: 3 rows, the first of 2024-01-09, which is to come, not read: correct the date',
    ]);
    expect(told(await at('2063-01-08'))).toEqual([]);
    const none = await fetchBars(provider, 'AAPL', asked, '1d', Date.parse('2023-12-29T22:00:00Z'));
    // The first is a holiday.
    expect(none.proven).toEqual(range('2024-01-01', '2024-01-02'));
  });

  it('reads no year of the first century as one of the last', async () => {
    const text = DAILY.replace('2024-01-04', '0099-01-04');
    const provider = openCsv({
      id: 'csv',
      url: await folderOf({ 'AAPL.csv': text }),
      settings: { basis: 'raw' },
    });
    const last = await fetchBars(provider, 'AAPL', range('1999-01-01', '1999-02-01'));
    expect([last.bars, last.unusable]).toEqual([[], []]);
    const { unusable } = await fetchBars(provider, 'AAPL', range('2024-01-01', '2024-01-06'));
    expect(unusable.map(({ reason }) => reason)).toContain(
      'AAPL.csv, line 4: "0099-01-04" is a date before 1792 or after 2099, which no bar has',
    );
  });

  it('knows its own tickers and intervals only', async () => {
    const provider = openCsv({
      id: 'csv',
      url: await folderOf({ 'AAPL.csv': DAILY }),
      settings: { basis: 'raw' },
    });
    const asked = range('2024-01-01', '2024-01-10');
    expect(await provider.listTickers()).toEqual(['AAPL']);
    await expect(fetchBars(provider, 'MSFT', asked)).rejects.toMatchObject({
      code: 'unknown-ticker',
      ticker: 'MSFT',
    });
    await expect(fetchBars(provider, 'AAPL', asked, '5m')).rejects.toMatchObject({
      code: 'unsupported-interval',
      message: 'csv has only 1d of AAPL, not 5m',
    });
    const headed = openCsv({
      id: 'csv',
      url: await folderOf({ 'IBM.csv': 'date,open,high,low,close\n' }),
      settings: { basis: 'raw' },
    });
    await expect(fetchBars(headed, 'IBM', asked)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/IBM\.csv: has a header and no row: get it again, or remove it$/),
    });
  });

  itWith(REAL_DATA)('counts the extended-hours bars that it leaves out', async () => {
    const provider = openCsv({ id: 'csv', url: realData('intraday-raw/minute'), settings: { basis: 'raw' } });
    const answer = await fetchBars(provider, 'SPY', range('2013-10-07', '2013-10-08'), '1m');
    expect(answer.bars).toHaveLength(390);
    expect(answer.dropped).toBeGreaterThan(100);
  });
});
