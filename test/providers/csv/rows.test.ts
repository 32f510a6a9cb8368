import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../src/providers/csv/index.ts';
import { realData } from '../../realdata.ts';
import { REAL_DATA, itWith } from '../../needs.ts';
import { DAILY, fetchBars, folderOf, range } from './folders.ts';

describe('a folder as a provider', () => {
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

  it('names rows that only repeat another, and none that contradict one', async () => {
    const rows = ['02', '03', '04'].map((day) => `2024-01-${day},10,11,9,10,5\n`);
    const read = async (...more: string[]): Promise<unknown> => {
      const text = ['date,open,high,low,close,volume\n', ...rows, ...more].join('');
      const url = await folderOf({ 'AAPL.csv': text });
      const provider = openCsv({ id: 'csv', url, settings: { basis: 'raw' } });
      return (await fetchBars(provider, 'AAPL', range('2024-01-02', '2024-01-05'))).notRead;
    };
    expect(await read()).toEqual([]);
    expect(await read(...rows.slice(1))).toEqual(['2 rows of AAPL 1d that only repeat another']);
    expect(await read(rows[0] as string)).toEqual(['1 row of AAPL 1d that only repeats another']);
    expect(await read('2024-01-04,10,11,9,10.5,5\n')).toEqual([]);
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
      /the setting zone Mars: is no time zone/,
    );
  });

  it('says first that there is no such folder, whatever else is not said', () => {
    expect(() => openCsv({ id: 'csv', url: '/nope' })).toThrow('there is no folder or file "/nope"');
  });

  it('is of another edition once numbers or dates are to be read otherwise', async () => {
    const config = { id: 'csv', url: await folderOf({ 'AAPL.csv': DAILY }) };
    const options = [{}, { decimal: 'comma' }, { dates: 'mdy' }, { dates: 'dmy' }];
    const editions = options.map((one) =>
      openCsv({ ...config, settings: { basis: 'raw', ...one } }).editionOf?.('AAPL'),
    );
    expect(new Set(editions).size).toBe(4);
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
