import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../../../src/backfill/task/collect.ts';
import { stagedProvider } from '../../../src/backfill/task/staged-provider.ts';
import { barsOf, rowsOf } from '../../../src/core/bars/bar-builder.ts';
import { NO_BARS } from '../../../src/core/bars/columns.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import { bucketOf } from '../../../src/core/plan/slice.ts';
import type { Want } from '../../../src/core/plan/task.ts';
import { type Day, formatDay, parseDay, startOfDay } from '../../../src/core/session/day.ts';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { AlikeParts, BarAnswer, MarketAnswer, Part, Provider } from '../../../src/providers/provider.ts';
import { rawAnswer } from '../../../src/providers/raw-answer.ts';
import { openProvider } from '../../../src/providers/registry.ts';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { NOON, daily, days, temporaryFolder } from '../../store/fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const BUCKET = 7;
const TICKERS = Array.from({ length: 600 }, (_, i) => `T${i}`).filter(
  (ticker) => bucketOf(ticker) === BUCKET,
);
const [A, B, C, D] = TICKERS as [string, string, string, string];
/** Monday to Friday. */
const WEEK = days('2026-02-23', '2026-02-28');
const [MONDAY, TUESDAY, WEDNESDAY] = ['2026-02-23', '2026-02-24', '2026-02-25'] as const;

const closes = (ticker: string, session: string): number =>
  TICKERS.indexOf(ticker) * 100 + (parseDay(session) % 100);
const barsIn = (session: string, tickers: readonly string[]): BarAnswer['bars'] =>
  barsOf(tickers.map((ticker) => daily(session, { close: closes(ticker, session) })));

/** What a provider says of a ticker in a session of which it has a bar. */
function answer(
  ticker: string,
  session: string,
  said: Partial<BarAnswer> = {},
): Part & { answer: BarAnswer } {
  const range = { from: parseDay(session), to: parseDay(session) + 1 };
  return { ticker, answer: rawAnswer(ticker, { range, now: NOON }, barsIn(session, [ticker]), said) };
}

/** Tickers that have a bar in a session, and nothing else to be said of. */
function alike(session: string, tickers: readonly string[]): AlikeParts {
  const { bars: _, ...said } = answer(A, session).answer;
  return { tickers, counts: tickers.map(() => 1), bars: barsIn(session, tickers), answer: said };
}

/** What becomes of the week where a market answers so, by session: a part of each ticker. */
async function weekOf(answers: Readonly<Record<string, Partial<MarketAnswer>>>): Promise<{
  readonly of: (ticker: string) => Promise<BarAnswer>;
  readonly asked: readonly Day[];
}> {
  const asked: Day[] = [];
  const sample = await openProvider({ id: 'sample', settings: {} }, OPEN_GATE, {});
  const provider: Provider = {
    ...sample,
    fetchMarket: ({ session }) => {
      asked.push(session);
      return Promise.resolve({ parts: [], asOf: NOON, ...answers[formatDay(session)] });
    },
  };
  const store = openParquetStore(folder.path);
  const tools = { provider, store, source: 'sample', gate: OPEN_GATE, elapsed: () => 0 };
  const sessions = Object.keys(answers).map(parseDay);
  // Each is asked for twice: what lies there is not bought again.
  for (const session of [...sessions, ...sessions]) {
    const task = { id: 'market', wants: [], requests: 1, partitions: [], market: '1d all' };
    const done = await collect({ ...task, slice: { interval: '1d', session } }, NOON, tools);
    expect(done).toEqual({ series: [] });
  }
  const wants = TICKERS.map((ticker): Want => ({
    ...{ id: ticker, series: { ticker, interval: '1d' }, calendar: 'XNYS' },
    ...{ range: WEEK, gaps: [WEEK], sessions: 5 },
  }));
  const task = { id: 'share', wants, requests: 0, partitions: [], market: '1d all' };
  const staged = await stagedProvider({ ...task, bucket: BUCKET, sessions }, NOON, tools);
  const of = (ticker: string): Promise<BarAnswer> =>
    staged.fetchBars({ series: { ticker, interval: '1d' }, range: WEEK, now: NOON });
  return { of, asked };
}

