import { truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { rotRows } from '../store/rot.ts';
import {
  beginWithThree,
  actions,
  at,
  countBy,
  daily,
  damagedRevisions,
  exported,
  history,
  hours,
  query,
  report,
} from './three-series.ts';

beginWithThree();

describe('one of several files of a series that is damaged', () => {
  it.each(['2025', '2026'])('(%s) makes it damaged, and the others are read', async (year) => {
    await truncate(at(hours(year)), 50);
    expect((await report({ intervals: ['1h'] })).at(-2)).toMatch(/^Series: 1 {2}Complete: 0 {2}Damaged: 1 /);
    const other = year === '2025' ? '2026' : '2025';
    const { rows, leftOut } = await query(`SELECT DISTINCT period FROM bars WHERE interval = '1h'`);
    expect([rows, leftOut]).toEqual([[[other]], [hours(year)]]);
    const out = await exported({ interval: '1h', tickers: ['BRIQ'] });
    expect(Object.keys(countBy(out.rows, 9))).toEqual([`BRIQ,${other}`]);
    expect(out.reasons).toEqual([expect.stringContaining(hours(year))]);
  });

  it.each([
    ['bars', `SELECT max(ts) < '2026-02-01' FROM bars WHERE interval = '1h'`, () => hours('2025')],
    ['adjusted bars', `SELECT max(ts) < '2026-02-01' FROM bars_adjusted`, () => daily('ALFA')],
  ])('is left out of queries of %s though its rows rotted where no footer tells', async (_, sql, path) => {
    await rotRows(at(path()));
    expect(await query(sql)).toEqual({ rows: [[true]], leftOut: [path()] });
  });

  it('does not hide what is wrong with a query', async () => {
    await rotRows(at(hours('2025')));
    await expect(query('SELECT nothing FROM bars')).rejects.toThrow('nothing');
    await expect(query(`SELECT 'x'::INTEGER`)).rejects.toThrow('Conversion Error');
    await expect(query(`SELECT * FROM '/nowhere/x.parquet'`)).rejects.toThrow('nowhere');
  });

  it('is left out of an export though its rows rotted where no footer tells', async () => {
    await rotRows(at(hours('2025')));
    const out = await exported({ interval: '1h', tickers: ['BRIQ'] });
    expect(Object.keys(countBy(out.rows, 9))).toEqual(['BRIQ,2026']);
    expect(out.reasons).toEqual([expect.stringMatching(new RegExp(`^${hours('2025')} is damaged: `))]);
  });
});

describe('a read of a series with a damaged file', () => {
  it.each(['2025', '2026'])('(%s) fails, adjusted or not, instead of giving the rest', async (year) => {
    await truncate(at(hours(year)), 50);
    const series = { ticker: 'BRIQ', interval: '1h' } as const;
    for (const options of [{}, { adjust: 'splits' }, { asOf: '2026-01-30' }] as const)
      await expect(history.read(series, options)).rejects.toMatchObject({
        code: 'store-corrupt',
        message: expect.stringContaining(hours(year)),
      });
  });
});

describe('the list of issues', () => {
  it.each<[string, () => Promise<unknown>, () => string]>([
    ['cut short', () => truncate(at(hours('2025')), 50), () => hours('2025')],
    ['rotted', () => rotRows(at(hours('2025'))), () => hours('2025')],
    ['no splits and dividends', () => rotRows(at(actions('BRIQ'))), () => actions('BRIQ')],
  ])('names a file that is %s once, and looks at the others', async (_, damage, path) => {
    await damage();
    const { unreadable, warnings } = await history.issues();
    const named = unreadable.filter((file) => `${file.path} ${file.reason}`.includes(path()));
    expect(named.length).toBeGreaterThan(0);
    expect(new Set(named.map(({ reason }) => reason)).size).toBe(named.length);
    expect(warnings).toEqual(expect.any(Array));
  });

  it('of revisions passes over a damaged file, and tells of it', async () => {
    const path = await damagedRevisions('BRIQ');
    const told: string[] = [];
    expect(await history.revisions({ onDamage: ({ message }) => void told.push(message) })).toEqual([]);
    expect(told).toEqual([expect.stringContaining(path)]);
    await expect(history.revisions()).rejects.toMatchObject({ code: 'store-corrupt' });
  });
});
