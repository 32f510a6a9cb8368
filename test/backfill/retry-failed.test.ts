import { describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { BackfillRequest } from '../../src/backfill/plan/prepare.ts';
import { recordedRuns } from '../../src/backfill/run/run-record.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { leftSeries, requestOfLeft } from '../../src/backfill/want/left-series.ts';
import type { RangeOptions } from '../../src/backfill/want/wanted.ts';
import { BackfillError, type ErrorCode } from '../../src/core/errors.ts';
import { MS_PER_DAY, formatDay, parseDay } from '../../src/core/session/day.ts';
import type { BarRequest, Provider } from '../../src/providers/provider.ts';
import { toolsInProcess } from './in-process.ts';
import { beginEmpty, now, setNow, store } from './store-at.ts';
import { sample } from './vendor.ts';

beginEmpty();

const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'ELNA'];
const MAY = { tickers: TICKERS, start: '2025-05-01', end: '2025-05-30' } as const;

let asked: BarRequest[] = [];

/** The sample market, of which some tickers are refused. */
function vendor(refused: Readonly<Record<string, ErrorCode>> = {}): Provider {
  return {
    ...sample,
    fetchBars: async (request) => {
      asked.push(request);
      const code = refused[request.series.ticker];
      if (code !== undefined) throw new BackfillError(code, `${code} of ${request.series.ticker}`);
      return sample.fetchBars(request);
    },
  };
}

function run(request: BackfillRequest, provider = vendor(), stopAfter?: number): Promise<RunSummary> {
  asked = [];
  const stopping = new AbortController();
  const tools = toolsInProcess(provider, store, () => now);
  return backfill(request, {
    ...tools,
    stop: stopping.signal,
    onEvent: ({ type }) => {
      if (type === 'finished' && asked.length === stopAfter) stopping.abort();
    },
  });
}

const left = async () =>
  leftSeries(await recordedRuns(store, 20), sample.capabilities.id, await store.scan(), now);

const named = async (): Promise<string[]> =>
  (await left()).map(({ ticker, interval, why }) => `${ticker} ${interval} ${why}`);

async function retry(range: RangeOptions = {}, provider = vendor()): Promise<RunSummary> {
  setNow(now + 60_000);
  return run({ ...range, ...requestOfLeft(await left(), range) }, provider);
}

describe('what a run left undone', () => {
  it('is what failed, and not what cannot be had', async () => {
    const summary = await run(MAY, vendor({ BRIQ: 'provider-fault', CORV: 'unknown-ticker' }));
    expect(summary.left.flatMap(({ tickers }) => tickers)).toEqual(['BRIQ']);
    expect(await named()).toEqual(['BRIQ 1d failed']);
    await retry();
    expect(asked.map(({ series }) => series.ticker)).toEqual(['BRIQ']);
    expect(await left()).toEqual([]);
  });

  it('is what it did not get to', async () => {
    const summary = await run(MAY, vendor(), 2);
    expect(summary).toMatchObject({ stopped: { reason: 'interrupted' }, notRun: 2 });
    expect(summary.left).toEqual([
      { why: 'not-run', interval: '1d', from: '2025-05-01', to: '2025-05-30', tickers: ['CORV', 'ELNA'] },
    ]);
    expect(await retry()).toMatchObject({ fetched: 2, series: 2 });
    expect(await left()).toEqual([]);
  });

  it('stays so until it is stored, whoever ran since', async () => {
    await run(MAY, vendor({ BRIQ: 'provider-fault' }));
    setNow(now + 60_000);
    await run({ ...MAY, tickers: ['ELNA'] });
    expect(await named()).toEqual(['BRIQ 1d failed']);
    await retry({}, vendor({ BRIQ: 'timeout' }));
    expect(await named()).toEqual(['BRIQ 1d failed']);
    setNow(now + 60_000);
    await run(MAY);
    expect(await left()).toEqual([]);
  });

  it('is asked for in the sessions of then, or in those that are given', async () => {
    await run(MAY, vendor({ BRIQ: 'provider-fault' }));
    setNow(now + 60_000);
    await retry({ days: 5 }, vendor());
    expect(asked).toHaveLength(1);
    const sessionsOf = async (): Promise<number> =>
      (await store.readBars({ ticker: 'BRIQ', interval: '1d' })).length;
    expect(await sessionsOf()).toBe(5);
    await retry();
    // Those of May beside the last five: what lies between is nobody's wish.
    expect((await store.scan()).series.get('BRIQ 1d')?.coverage.present).toHaveLength(2);
    expect(await left()).toEqual([]);
  });

  it('is fetched again, though it is there, where that was the wish, by the last run alone', async () => {
    await run(MAY);
    setNow(now + 60_000);
    await run({ ...MAY, everything: true }, vendor(), 3);
    expect(await named()).toEqual(['ELNA 1d not-run']);
    expect(await retry()).toMatchObject({ fetched: 1, bars: expect.any(Number) as number });
    expect(asked.map(({ series }) => series.ticker)).toEqual(['ELNA']);
    expect(await left()).toEqual([]);
    expect((await run({ tickers: [], only: new Map() })).series).toBe(0);
    expect(asked).toEqual([]);
  });

  it('is of the provider that was asked', async () => {
    await run(MAY, vendor({ BRIQ: 'provider-fault' }));
    expect(leftSeries(await recordedRuns(store, 20), 'acme', await store.scan(), now)).toEqual([]);
  });

  it('is what an earlier version named in its record', async () => {
    const failure = { interval: '1d', from: '2025-05-01', to: '2025-05-02', message: '' };
    await store.saveRun(now - MS_PER_DAY, {
      provider: sample.capabilities.id,
      startedAt: now - MS_PER_DAY,
      endedAt: now - MS_PER_DAY + 1000,
      failures: [
        { ...failure, ticker: 'BRIQ', code: 'timeout' },
        { ...failure, ticker: 'NONE', code: 'unknown-ticker' },
      ],
    });
    expect(await named()).toEqual(['BRIQ 1d failed']);
  });
});

describe('the life of a member that a run left undone', () => {
  const first = parseDay('2025-05-12');
  const end = parseDay('2025-05-23');
  const WIDE = { start: '2025-04-01', end: '2025-06-30' };
  const daysAsked = (): string[] =>
    asked.map(({ series, range }) => `${series.ticker} ${formatDay(range.from)}..${formatDay(range.to - 1)}`);

  it.each([
    ['of both ends', { from: first, to: end }, 'BRIQ 2025-05-12..2025-05-22'],
    ['without an end', { from: first, to: Number.POSITIVE_INFINITY }, 'BRIQ 2025-05-12..2025-06-30'],
    ['without a beginning', { from: Number.NEGATIVE_INFINITY, to: end }, 'BRIQ 2025-04-01..2025-05-22'],
  ])('%s bounds a retry in other sessions, and the retry of that', async (_, life, days) => {
    setNow(Date.parse('2025-07-05T00:00:00Z'));
    const lives = new Map([['BRIQ', [life]]]);
    await run({ ...MAY, lives }, vendor({ BRIQ: 'provider-fault', CORV: 'provider-fault' }));
    await retry(WIDE, vendor({ BRIQ: 'provider-fault', CORV: 'provider-fault' }));
    expect(daysAsked()).toEqual([days, 'CORV 2025-04-01..2025-06-30']);
    await retry(WIDE);
    expect(daysAsked()).toEqual([days, 'CORV 2025-04-01..2025-06-30']);
  });
});
