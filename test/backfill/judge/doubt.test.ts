import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import { settleEmptyAnswers } from '../../../src/backfill/settle/empty-answers.ts';
import { type Bar, UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { NOTHING_KNOWN, stateOf } from '../../../src/core/coverage/coverage.ts';
import { type DayRange, MS_PER_DAY, parseDay } from '../../../src/core/session/day.ts';
import type { Want } from '../../../src/core/plan/task.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { openSample } from '../../../src/providers/sample/index.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { temporaryFolder } from '../../store/fixtures.ts';
import { NOW, SESSIONS, answer, resultsOf, runWant, stored, want } from '../received.ts';
import type { RowAnswer } from '../../providers/rows.ts';

const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(() => folder.remove());

const RANGE: DayRange = { from: SESSIONS[10] ?? 0, to: (SESSIONS[19] ?? 0) + 1 };
const FULL: readonly Bar[] = SESSIONS.slice(10, 20).map((day) => stored(day, 100 + (day % 7) / 10));

interface Asked {
  readonly gate?: Gate;
  readonly now?: number;
  readonly order?: Partial<Want>;
  readonly questions?: number;
}

/** Runs a task against answers, the last of which is repeated, of a provider that each question costs something. */
async function ask(
  answers: readonly Partial<RowAnswer>[],
  { gate = OPEN_GATE, now = NOW, order, questions }: Asked = {},
) {
  let asked = 0;
  const sample = openSample({ id: 'sample' });
  const provider: Provider = {
    ...sample,
    capabilities: { ...sample.capabilities, metered: true },
    fetchBars: () => {
      asked++;
      return Promise.resolve(answer({ proven: RANGE, ...answers[Math.min(asked, answers.length) - 1] }));
    },
  };
  const whole = want({ series: AAPL, range: RANGE, gaps: [RANGE], sessions: 10, ...order });
  const result = await runWant(
    whole,
    now,
    { provider, store, gate, source: 'test', elapsed: () => 0 },
    questions,
  );
  await settleEmptyAnswers(resultsOf([[whole, result]]), { store, provider: 'sample', metered: true, now });
  return { asked, report: result.ok ? result.report : undefined };
}

const known = async () => (await store.scan()).series.get('AAPL 1d')?.coverage ?? NOTHING_KNOWN;
const noteOf = async () => (await known()).absent[0]?.by[0]?.note;

describe('an answer without a row, of an instrument that should have traded', () => {
  it('is asked for again, and the bars that come then are the answer', async () => {
    const { asked, report } = await ask([{}, {}, { bars: FULL }]);
    expect(asked).toBe(3);
    expect(report).toMatchObject({ bars: 10, absent: {}, missing: 0 });
  });

  it('is evidence after three in a row, and says so', async () => {
    const { asked, report } = await ask([{}]);
    expect(asked).toBe(3);
    expect(report).toMatchObject({ absent: { 'vendor-empty': 10 }, missing: 0 });
    expect(await noteOf()).toBe('no row in 3 answers in a row');
  });

  it('is no evidence where the run affords no other question, and waits a little before each', async () => {
    const waits: number[] = [];
    const gate: Gate = { ...OPEN_GATE, pause: async (ms) => void waits.push(ms) };
    expect(await ask([{}], { gate: { ...gate, failed: async () => false } })).toMatchObject({
      asked: 1,
      report: { absent: {}, missing: 10 },
    });
    expect(waits).toEqual([]);
    await ask([{}], { gate });
    expect(waits).toHaveLength(2);
    for (const ms of waits) expect(ms).toBeLessThan(1000);
  });

  it('is asked for once a run where questions are dear, stays missing, and is believed in the third run', async () => {
    const dear = { questions: 1 };
    for (const run of [0, 1]) {
      const now = NOW + run * 60_000;
      expect(await ask([{}], { ...dear, now })).toMatchObject({
        asked: 1,
        report: { missing: 10, absent: {} },
      });
      expect(stateOf(await known(), RANGE.from).state).toBe('missing');
    }
    const third = await ask([{}], { ...dear, now: NOW + 120_000 });
    expect(third).toMatchObject({ asked: 1, report: { missing: 0, absent: { 'vendor-empty': 10 } } });
    expect(stateOf(await known(), RANGE.from)).toMatchObject({
      claim: { reason: 'vendor-empty', attempts: 1 },
    });
  });

  it('is believed session by session: a new one is as doubtful as the first was', async () => {
    const dear = { questions: 1 };
    const earlier: DayRange = { from: RANGE.from, to: SESSIONS[15] ?? 0 };
    for (const run of [0, 1])
      await ask([{}], { now: NOW + run * 60_000, ...dear, order: { gaps: [earlier], sessions: 5 } });
    const { report } = await ask([{}], { now: NOW + 120_000, ...dear });
    expect(report).toMatchObject({ missing: 5, absent: { 'vendor-empty': 5 } });
  });

  it('ends with the doubt as soon as a bar comes', async () => {
    await ask([{}], { questions: 1 });
    await ask([{ bars: FULL }], { questions: 1, now: NOW + 60_000 });
    expect(await known()).toMatchObject({ absent: [] });
  });

  it('is believed at once where the last trade was before the range, which it says', async () => {
    const lastTrade = SESSIONS[9] ?? 0;
    expect((await ask([{ lastTrade }])).asked).toBe(1);
    expect(await noteOf()).toBe('the last trade was on 2025-06-13');
    expect((await ask([{ lastTrade: RANGE.from }])).asked).toBe(3);
  });

  it('is believed at once where it was not listed yet or not any more, and where no session has settled', async () => {
    const listed = (firstTrade: number): Partial<RowAnswer> => ({
      identity: { ...UNKNOWN_IDENTITY, firstTrade },
    });
    expect((await ask([listed(RANGE.to)])).asked).toBe(1);
    expect((await ask([listed(RANGE.to - 1)])).asked).toBe(3);
    expect((await ask([{ delistedOn: RANGE.from }])).asked).toBe(1);
    const open = { from: parseDay('2025-07-16'), to: parseDay('2025-07-17') };
    expect((await ask([{ proven: open }], { order: { range: open, gaps: [open] } })).asked).toBe(1);
  });
});

it('a long tail that is missing is doubted run by run too where questions are dear', async () => {
  const questions = 1;
  const { report } = await ask([{ bars: FULL.slice(0, 3) }], { questions });
  expect(report).toMatchObject({ bars: 3, missing: 7, absent: {} });
  expect(stateOf(await known(), RANGE.to - 1).state).toBe('missing');
  await ask([{ bars: FULL.slice(0, 3) }], { questions, now: NOW + MS_PER_DAY });
  const third = await ask([{ bars: FULL.slice(0, 3) }], { questions, now: NOW + 2 * MS_PER_DAY });
  expect(third.report).toMatchObject({ missing: 0, absent: { 'vendor-empty': 7 } });
});

describe('a long head that is missing', () => {
  const NEWEST = FULL.slice(6);

  it('is doubted as a tail is, and the bars that come then are the answer', async () => {
    expect(await ask([{ bars: NEWEST }])).toMatchObject({ asked: 3, report: { present: 4, missing: 0 } });
    expect(await ask([{ bars: NEWEST }, { bars: FULL }])).toMatchObject({
      asked: 2,
      report: { present: 10 },
    });
  });

  it('stays missing where no other question is allowed', async () => {
    const { asked, report } = await ask([{ bars: NEWEST }], { questions: 1 });
    expect([asked, report?.missing, report?.absent]).toEqual([1, 6, {}]);
  });

  it('is none where the provider dates the ticker, and is not long with five sessions', async () => {
    const identity = { ...UNKNOWN_IDENTITY, firstTrade: SESSIONS[0] ?? 0 };
    expect(await ask([{ bars: NEWEST, identity }])).toMatchObject({ asked: 1 });
    expect(await ask([{ bars: FULL.slice(5) }])).toMatchObject({ asked: 1 });
  });
});

describe('a long hole between bars', () => {
  const without = (...gone: readonly number[]): readonly Bar[] => FULL.filter((_, i) => !gone.includes(i));
  const HOLED = without(2, 3, 4, 5, 6, 7);

  it('is doubted as a tail is, and the bars that come then are the answer', async () => {
    expect(await ask([{ bars: HOLED }, { bars: FULL }])).toMatchObject({
      asked: 2,
      report: { present: 10 },
    });
    expect(await ask([{ bars: HOLED }])).toMatchObject({ asked: 3, report: { present: 4, missing: 0 } });
  });

  it('stays missing where no other question is allowed', async () => {
    const { asked, report } = await ask([{ bars: HOLED }], { questions: 1 });
    expect([asked, report?.missing, report?.absent]).toEqual([1, 6, {}]);
  });

  it('is none where it is no longer than five sessions, or one of many', async () => {
    expect(await ask([{ bars: without(2, 3, 4, 5, 6) }])).toMatchObject({ asked: 1 });
    const longer: DayRange = { from: SESSIONS[0] ?? 0, to: RANGE.to };
    const order = { range: longer, gaps: [longer], sessions: 20 };
    const rare = [0, 2, 4, 12, 19].map((i) => stored(SESSIONS[i] ?? 0, 100));
    expect(await ask([{ bars: rare, proven: longer }], { order })).toMatchObject({ asked: 1 });
  });
});

describe('a long tail that reaches the last settled session', () => {
  const toNow: DayRange = { from: SESSIONS[10] ?? 0, to: parseDay('2025-07-16') };
  const order = { range: toNow, gaps: [toNow], sessions: 20 };
  const cut = { proven: toNow, bars: FULL };

  it('is doubted, though its last sessions may only not be out yet', async () => {
    const { asked, report } = await ask([cut], { order });
    expect(asked).toBe(3);
    expect(report?.absent).toEqual({ 'vendor-empty': 8, 'not-yet-published': 2 });
  });

  it('is never believed where the provider itself tells of a trade in it', async () => {
    const said = { ...cut, lastTrade: parseDay('2025-07-15') };
    const { asked, report } = await ask([said], { order });
    expect(asked).toBe(3);
    expect(report).toMatchObject({ bars: 10, missing: 10, absent: {} });
    for (let day = 1; day < 5; day++) await ask([said], { order, now: NOW + day * 1000 });
    expect(stateOf(await known(), SESSIONS[20] ?? 0).state).toBe('missing');
  });

  it('is asked for again however short it is, where the provider tells of a trade in it', async () => {
    const shorter = { from: toNow.from, to: (SESSIONS[19] ?? 0) + 2 };
    const short = { ...order, range: shorter, gaps: [shorter], sessions: 11 };
    const last = shorter.to - 1;
    const said = { proven: shorter, bars: FULL, lastTrade: last };
    const { asked, report } = await ask([said], { order: short });
    expect(asked).toBe(3);
    expect(report).toMatchObject({ bars: 10, missing: 1, absent: {} });
    const untold = await ask([{ proven: shorter, bars: FULL }], { order: short });
    expect(untold.asked).toBe(1);
  });

  it('is believed where the last trade was at its beginning', async () => {
    const said = { ...cut, lastTrade: SESSIONS[19] ?? 0 };
    expect((await ask([said], { order })).report?.missing).toBe(0);
  });

  it('of no bar at all is never believed either where there was a trade', async () => {
    const said = { proven: toNow, lastTrade: parseDay('2025-07-15') };
    expect((await ask([said], { order })).report?.missing).toBe(20);
  });
});

describe('an answer that repeats none of the final bars that it was asked for again', () => {
  const before: DayRange = { from: SESSIONS[6] ?? 0, to: SESSIONS[10] ?? 0 };
  const toNow: DayRange = { from: before.from, to: parseDay('2025-07-16') };
  const fill = (source: string) =>
    store.upsert({
      ...{ series: AAPL, calendar: 'XNYS', identity: UNKNOWN_IDENTITY, fetchedAt: 0 },
      bars: storedBarsOf(SESSIONS.slice(6, 10).map((day) => stored(day, 100, { source }))),
      learned: { present: [before], provisional: [], absent: [] },
    });
  const gap: DayRange = { from: SESSIONS[10] ?? 0, to: toNow.to };
  const order = { range: toNow, gaps: [gap], sessions: 20 };

  it('is no evidence of anything, however often it comes and however young the sessions are', async () => {
    await fill('sample');
    for (let day = 0; day < 4; day++) {
      const { report } = await ask([{ proven: toNow }], { order, now: NOW + day * 1000 });
      expect(report).toMatchObject({ missing: 20, absent: {} });
    }
    expect(stateOf(await known(), gap.to - 1).state).toBe('missing');
  });

  it('counts where it has one of them, or where they are another provider’s', async () => {
    await fill('other');
    expect((await ask([{ proven: toNow }], { order })).report).toMatchObject({ missing: 0 });
  });

  it('has its other bars stored', async () => {
    await fill('sample');
    const { report } = await ask([{ proven: toNow, bars: FULL }], { order });
    expect(report).toMatchObject({ bars: 10, missing: 10, absent: {} });
  });
});
