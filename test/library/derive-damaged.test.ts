import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BackfillOptions, type History, openHistory, type RunSummary } from '../../src/index.ts';
import { rotRows } from '../store/rot.ts';

/** Sessions of the sample market: three of October, seven of November. */
const RANGE = { start: '2026-10-28', end: '2026-11-10' };
const NOVEMBER = { start: '2026-11-02', end: '2026-11-10' };

let folder = '';
let history: History;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-derive-'));
  const clock = (): number => Date.parse('2026-11-10T23:00:00Z');
  history = openHistory({ store: folder, provider: { id: 'sample' }, clock, workers: 1 });
  await history.backfill({ tickers: ['ALFA'], intervals: ['1m'], ...RANGE });
});
afterEach(async () => {
  await history.close();
  await rm(folder, { recursive: true });
});

const minutesOf = (month: string): string => `bars/interval=1m/ticker=ALFA/period=${month}/bars.parquet`;
const OCTOBER = minutesOf('2026-10');
const rotted = (start: string, end: string): string =>
  `${OCTOBER} is damaged: its rows do not decode: some of its bytes are not those that were written; ` +
  `fetch its bars again: backfill --provider sample --tickers ALFA --interval 1m --start ${start} --end ${end}`;
const ROTTED = rotted('2026-10-28', '2026-10-30');

const derive = (range: BackfillOptions): Promise<RunSummary> =>
  history.backfill({ tickers: ['ALFA'], intervals: ['1d'], derive: true, ...range });

const derivedDays = async (): Promise<string[]> => {
  const bars = await history.read({ ticker: 'ALFA', interval: '1d' });
  return bars.map(({ ts }) => new Date(ts).toISOString().slice(5, 10));
};
const DAYS_OF_NOVEMBER = ['11-02', '11-03', '11-04', '11-05', '11-06', '11-09', '11-10'];

describe('bars derived from minutes of which a file is damaged', () => {
  it('are all that were asked for where that file has none of them, and it is named', async () => {
    await rotRows(join(folder, OCTOBER));
    expect(await derive(NOVEMBER)).toMatchObject({
      ...{ failed: 0, failures: [], bars: 7 },
      notRead: [rotted('2026-10-01', '2026-10-31')],
    });
    expect(await derivedDays()).toEqual(DAYS_OF_NOVEMBER);
  });

  it('are those of the other files, and the failure names what the rest is missing for', async () => {
    await rotRows(join(folder, OCTOBER));
    const { failed, failures, bars } = await derive(RANGE);
    const message = `3 of 10 sessions stay missing: not all of their 1m bars can be read: ${ROTTED}`;
    expect([failed, failures.map((failure) => failure.message), bars]).toEqual([1, [message], 7]);
    expect(await derivedDays()).toEqual(DAYS_OF_NOVEMBER);
  });

  it('are made of the rest too once that is fetched again', async () => {
    await rotRows(join(folder, OCTOBER));
    await derive(RANGE);
    await history.backfill({ tickers: ['ALFA'], intervals: ['1m'], ...RANGE });
    expect(await derive(RANGE)).toMatchObject({ failed: 0, bars: 3, notRead: [] });
    expect(await derivedDays()).toEqual(['10-28', '10-29', '10-30', ...DAYS_OF_NOVEMBER]);
  });

  it('are none where all of them are in such files, and it is not said that there are no minutes', async () => {
    await rotRows(join(folder, OCTOBER));
    const { failures, notRead } = await derive({ start: '2026-10-28', end: '2026-10-30' });
    expect(failures.map(({ code, message }) => [code, message])).toEqual([['store-corrupt', ROTTED]]);
    expect(notRead).toEqual([]);
  });

  it('are those of the other files too where a folder lies in place of a file', async () => {
    await rm(join(folder, OCTOBER));
    await mkdir(join(folder, OCTOBER));
    const { failures, bars } = await derive(RANGE);
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringContaining(
        `3 of 10 sessions stay missing: not all of their 1m bars can be read: ${OCTOBER} `,
      ),
    ]);
    expect(bars).toBe(7);
  });
});
