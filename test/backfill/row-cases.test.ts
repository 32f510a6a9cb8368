import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { formatDay, utcDayOf } from '../../src/core/session/day.ts';
import { isOutsideRange } from '../../src/core/checks/outside-range.ts';
import { openCsv } from '../../src/providers/csv/index.ts';
import type { Basis } from '../../src/providers/provider.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { toolsInProcess } from './in-process.ts';
import { caseOf } from '../cases.ts';
import { CASES, describeWith } from '../needs.ts';
import { rowsIn } from '../store/rows.ts';

describeWith(CASES)('of the rows of a case', () => {
  let folder = '';
  let store: BarStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-row-cases-'));
    store = openStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Fills a ticker of a folder from the first to the last date of its file, which are given too. */
  async function fill(
    path: string,
    ticker: string,
    basis: Basis,
  ): Promise<{ summary: RunSummary; dates: string[] }> {
    const [, ...lines] = readFileSync(caseOf(`${path}/${ticker}.csv`), 'utf8')
      .trim()
      .split('\n');
    const priced = lines.map((line) => line.split(',')).filter(([, open]) => open !== '');
    const dates = priced.map(([date = '']) => date).toSorted();
    const provider = openCsv({ id: 'csv', url: caseOf(path), settings: { basis } });
    const request = { tickers: [ticker], start: dates[0] ?? '', end: dates.at(-1) ?? '' };
    const now = (): number => Date.parse('2026-11-21T12:00:00Z');
    return { summary: await backfill(request, toolsInProcess(provider, store, now)), dates };
  }

  it.each([
    ['ELCO.L', 'ELCO-L-1d-bad-div-fixed', 309],
    ['TENT.L', 'TENT-L-1d-bad-div-fixed', 117],
    ['PSH.L', 'PSH-L-1d-bad-div-fixed', 1],
  ])(
    '%s, a thin share, no session is lost, and the bars outside their range are as they came',
    async (...of) => {
      const [ticker, path, outside] = of;
      const { summary, dates } = await fill(`yahoo-histories/${path}`, ticker, 'split-adjusted');
      expect(summary).toMatchObject({ failed: 0, rejected: 0, dropped: 0 });
      const bars = await rowsIn(store, { ticker, interval: '1d' });
      const state = (await store.scan()).series.get(`${ticker} 1d`);
      const idle = (state?.coverage.absent ?? []).flatMap((absence) =>
        absence.by.every(({ reason }) => reason === 'no-trades') ? calendarFor(ticker).sessions(absence) : [],
      );
      const told = [...bars.map(({ ts }) => utcDayOf(ts)), ...idle].map(formatDay).toSorted();
      expect(told).toEqual(dates);
      expect(bars.filter(isOutsideRange)).toHaveLength(outside);
    },
  );

  it('CL=F, the days on which oil was negative are stored', async () => {
    const { summary, dates } = await fill('negative-oil', 'CL=F', 'raw');
    expect(summary).toMatchObject({ failed: 0, rejected: 0, fillers: 0, inserted: dates.length });
    const bars = await rowsIn(store, { ticker: 'CL=F', interval: '1d' });
    const on = (date: string) => bars.find(({ ts }) => formatDay(utcDayOf(ts)) === date);
    expect(on('2020-04-20')).toMatchObject({ open: 17.73, high: 17.85, low: -40.32, close: -37.63 });
    expect(on('2020-04-21')).toMatchObject({ open: -14, low: -16.74 });
    expect((await store.examine({ now: 0 })).damages).toEqual([]);
  });

  it.each([
    ['^SPX', 4],
    ['EURUSD=X', 0],
  ])('%s, every row without a volume is stored with volume 0', async (ticker, traded) => {
    const { summary, dates } = await fill('no-volume', ticker, 'raw');
    expect(summary).toMatchObject({ failed: 0, rejected: 0, fillers: 0, inserted: dates.length });
    const bars = await rowsIn(store, { ticker, interval: '1d' });
    expect(bars.filter(({ volume }) => volume !== 0)).toHaveLength(traded);
  });
});
