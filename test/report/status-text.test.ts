import { describe, expect, it } from 'vitest';
import { nextBatchLine } from '../../src/report/batches-text.ts';
import { lastRunText } from '../../src/report/last-run-text.ts';
import { neverBegunText } from '../../src/report/left-text.ts';
import { UNBOUNDED, wrapped } from '../../src/report/page.ts';
import {
  type LastRunOfSeries,
  type SeriesStatus,
  type StoreStatus,
  seriesStatusText,
  statusText,
} from '../../src/report/status-text.ts';
import { asPasted, type SameAsHere, storeOption } from '../../src/report/told-commands.ts';

const AT = Date.parse('2026-11-20T21:15:00Z');
const TICKERS = Array.from({ length: 8 }, (_, i) => `T${i}`);

const STATUS: StoreStatus = {
  ...{ store: '/srv/prices/of/all/the/exchanges/that/we/follow', empty: null, damaged: 2, bars: 1_234_567 },
  ...{ series: 1500, tickers: 1200, intervals: { '1m': 300, '1d': 1200 }, bytes: 4_200_000_000 },
  writer: { pid: 4711, host: 'prices-1', command: 'backfill @tickers.txt --days 30', since: AT },
  last: {
    ...{ id: 'x', provider: 'alphavantage', startedAt: AT, endedAt: AT },
    ...{ fetched: 8, failed: 7, unavailable: 2, notRun: 1183 },
    stopped: { reason: 'quota-exhausted', message: 'the requests of the day are used up' },
  },
  left: {
    series: TICKERS.map((ticker, i) => ({
      ...{ ticker, interval: '1d', runId: 'x', days: [], again: false },
      why: i < 7 ? 'failed' : 'not-run',
    })),
    ...{
      provider: 'alphavantage',
      neverBegun: [],
      last: null,
      ofOthers: { alpaca: 3, 'derived-1m': 1 },
      unnamed: 0,
      damaged: [],
      unrecorded: ['AAPL'],
      spoilt: ['20260301T230000Z-0a1b'],
    },
  },
  keys: [
    { provider: 'alpaca', variable: 'APCA_API_KEY_ID', isThere: true },
    { provider: 'alpaca', variable: 'APCA_API_SECRET_KEY', isThere: false },
  ],
  unusedQuotas: 0,
  quotas: [
    { provider: 'acme', key: 'none', port: 8080, windows: [], opens: null },
    {
      ...{ provider: 'alphavantage', key: 'another', port: null },
      windows: [
        { requests: 25, perMs: 86_400_000, used: 25, next: { at: AT, inMs: 7_200_000, isTomorrow: false } },
        { requests: 1, perMs: 1000, used: null, next: null },
      ],
      opens: { at: AT, inMs: 7_200_000, isTomorrow: false },
    },
  ],
};

/** As whoever prints a line breaks it. */
function fittedAgain(line: string, columns: number, here: SameAsHere): string[] {
  const text = line.trimStart();
  return wrapped(asPasted(text, here), columns, { indent: line.length - text.length, wholeWords: true });
}

const SERIES: SeriesStatus = {
  ...{ ticker: 'TARN', interval: '1d', calendar: 'XNYS', advisory: true, standing: 'incomplete' },
  ...{
    first: '2020-01-02',
    last: '2023-06-29',
    expected: 900,
    present: 860,
    provisional: 0,
    unsure: 0,
    lacking: 0,
  },
  ...{
    absent: 30,
    absentByReason: { delisted: 28, 'no-trades': 2 },
    missing: 10,
    coverage: 98.85,
    rows: 860,
  },
  ...{
    holes: 0,
    holesAround: 0,
    holesRejected: 0,
    unavailable: [],
    provisionalSessions: [],
    lackingSessions: [],
  },
  ...{
    fetchedAt: null,
    missingSessions: [],
    damaged: ['bars/interval=1d/ticker=TARN/period=all/bars.parquet'],
  },
  missingRuns: Array.from({ length: 6 }, (_, i) => ({
    from: `2021-0${i + 1}-04`,
    to: i < 5 ? `2021-0${i + 1}-05` : '2021-06-04',
    sessions: i < 5 ? 2 : 1,
  })),
  absences: [
    ['no-trades', '2022-03-01'],
    ['no-trades', '2022-04-01'],
    ['delisted', '2023-06-30'],
  ].map(([reason, day]) => ({
    ...{ from: day ?? '', to: day ?? '', sessions: 1, provider: 'acme', checkedAt: '', nextRetryAt: null },
    ...{ reason: reason as 'delisted', attempts: 1 },
  })),
  ...{
    sources: ['acme', 'yahoo'],
    stale: 0,
    splits: 1,
    dividends: 12,
    actionsUnknown: 0,
    currency: 'USD',
    exchange: null,
    type: 'equity',
  },
  ...{ listed: '2010-01-04', delistedFrom: '2023-06-30' },
  lastRun: { id: 'x', provider: 'acme', endedAt: AT, outcome: 'not-run' },
};

