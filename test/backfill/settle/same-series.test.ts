import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import type { SeriesResult } from '../../../src/backfill/runner.ts';
import { settleSameSeries } from '../../../src/backfill/settle/same-series.ts';
import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { type DayRange, MS_PER_DAY } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { Want } from '../../../src/core/plan/task.ts';
import { contains } from '../../../src/core/session/ranges.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { temporaryFolder } from '../../store/fixtures.ts';
import { NOW, SESSIONS, bars, done, settled, span, want } from '../received.ts';
import { rowsIn } from '../../store/rows.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(() => folder.remove());

/** The first two weeks of June are stored; the second one is what the tasks wanted. */
const STORED = span('2025-06-02', '2025-06-13');
const WANTED = span('2025-06-09', '2025-06-13');

function about(ticker: string, interval: Interval = '1d', gaps: readonly DayRange[] = [WANTED]): Want {
  return want({ series: { ticker, interval }, gaps });
}

/** Closes are those given, one a session, or else the days themselves. */
async function fill(ticker: string, fetchedAt = NOW, closes = SESSIONS.slice(0, 10)): Promise<void> {
  const learned = { present: [STORED], provisional: [], absent: [] };
  await store.upsert({
    ...{ series: { ticker, interval: '1d' }, calendar: 'XNYS', learned },
    bars: storedBarsOf(bars(closes).map((bar) => ({ ...bar, fetchedAt }))),
    ...{ identity: UNKNOWN_IDENTITY, fetchedAt },
  });
}

const settle = (results: readonly (readonly [Want, SeriesResult])[]): Promise<SeriesResult[]> =>
  settled(results, (run) => settleSameSeries(run, { store, provider: 'test', now: NOW, startedAt: NOW }));
const daysOf = async (ticker: string): Promise<number[]> =>
  (await rowsIn(store, { ticker, interval: '1d' })).map(({ ts }) => ts / MS_PER_DAY);
const twin = (change: object = {}): SeriesResult => done({ fingerprint: 'abc', inserted: 5, ...change });

