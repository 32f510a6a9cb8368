import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { openCsv } from '../../../src/providers/csv/index.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { DAILY, fetchBars, folderOf, range } from './folders.ts';

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
    expect(() => open('yesterday')).toThrow(
      'the setting asOf "yesterday" is not a date; write it as YYYY-MM-DD',
    );
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
});