const rows = ({ bars }: BarAnswer): [string, number][] =>
  rowsOf(bars).map(({ ts, close }) => [formatDay(Math.floor(ts / startOfDay(1))), close]);
const rowsAre = (ticker: string, sessions: readonly string[]): [string, number][] =>
  sessions.map((session) => [session, closes(ticker, session)]);

it('each series has its own bars of what lies in common columns, and beside them, of each session once', async () => {
  const { of, asked } = await weekOf({
    [MONDAY]: { alike: [alike(MONDAY, [A, B])], parts: [answer(C, MONDAY)] },
    [TUESDAY]: { parts: [answer(A, TUESDAY)], alike: [alike(TUESDAY, [C]), alike(TUESDAY, [D])] },
    [WEDNESDAY]: { alike: [alike(WEDNESDAY, [D, C, B, A])] },
  });
  expect(asked.map(formatDay)).toEqual([MONDAY, TUESDAY, WEDNESDAY]);
  const [a, b, c, d] = await Promise.all([of(A), of(B), of(C), of(D)]);
  expect(rows(a)).toEqual(rowsAre(A, [MONDAY, TUESDAY, WEDNESDAY]));
  expect(rows(b)).toEqual(rowsAre(B, [MONDAY, WEDNESDAY]));
  expect(rows(c)).toEqual(rowsAre(C, [MONDAY, TUESDAY, WEDNESDAY]));
  expect(rows(d)).toEqual(rowsAre(D, [TUESDAY, WEDNESDAY]));
  // A ticker that an answer does not name had no bar; of sessions that were not collected nothing is known.
  for (const { proven, unproven } of [a, b, c, d])
    expect({ proven, unproven }).toEqual({ proven: WEEK, unproven: [days('2026-02-26', '2026-02-28')] });
  expect(await of(A)).toEqual(a);
});

it('what was joined of finer rows, may have been cut or lay off the grid is passed on, of each session', async () => {
  const [monday, tuesday] = [parseDay(MONDAY), parseDay(TUESDAY)];
  const cut = (day: Day): Pick<Required<BarAnswer>, 'mayBeCut'> => ({
    mayBeCut: [{ from: day, to: day + 1 }],
  });
  const partial = (day: Day): Pick<Required<BarAnswer>, 'partial'> => ({
    partial: [{ ts: startOfDay(day), lacks: 2 }],
  });
  const offGrid = { dropped: 1, offGrid: 1 };
  const { of } = await weekOf({
    [MONDAY]: {
      parts: [
        answer(A, MONDAY, { ...partial(monday), ...cut(monday), ...offGrid, offGridOn: [monday] }),
        answer(B, MONDAY, { ...offGrid, offGridOn: [monday] }),
        answer(C, MONDAY),
      ],
    },
    [TUESDAY]: {
      parts: [
        answer(A, TUESDAY, { ...partial(tuesday), ...cut(tuesday), ...offGrid, offGridOn: [tuesday] }),
        answer(B, TUESDAY, offGrid),
        answer(C, TUESDAY),
      ],
    },
  });
  const [a, b, c] = await Promise.all([of(A), of(B), of(C)]);
  expect(a).toMatchObject({
    partial: [...partial(monday).partial, ...partial(tuesday).partial],
    mayBeCut: [{ from: monday, to: tuesday + 1 }],
    ...{ offGrid: 2, offGridOn: [monday, tuesday] },
  });
  // The one of Tuesday does not say where its row lay.
  expect([b.offGrid, b.offGridOn]).toEqual([2, undefined]);
  expect([c.partial, c.mayBeCut, c.offGrid]).toEqual([undefined, undefined, 0]);
});

