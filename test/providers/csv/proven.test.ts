import { describe, expect, it } from 'vitest';
import { openCsv } from '../../../src/providers/csv/index.ts';
import type { RowAnswer } from '../rows.ts';
import { DAILY, fetchBars, folderOf, range } from './folders.ts';

describe('a folder as a provider', () => {
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

  it('says where its files begin or end where that is why it is silent of days', async () => {
    const url = await folderOf({ 'AAPL.csv': DAILY });
    const provider = openCsv({ id: 'csv', url, settings: { basis: 'raw' } });
    const told = async (from: string, to: string): Promise<readonly unknown[]> => {
      const { whyUnproven, note } = await fetchBars(provider, 'AAPL', range(from, to));
      return [whyUnproven, note];
    };
    const end =
      'its files end on 2024-01-05; where they are not kept up, an end of 2024-01-05 asks for no more';
    expect(await told('2024-01-02', '2024-01-06')).toEqual([undefined, undefined]);
    expect(await told('2023-12-01', '2024-02-01')).toEqual([end, undefined]);
    expect(await told('2024-02-01', '2024-03-01')).toEqual([end, undefined]);
    expect(await told('2023-11-01', '2024-01-02')).toEqual([undefined, 'its files begin on 2024-01-02']);
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
});
