import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runTask } from '../../src/backfill/task/run-task.ts';
import type { SeriesResult } from '../../src/backfill/runner.ts';
import type { Bar } from '../../src/core/bars/bars.ts';
import { BackfillError } from '../../src/core/errors.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { ListRequest, Part, Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { SESSIONS, answer, stored, want } from './received.ts';

const RANGE = { from: SESSIONS[0] ?? 0, to: (SESSIONS[9] ?? 0) + 1 };

/** Bars of the first ten sessions, on a level of their own. */
const barsOf = (level: number, without: readonly number[] = []): Bar[] =>
  SESSIONS.slice(0, 10)
    .map((day, i) => stored(day, level + i / 8))
    .filter((_, i) => !without.includes(i));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(() => folder.remove());

const wantOf = (ticker: string) =>
  want({ id: ticker, series: { ticker, interval: '1d' }, range: RANGE, gaps: [RANGE], sessions: 10 });

/** Runs one task for some tickers; gives the results by ticker, and what was asked. */
async function run(tickers: readonly string[], reply: (ticker: string, asked: number) => Part) {
  const asked: (readonly string[])[] = [];
  const parts = (of: readonly string[]): Part[] => {
    asked.push(of);
    return of.map((ticker) => reply(ticker, asked.length)).toReversed();
  };
  const sample = openSample({ id: 'sample' });
  const provider: Provider = {
    ...sample,
    capabilities: { ...sample.capabilities, id: 'test', metered: true },
    fetchList: async ({ tickers: of }: ListRequest) => parts(of),
    fetchBars: async ({ series }) => {
      const [part] = parts([series.ticker]);
      if (part !== undefined && 'answer' in part) return part.answer;
      throw part?.error;
    },
  };
  const wants = tickers.map(wantOf);
  const task = { id: 'list', wants, requests: 1, partitions: [] };
  const { series } = await runTask(task, Date.parse('2025-07-16T12:00:00Z'), {
    ...{ provider, store, gate: OPEN_GATE, source: 'test', elapsed: () => 0 },
  });
  expect(series).toHaveLength(tickers.length);
  const results = Object.fromEntries(tickers.map((ticker, i) => [ticker, series[i] as SeriesResult]));
  return { results, asked };
}

const told = (ticker: string, bars: readonly Bar[]): Part => ({
  ticker,
  answer: answer({ proven: RANGE, bars }),
});
const level: Readonly<Record<string, number>> = { ALFA: 100, BRIQ: 200, CORV: 300 };
const sound = (ticker: string): Part => told(ticker, barsOf(level[ticker] ?? 0));
const storedOf = async (ticker: string): Promise<number> =>
  (await rowsIn(store, { ticker, interval: '1d' })).length;

describe('a request for several series', () => {
  it('stores each by its own answer, whatever the order of the parts', async () => {
    const { results, asked } = await run(['ALFA', 'BRIQ', 'CORV'], sound);
    expect(asked).toEqual([['ALFA', 'BRIQ', 'CORV']]);
    for (const [ticker, result] of Object.entries(results)) {
      expect(result).toMatchObject({ ok: true, report: { inserted: 10, present: 10 } });
      const [first] = await rowsIn(store, { ticker, interval: '1d' });
      expect(first).toMatchObject({ close: level[ticker], source: 'test' });
    }
  });

  it('lets one fail alone', async () => {
    const error = new BackfillError('unknown-ticker', 'test does not know BRIQ');
    const { results, asked } = await run(['ALFA', 'BRIQ', 'CORV'], (ticker) =>
      ticker === 'BRIQ' ? { ticker, error } : sound(ticker),
    );
    expect(asked).toHaveLength(1);
    expect(results).toMatchObject({
      ALFA: { ok: true },
      BRIQ: { ok: false, error: { code: 'unknown-ticker', ticker: 'BRIQ', provider: 'test' } },
      CORV: { ok: true },
    });
    expect([await storedOf('ALFA'), await storedOf('BRIQ'), await storedOf('CORV')]).toEqual([10, 0, 10]);
  });

  it('takes one’s saying that there is nothing for its answer', async () => {
    const error = new BackfillError('no-data', 'nothing in this range');
    const { results } = await run(['ALFA', 'BRIQ'], (ticker) =>
      ticker === 'BRIQ' ? { ticker, error } : sound(ticker),
    );
    expect(results).toMatchObject({ BRIQ: { ok: true, report: { absent: { 'vendor-empty': 10 } } } });
  });

  it('is made again only for those whose answer leaves doubts', async () => {
    const cut = (ticker: string): Part => told(ticker, barsOf(level[ticker] ?? 0, [4, 5, 6, 7, 8, 9]));
    const { results, asked } = await run(['ALFA', 'BRIQ', 'CORV'], (ticker, times) => {
      if (ticker === 'ALFA') return sound(ticker);
      return ticker === 'BRIQ' && times === 2 ? sound(ticker) : cut(ticker);
    });
    expect(asked).toEqual([['ALFA', 'BRIQ', 'CORV'], ['BRIQ', 'CORV'], ['CORV']]);
    expect(results).toMatchObject({
      ALFA: { ok: true, report: { present: 10 } },
      BRIQ: { ok: true, report: { present: 10 } },
      CORV: { ok: true, report: { present: 4, absent: { 'vendor-empty': 6 } } },
    });
  });

  it('fails whole where nobody answers', async () => {
    const sample = openSample({ id: 'sample' });
    const fetchList = () => Promise.reject(new BackfillError('network', 'no answer', { retryable: true }));
    const wants = ['ALFA', 'BRIQ'].map(wantOf);
    const { series } = await runTask({ id: 'list', wants, requests: 1, partitions: [] }, 0, {
      ...{ provider: { ...sample, fetchList }, store, gate: OPEN_GATE, source: 'test', elapsed: () => 0 },
    });
    expect(series).toMatchObject([
      { ok: false, error: { code: 'network', ticker: 'ALFA' } },
      { ok: false, error: { code: 'network', ticker: 'BRIQ' } },
    ]);
  });

  it('leaves a series missing of which no part came', async () => {
    const { results } = await run(['ALFA', 'BRIQ'], (ticker) => ({
      ...sound('ALFA'),
      ticker: ticker === 'BRIQ' ? 'ALFA' : ticker,
    }));
    expect(results).toMatchObject({ ALFA: { ok: true }, BRIQ: { ok: false, error: { code: 'internal' } } });
  });
});