describe('tickers that got the very same bars', () => {
  it('are named up to five others, in the order of the alphabet, and counted', async () => {
    const judged = await settle(
      'JIHGFEDCBA'.split('').map((ticker) => [about(ticker), twin({ inserted: 0 })]),
    );
    const said = judged.map((one) =>
      one.ok ? '' : (/bars for (.*): none/.exec(one.error.message)?.[1] ?? ''),
    );
    expect(said[0]).toBe('J and A, B, C, D, E and 4 more');
    expect(said.at(-1)).toBe('A and B, C, D, E, F and 4 more');
  });

  it('lose what was new of them, to quarantine, and are failures that name each other', async () => {
    for (const ticker of ['ALFA', 'BRIQ', 'CORV']) await fill(ticker);
    const other = done({ fingerprint: 'def', inserted: 5 });
    const judged = await settle([
      [about('ALFA'), twin()],
      [about('BRIQ'), other],
      [about('CORV'), twin()],
    ]);
    expect(judged).toMatchObject([
      { ok: false, error: { code: 'bad-answer', retryable: true, ticker: 'ALFA', provider: 'test' } },
      other,
      { ok: false, error: { ticker: 'CORV' } },
    ]);
    const [first] = judged;
    expect(first?.ok === false && first.error.message).toContain(
      'the very same bars for ALFA and CORV: none',
    );
    for (const ticker of ['ALFA', 'CORV']) {
      expect(await daysOf(ticker)).toEqual(SESSIONS.slice(0, 5));
      const { records } = await store.readRejected({ tickers: [ticker] });
      expect(records.map(({ rows, source, fetchedAt }) => [rows.length, source, fetchedAt])).toEqual([
        [5, 'test', NOW],
      ]);
      expect(records[0]?.rows[0]?.reason).toContain('the very same bars');
    }
    expect(await daysOf('BRIQ')).toEqual(SESSIONS.slice(0, 10));
    const present = (await store.scan()).series.get('ALFA 1d')?.coverage.present ?? [];
    expect(SESSIONS.filter((day) => contains(present, day))).toEqual(SESSIONS.slice(0, 5));
  });

  it('lose values that changed, but not what was only confirmed', async () => {
    for (const ticker of ['ALFA', 'BRIQ']) await fill(ticker);
    await settle([
      [about('ALFA'), twin({ inserted: 0, changed: 1 })],
      [about('BRIQ'), twin({ inserted: 0, changed: 0 })],
    ]);
    expect(await daysOf('ALFA')).toEqual(SESSIONS.slice(0, 5));
    expect(await daysOf('BRIQ')).toEqual(SESSIONS.slice(0, 10));
    expect((await store.readRejected({ tickers: ['BRIQ'] })).records).toEqual([]);
  });

  it('have back what an answer replaced, of sessions that it was asked for again too, and no earlier bar', async () => {
    const [first, second] = [100, 200].map((close) => SESSIONS.slice(0, 10).map(() => close));
    const last = SESSIONS.slice(0, 10).map((_, i) => (i < 5 ? 200 : 300));
    for (const [ticker, at, closes] of [
      ['ALFA', NOW - MS_PER_DAY, first],
      ['ALFA', NOW - 1, second],
      ['ALFA', NOW, last],
      ['BRIQ', NOW, last],
    ] as const)
      await fill(ticker, at, closes);
    await settle([
      [about('ALFA'), twin({ inserted: 0, changed: 5, revised: 5 })],
      [about('BRIQ'), twin({ inserted: 0 })],
    ]);
    const closesOf = async (ticker: string): Promise<number[]> =>
      (await rowsIn(store, { ticker, interval: '1d' })).map(({ close }) => close);
    expect(await closesOf('ALFA')).toEqual(second);
    expect(await closesOf('BRIQ')).toEqual(last);
    const present = (await store.scan()).series.get('ALFA 1d')?.coverage.present ?? [];
    expect(SESSIONS.filter((day) => contains(present, day))).toEqual(SESSIONS.slice(0, 10));
  });

  it.each([
    ['stay where a few of them were corrected alike', [1, 1], [true, true]],
    ['are refused where most of what they repeat was another’s', [3, 4], [false, false]],
    ['are refused of the one that had others before', [0, 1], [true, false]],
  ])('in all, with too few new ones, %s', async (_, revised, areKept) => {
    const judged = await settle(
      ['ALFA', 'BRIQ'].map((ticker, i) => {
        const counts = { inserted: 0, changed: revised[i] ?? 0, revised: revised[i] ?? 0 };
        const drift = { test: { compared: 4, changed: counts.revised, gone: 0, worst: 0.1 } };
        return [about(ticker), done({ ...counts, drift, answered: 'abc' })];
      }),
    );
    expect(judged.map(({ ok }) => ok)).toEqual(areKept);
  });

  it('name all others once, though several tasks of each agree', async () => {
    const [first] = await settle([
      [about('ALFA'), twin({ inserted: 0 })],
      [about('BRIQ'), twin({ inserted: 0 })],
      [about('BRIQ'), twin({ inserted: 0 })],
      [about('CORV'), twin({ inserted: 0 })],
    ]);
    expect(first?.ok === false && first.error.message).toContain('for ALFA and BRIQ, CORV: none');
  });

  it('are none if they are one ticker, of two intervals, or had too few bars to tell', async () => {
    const results: (readonly [Want, SeriesResult])[] = [
      [about('ALFA'), twin()],
      [about('ALFA'), twin()],
      [about('BRIQ', '1h'), twin()],
      [about('CORV'), done({ inserted: 1 })],
      [about('DUNO'), done({ inserted: 1 })],
    ];
    expect(await settle(results)).toEqual(results.map(([, result]) => result));
  });
});