it('what sessions say of a series beside its bars adds up, in the same words too', async () => {
  const halted = (session: string): Partial<BarAnswer> => ({
    dropped: 1,
    explained: [{ from: parseDay(session), to: parseDay(session) + 1, reason: 'halted' }],
  });
  const odd = { dropped: 2, unfinished: 1 };
  const { of } = await weekOf({
    [MONDAY]: { parts: [answer(A, MONDAY, odd), answer(B, MONDAY, halted(MONDAY)), answer(C, MONDAY)] },
    [TUESDAY]: { parts: [answer(A, TUESDAY, odd), answer(C, TUESDAY, { delistedOn: 20_509 })] },
    [WEDNESDAY]: { parts: [answer(A, WEDNESDAY, odd), answer(B, WEDNESDAY, halted(WEDNESDAY))] },
  });
  expect(await of(A)).toMatchObject({ dropped: 6, unfinished: 3, explained: [], delistedOn: null });
  const explained = [MONDAY, WEDNESDAY].flatMap((session) => halted(session).explained ?? []);
  expect(await of(B)).toMatchObject({ dropped: 2, explained });
  expect(await of(C)).toMatchObject({ dropped: 0, delistedOn: 20_509 });
});

it('by which endpoint bars came is told of the sessions of which it was told, in runs of sessions', async () => {
  const [flat, trades] = [{ endpoint: 'flat' }, { endpoint: 'trades' }];
  const { of } = await weekOf({
    '2026-02-20': { parts: [answer(A, '2026-02-20', flat)] },
    [MONDAY]: { parts: [answer(A, MONDAY, flat), answer(B, MONDAY, flat), answer(C, MONDAY)] },
    [TUESDAY]: { parts: [answer(A, TUESDAY, trades), answer(B, TUESDAY), answer(C, TUESDAY)] },
    [WEDNESDAY]: { parts: [answer(A, WEDNESDAY, trades), answer(B, WEDNESDAY, flat)] },
  });
  expect((await of(A)).endpoint).toEqual([
    { ...days('2026-02-20', TUESDAY), ...flat },
    { ...days(TUESDAY, '2026-02-26'), ...trades },
  ]);
  expect((await of(B)).endpoint).toEqual([
    { ...days(MONDAY, TUESDAY), ...flat },
    { ...days(WEDNESDAY, '2026-02-26'), ...flat },
  ]);
  expect((await of(C)).endpoint).toBeUndefined();
});

it('nothing is known of a session that was not over, or that failed for a series', async () => {
  const error = new BackfillError('bad-answer', 'its price is a text');
  const open = { from: parseDay(TUESDAY), to: parseDay(TUESDAY) };
  const { of } = await weekOf({
    [MONDAY]: {
      alike: [alike(MONDAY, [A, B])],
      parts: [
        { ticker: C, error },
        { ticker: D, error },
      ],
    },
    [TUESDAY]: {
      ...{
        alike: [alike(TUESDAY, [C])],
        parts: [answer(A, TUESDAY, { proven: open }), { ticker: D, error }],
      },
      asOf: Date.parse(`${TUESDAY}T16:00:00Z`),
    },
  });
  const later = days('2026-02-25', '2026-02-28');
  const tuesday = days(TUESDAY, '2026-02-28');
  expect(await of(A)).toMatchObject({ bars: { length: 2 }, unproven: [tuesday] });
  expect(await of(B)).toMatchObject({ bars: { length: 1 }, unproven: [tuesday] });
  expect(await of(C)).toMatchObject({ bars: { length: 1 }, unproven: [days(MONDAY, TUESDAY), later] });
  await expect(of(D)).rejects.toMatchObject({ code: 'bad-answer', message: 'its price is a text' });
});