describe('a status', () => {
  it.each([60, 80])(
    'is broken once at %i columns, however long its commands are where they can be pasted',
    (columns) => {
      const here = { store: storeOption('a-store-of-some-longer-name'), source: '' };
      const status = { ...STATUS, series: 0, damaged: 0, empty: null };
      const lines = statusText(status, { ...UNBOUNDED, columns }, here);
      expect(lines.flatMap((line) => fittedAgain(line, columns, here))).toEqual(lines);
      const text = lines.join('\n');
      expect(text).toContain('backfill --store a-store-of-some-longer-name AAPL --days 252');
      expect(text).toMatch(/\n {11}(fetches )?a year of one ticker\n/);
    },
  );

  it.each([
    ['the run was stopped', '0 fetched; the run was stopped'],
    ['the run was stopped between two batches', '0 fetched; the run was stopped between two batches'],
    ['it was begun and has not ended', '0 fetched; stopped: it was begun and has not ended'],
  ])('says of a run once that %s', (message, said) => {
    const counts = { fetched: 0, failed: 0, unavailable: 0, notRun: 0 };
    const run = { id: 'x', provider: 'sample', startedAt: AT, endedAt: AT, ...counts };
    expect(lastRunText({ ...run, stopped: { reason: 'interrupted', message } })).toBe(
      `2026-11-20 21:15 UTC, from sample: ${said}`,
    );
  });

  it('of a store is a line a fact', () => {
    const lines = statusText(STATUS, UNBOUNDED);
    expect(lines.slice(0, 10)).toEqual([
      'store      /srv/prices/of/all/the/exchanges/that/we/follow',
      '           1,500 series of 1,200 tickers (300 of 1m, 1,200 of 1d), 1,234,567 bars, 4.2 GB',
      '           2 files are damaged, or were and are not fetched again: backfill doctor tells which',
      '           being written by backfill @tickers.txt --days 30 (pid 4711 on prices-1 since 2026-11-20 21:15 UTC)',
      'last run   2026-11-20 21:15 UTC, from alphavantage: 8 fetched, 7 failed, 2 cannot be had, 1,183 not run; ' +
        'stopped: the requests of the day are used up',
      'left       7 failed, 1 not run (T0, T1, T2, T3, T4 and 3 more): backfill --retry-failed asks for these alone',
      '           3 series that runs from alpaca left: backfill --retry-failed --provider alpaca asks for these',
      '           1 series that runs from derived-1m left: backfill --retry-failed --derive asks for these',
      '           runs/20260301T230000Z-0a1b.json is not as it was saved: what that run left is not known; run its whole command ' +
        'again, then backfill doctor --fix sets the record aside',
      '           AAPL came after that, of a run that left no record (it was killed, or goes on)',
    ]);
    expect(lines[12]).toBe('quotas     acme at port 8080: no limit is declared, and nothing was counted');
    expect(lines[13]).toMatch(
      /^ {11}alphavantage with another key: 25 of 25 req\/day used, counted anew at [^;]*; 1 req\/s, by spacing; opens again at /,
    );
  });

  it('never breaks between an option and its value, however narrow the terminal', () => {
    const rest = { provider: 'sample', tickers: 32, first: 4, last: 7, of: 7, startBatch: 3 };
    const status = { ...STATUS, left: { ...STATUS.left, neverBegun: [rest] } };
    for (let columns = 30; columns <= 200; columns++) {
      const page = { ...UNBOUNDED, columns };
      expect(statusText(status, page).join('\n')).toContain(' --start-batch 3\n');
      expect(wrapped(neverBegunText(rest), columns, { hang: 2 }).join('\n')).toContain(' --start-batch 3');
      expect(wrapped(nextBatchLine({ number: 4, of: 7 }), columns).join('\n')).toContain('--start-batch 3');
    }
  });

  it('of quotas names those in use, and how many records there are besides', () => {
    const lines = (status: Partial<StoreStatus>) =>
      statusText({ ...STATUS, ...status }, UNBOUNDED).filter((line) => /^quotas|record/.test(line));
    const whose =
      'of keys that are not at hand or servers on this machine: nothing of their limits is used now';
    expect(lines({ quotas: [] })).toContain('quotas     nothing was counted yet');
    expect(lines({ quotas: [], unusedQuotas: 1 })).toContain(`quotas     1 record ${whose}`);
    expect(lines({ unusedQuotas: 90 })).toContain(`           90 more records ${whose}`);
    expect(lines({}).join('\n')).not.toContain(whose);
  });

  it('of a series with one gap more than are named says so', () => {
    const missingRuns = SERIES.missingRuns.slice(0, 5);
    expect(seriesStatusText([{ ...SERIES, missing: 1, missingRuns }], UNBOUNDED)).toContain(
      '  gaps     1 session: 2021-01-04..2021-01-05, 2021-02-04..2021-02-05, 2021-03-04..2021-03-05, ' +
        '2021-04-04..2021-04-05 and 1 more gap',
    );
  });

  it('of a series is a line a fact', () => {
    expect(seriesStatusText([SERIES], UNBOUNDED)).toEqual([
      'TARN 1d (equity, USD)',
      '  bars     2020-01-02..2023-06-29, 860 bars from acme, yahoo',
      '  known    860 of 900 sessions stored, coverage 98.85%, by a guess at its calendar',
      '  gaps     10 sessions: 2021-01-04..2021-01-05, 2021-02-04..2021-02-05, 2021-03-04..2021-03-05, ' +
        '2021-04-04..2021-04-05 and 2 more gaps',
      '  absent   28 delisted (acme): 2023-06-30',
      '           2 no-trades (acme): 2022-03-01..2022-04-01',
      '  actions  1 split, 12 dividends',
      '  life     listed 2010-01-04, delisted from 2023-06-30 on',
      '  damaged  bars/interval=1d/ticker=TARN/period=all/bars.parquet',
      '  last run 2026-11-20 21:15 UTC, from acme: did not get to it',
    ]);
    const lastRunOf = (lastRun: LastRunOfSeries) =>
      seriesStatusText([{ ...SERIES, lastRun }], UNBOUNDED).at(-1);
    const killed = { endedAt: AT, outcome: 'interrupted' } as const;
    expect(lastRunOf({ ...killed, id: null, provider: null })).toBe(
      '  last run 2026-11-20 21:15 UTC, of a run that is not on record: stored what came, and has not ended: it goes on, or was killed',
    );
    expect(lastRunOf({ ...killed, id: 'x', provider: 'acme' })).toContain(
      ', from acme: stored what came, and has',
    );
  });

  it('says of how many sessions splits and dividends are not known', () => {
    const raw = { ...SERIES, splits: 0, dividends: 0, actionsUnknown: 143 };
    expect(seriesStatusText([raw], UNBOUNDED)).toContain(
      '  actions  0 splits, 0 dividends; not known of 143 sessions',
    );
  });

  it('of derived bars says where their minutes have changed', () => {
    expect(seriesStatusText([{ ...SERIES, stale: 2 }], UNBOUNDED)).toContain(
      '  stale    2 sessions whose bars are not what their 1m bars give now: ' +
        'backfill check-data --issues --tickers TARN --interval 1d tells which',
    );
  });

  it.each([80, 60])('is no wider than %i columns, and breaks no command', (columns) => {
    const page = { columns, isWhole: false, hasColours: false };
    const lines = [...statusText(STATUS, page), ...seriesStatusText([SERIES], page)];
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines.join('\n')).toContain('backfill --retry-failed');
  });
});
