import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { type Bar, UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { type DayRange, MS_PER_DAY } from '../../../src/core/session/day.ts';
import { BackfillError, type ErrorCode } from '../../../src/core/errors.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { BarRequest, Provider } from '../../../src/providers/provider.ts';
import { openSample } from '../../../src/providers/sample/index.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { temporaryFolder } from '../../store/fixtures.ts';
import { NOW, SESSIONS, answer, split, stored, want, runWant } from '../received.ts';
import { rowsIn } from '../../store/rows.ts';
import type { RowAnswer } from '../../providers/rows.ts';
import { tellActions } from '../../store/told-actions.ts';

const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(() => folder.remove());

const daysOf = (first: number, last: number): DayRange => ({
  from: SESSIONS[first] ?? 0,
  to: (SESSIONS[last] ?? 0) + 1,
});

/** Bars of sessions by index, worth 100,000 a session each: hardly traded. */
const bars = (from: number, to: number, change: Partial<Bar> = {}): Bar[] =>
  SESSIONS.slice(from, to).map((day) => stored(day, 100 + (day % 7) / 10, change));

async function fill(known: readonly Bar[]): Promise<void> {
  const present = known.map(({ ts }) => ({ from: ts / MS_PER_DAY, to: ts / MS_PER_DAY + 1 }));
  await store.upsert({
    ...{ series: AAPL, calendar: 'XNYS', bars: storedBarsOf(known) },
    learned: { present, provisional: [], absent: [] },
    ...{ identity: UNKNOWN_IDENTITY, fetchedAt: 0 },
  });
}

/** Runs a task for the sessions 10 to 19 against answers, the last of which is repeated. */
async function run(
  answers: readonly (Partial<RowAnswer> | ErrorCode)[],
  { range = daysOf(10, 19), gate = OPEN_GATE }: { range?: DayRange; gate?: Gate } = {},
) {
  const asked: BarRequest[] = [];
  const sample = openSample({ id: 'sample' });
  const provider: Provider = {
    ...sample,
    // What is stored came from it.
    capabilities: { ...sample.capabilities, id: 'test' },
    fetchBars: async (request) => {
      asked.push(request);
      const next = answers[Math.min(asked.length, answers.length) - 1] ?? {};
      await Promise.resolve();
      if (typeof next === 'string') throw new BackfillError(next, next, { retryable: true });
      return answer({ proven: range, ...next });
    },
  };
  const order = want({ series: AAPL, range, gaps: [daysOf(10, 19)], sessions: 10 });
  const result = await runWant(order, NOW, { provider, store, gate, source: 'test', elapsed: () => 0 });
  return { asked: asked.length, result, report: result.ok ? result.report : undefined };
}

describe('an answer', () => {
  it('is judged in the light of the stored bars on both sides of it', async () => {
    await fill([...bars(0, 8), ...bars(8, 9, { volume: 0 }), ...bars(9, 10), ...bars(20, 30)]);
    const { report } = await run([{ bars: bars(11, 19) }]);
    expect(report?.absent).toEqual({ 'no-trades': 2 });
  });

  it('counts as absent only what is: a stored bar that it lacks is kept, and gone', async () => {
    await fill([...bars(0, 16), ...bars(17, 30)]);
    const { report } = await run([{ bars: [...bars(10, 11), ...bars(19, 20)] }]);
    expect(report?.drift['test']).toMatchObject({ gone: 7 });
    expect(Object.values(report?.absent ?? {})).toEqual([1]);
    expect(report?.unavailable).toEqual([]);
    const state = (await store.scan()).series.get('AAPL 1d');
    expect(state?.coverage.absent).toMatchObject([{ from: SESSIONS[16], to: (SESSIONS[16] ?? 0) + 1 }]);
  });

  it('is judged by all splits that the store knows', async () => {
    await fill(bars(0, 10, { volume: 1009 }));
    const actions = [split('2025-07-14', 1 / 20)];
    await tellActions(store, 'AAPL', actions, daysOf(0, 29), 'test', 0);
    const { report } = await run([{ bars: bars(0, 20) }], { range: daysOf(0, 19) });
    expect(report).toMatchObject({ inserted: 10, changed: 0 });
    const volume = { volume: 1009 };
    await fill(bars(10, 20, volume));
    const again = await run([{ bars: bars(10, 20), actions: [] }]);
    expect(again.report).toMatchObject({ bars: 10, changed: 0, revised: 0 });
  });

  it('is counted with what was left out of it, and what is bad of it is kept apart', async () => {
    const bad = bars(10, 20).map((bar, i) => (i === 3 ? { ...bar, high: 1 } : bar));
    const { report } = await run([{ bars: bad, dropped: 7 }]);
    expect(report).toMatchObject({ bars: 9, rejected: 1, dropped: 7, fillers: 0 });
    const { records } = await store.readRejected();
    expect(records.map(({ rows }) => rows.length)).toEqual([1]);
    expect((await run([{ bars: bars(10, 20) }])).report?.rejected).toBe(0);
    expect((await store.readRejected()).records).toHaveLength(1);
  });

  it('has those of its rejected rows counted that are of no session', async () => {
    const bad = bars(10, 20).map((bar, i) => (i === 3 ? { ...bar, high: 1 } : bar));
    const closed = SESSIONS.slice(10, 19)
      .map((day) => day + 1)
      .filter((day) => !SESSIONS.includes(day));
    expect(closed.length).toBeGreaterThan(0);
    const all = [...bad, ...closed.map((day) => stored(day, 101, { high: 102, volume: day % 997 }))].toSorted(
      (a, b) => a.ts - b.ts,
    );
    const { report } = await run([{ bars: all }]);
    expect(report).toMatchObject({ rejected: closed.length + 1, offSession: closed.length });
  });

  it('has its fillers counted', async () => {
    const idle = bars(10, 20).map((bar, i) =>
      i > 1 ? { ...bar, open: 100, high: 100, low: 100, close: 100, volume: 0 } : bar,
    );
    const { report } = await run([{ bars: idle }]);
    expect(report?.fillers).toBeGreaterThan(5);
    expect((report?.bars ?? 0) + (report?.fillers ?? 0)).toBe(10);
  });
});

describe('an answer without the last sessions', () => {
  it('is asked for again only if more than five are missing and nobody says why', async () => {
    expect((await run([{ bars: bars(10, 15) }])).asked).toBe(1);
    expect((await run([{ bars: bars(10, 14) }])).asked).toBe(3);
    expect((await run([{ bars: bars(10, 14) }, { bars: bars(10, 20) }])).asked).toBe(2);
    expect((await run([{ bars: bars(10, 14), delistedOn: SESSIONS[14] ?? 0 }])).asked).toBe(1);
    expect((await run([{ bars: [] }])).asked).toBe(1);
  });

  it('of which it tells that they traded leaves them missing: none is told as absent', async () => {
    const { report } = await run([{ bars: bars(10, 14), lastTrade: SESSIONS[18] ?? 0 }]);
    expect([report?.missing, report?.absent]).toEqual([6, {}]);
  });
});

describe('an answer without a row', () => {
  it('is left to the end of the run', async () => {
    const { report } = await run([{}]);
    expect(report?.unconfirmed?.absent).toMatchObject([
      { by: [{ reason: 'vendor-empty' }], ...daysOf(10, 19) },
    ]);
    expect((await store.scan()).series.size).toBe(0);
  });

  it('is left too if it is about young sessions only', async () => {
    const young = daysOf(28, 29);
    const order = want({ series: AAPL, range: young, gaps: [young], sessions: 2 });
    const sample = openSample({ id: 'sample' });
    const provider: Provider = { ...sample, fetchBars: () => Promise.resolve(answer({ proven: young })) };
    const result = await runWant(order, NOW, {
      provider,
      store,
      gate: OPEN_GATE,
      source: 'test',
      elapsed: () => 0,
    });
    expect(result.ok && result.report.unconfirmed?.absent).toMatchObject([
      { by: [{ reason: 'not-yet-published' }] },
    ]);
  });

  it('is recorded at once if the provider says that there is none, or why', async () => {
    const saysNo = await run(['no-data']);
    expect(saysNo.report).toMatchObject({ unconfirmed: null, absent: { 'vendor-empty': 10 } });
    expect((await store.scan()).series.get('AAPL 1d')?.coverage.absent).toHaveLength(1);
    const delisted = await run([{ delistedOn: SESSIONS[5] ?? 0 }]);
    expect(delisted.report).toMatchObject({ unconfirmed: null, absent: { delisted: 10 } });
    const unusable = [{ ts: (SESSIONS[12] ?? 0) * MS_PER_DAY, reason: 'empty', row: {} }];
    expect((await run([{ unusable }])).report?.unconfirmed).toBeNull();
  });

  it('proves nothing while the provider is throttling', async () => {
    const gate: Gate = { ...OPEN_GATE, isThrottling: () => Promise.resolve(true) };
    const { asked, result } = await run([{}], { gate });
    expect(result).toMatchObject({ ok: false, error: { code: 'provider-fault', retryable: true } });
    expect(asked).toBe(1);
    expect((await run([{ bars: bars(10, 20) }], { gate })).report?.bars).toBe(10);
  });
});

describe('an answer that contradicts the store', () => {
  const contradiction = bars(0, 20).map((bar) =>
    bar.ts / MS_PER_DAY >= (SESSIONS[3] ?? 0) ? doubled(bar) : bar,
  );
  const range = daysOf(0, 19);

  it('is asked for three times, and changes nothing', async () => {
    await fill(bars(0, 10));
    const { asked, result } = await run([{ bars: contradiction }], { range });
    expect(asked).toBe(3);
    expect(result).toMatchObject({ ok: false, error: { code: 'bad-answer' } });
    expect(await rowsIn(store, AAPL)).toEqual(bars(0, 10));
  });

  it('in one bar is asked for three times, then believed', async () => {
    await fill(bars(0, 10));
    const one = bars(0, 20).map((bar) => (bar.ts / MS_PER_DAY === SESSIONS[3] ? doubled(bar) : bar));
    const { asked, result } = await run([{ bars: one }], { range });
    expect([asked, result.ok]).toEqual([3, true]);
    expect(await store.readRevisions(AAPL)).toHaveLength(1);
  });

  it('once is not believed', async () => {
    await fill(bars(0, 10));
    expect((await run([{ bars: contradiction }, { bars: bars(0, 20) }], { range })).report?.inserted).toBe(
      10,
    );
  });

  it('is asked for once while the provider is throttling', async () => {
    await fill(bars(0, 10));
    const gate: Gate = { ...OPEN_GATE, isThrottling: () => Promise.resolve(true) };
    expect((await run([{ bars: contradiction }], { range, gate })).asked).toBe(1);
  });
});

function doubled(bar: Bar): Bar {
  const { open, high, low, close } = bar;
  return { ...bar, open: open * 1.7, high: high * 1.7, low: low * 1.7, close: close * 1.7 };
}