it('an answer without many that those beside it have says nothing of those, and all of the others', async () => {
  const [named, others] = [TICKERS.slice(0, 4), TICKERS.slice(4)];
  expect(others.length).toBeGreaterThanOrEqual(3);
  const { of } = await weekOf({
    [MONDAY]: { alike: [alike(MONDAY, TICKERS)] },
    [TUESDAY]: { alike: [alike(TUESDAY, named)] },
    [WEDNESDAY]: { alike: [alike(WEDNESDAY, TICKERS)] },
  });
  const later = days('2026-02-26', '2026-02-28');
  expect(await of(A)).toMatchObject({ bars: { length: 3 }, unproven: [later] });
  expect(await of(others[0] as string)).toMatchObject({
    bars: { length: 2 },
    unproven: [days(TUESDAY, WEDNESDAY), later],
  });
});

it('where the answers beside it have no bar either, nothing was lost', async () => {
  const idle = (session: string): readonly Part[] =>
    TICKERS.map((ticker) => answer(ticker, session, { bars: NO_BARS }));
  const { of } = await weekOf({
    [MONDAY]: { parts: idle(MONDAY) },
    [TUESDAY]: {},
    [WEDNESDAY]: { parts: idle(WEDNESDAY) },
  });
  expect(await of(A)).toMatchObject({ bars: { length: 0 }, unproven: [days('2026-02-26', '2026-02-28')] });
});

describe('an answer that lacks many tickers of those near it, of whatever buckets they are', () => {
  const SESSIONS = ['2026-02-18', '2026-02-19', '2026-02-20', MONDAY, TUESDAY, WEDNESDAY, '2026-02-26'];
  const OTHERS = Array.from({ length: 40 }, (_, i) => `X${i}`).filter(
    (ticker) => bucketOf(ticker) !== BUCKET,
  );
  /** The sessions of the week of which nothing is known of a ticker that its own bucket has alone. */
  const silent = async (counts: readonly number[]): Promise<readonly unknown[]> => {
    const answers = counts.map((count, i) => {
      const session = SESSIONS[i] ?? '';
      const own = count === 0 ? [] : [A];
      return [
        session,
        { alike: [alike(session, [...own, ...OTHERS.slice(0, count - own.length)])] },
      ] as const;
    });
    // What lies there of another market is none of this.
    await folder.remove();
    folder = await temporaryFolder();
    const { of } = await weekOf(Object.fromEntries(answers));
    const { unproven = [], whyUnproven } = await of(B);
    const dates = unproven
      .flatMap(({ from, to }) => [from, ...(to - from > 1 ? [to - 1] : [])])
      .map(formatDay);
    return [
      dates.filter((date) => SESSIONS.slice(0, counts.length).includes(date)),
      whyUnproven?.slice(0, 60),
    ];
  };
  const why = (date: string): string => `the answer for the whole market on ${date}`;

  it('says nothing of those that it does not name', async () => {
    expect(await silent([30, 30, 30, 30, 0])).toEqual([[TUESDAY], expect.stringContaining(why(TUESDAY))]);
    expect(await silent([30, 30, 30, 0, 30])).toEqual([[MONDAY], expect.stringContaining(why(MONDAY))]);
    expect(await silent([30, 30, 30, 4, 30])).toEqual([[MONDAY], expect.stringContaining(why(MONDAY))]);
    expect(await silent([30, 30, 30, 0, 0, 30, 30])).toEqual([
      [MONDAY, TUESDAY],
      expect.stringContaining(`${why(MONDAY)} lacks`),
    ]);
    expect((await silent([30, 30, 0, 0, 0, 30, 30]))[0]).toEqual([MONDAY, TUESDAY]);
  });

  it('is believed where it has about as many, or where it is alone', async () => {
    expect(await silent([30, 30, 30, 25, 30])).toEqual([[], undefined]);
    expect(await silent([20, 22, 24, 27, 30, 33, 36])).toEqual([[], undefined]);
    expect(await silent([0])).toEqual([[], undefined]);
    expect(await silent([2, 2, 2, 1, 2])).toEqual([[], undefined]);
  });
});
