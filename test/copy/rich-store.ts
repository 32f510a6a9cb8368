import { enterAction, withdrawAction } from '../../src/core/actions/action-book.ts';
import type { Revision, Series } from '../../src/core/bars/bars.ts';
import { storedBarsOf } from '../../src/core/bars/bar-builder.ts';
import { parseDay } from '../../src/core/session/day.ts';
import type { BarStore } from '../../src/store/store.ts';
import {
  AAPL_5M,
  absence,
  APPLE,
  at,
  coverage,
  daily,
  days,
  NO_DAYS,
  NOON,
  update,
  WEEK,
  WEEK_DAYS,
} from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { tellActions } from '../store/told-actions.ts';

export const MSFT: Series = { ticker: 'MSFT', interval: '1d' };
const ODD: Series = { ticker: '^GSPC', interval: '1m' };
const NOTHING: Series = { ticker: 'NONE', interval: '1d' };
const GONE: Series = { ticker: 'GONE', interval: '1d' };
const PLAN = 'ab'.repeat(32);

/** A store with something of each kind that one can hold. Gives the id of what was forgotten. */
export async function fillRich(store: BarStore): Promise<string> {
  const lease = await store.acquire();
  await fillDaily(store);
  await fillIntraday(store);
  await fillActions(store);
  await fillDocuments(store);
  const forgotten = await store.keepForgotten({ series: [GONE], actionsOf: ['GONE'], at: NOON + 60_000 });
  await store.forget(GONE);
  await store.forgetActions('GONE');
  await lease.release();
  return forgotten?.id ?? '';
}

/** Provisional and final ones, absences of several claims, values that were replaced back and forth, and that stayed. */
async function fillDaily(store: BarStore): Promise<void> {
  const learned = coverage({
    present: [WEEK_DAYS],
    provisional: [days('2026-02-27', '2026-02-28')],
    unconfirmed: [{ ...days('2026-02-27', '2026-02-28'), since: NOON }],
    absent: [
      absence(days('2026-02-18', '2026-02-19'), { reason: 'vendor-empty', nextRetryAt: NOON + 86_400_000 }),
      {
        ...absence(days('2026-02-19', '2026-02-21'), { reason: 'halted', attempts: 3, since: NOON - 5 }),
        by: [
          ...absence(WEEK_DAYS, { reason: 'halted', provider: 'one', note: 'a "note"\n', reachDays: 90 }).by,
          ...absence(WEEK_DAYS, { reason: 'unknown-ticker', provider: 'two', edition: 'e1' }).by,
        ],
      },
    ],
    lacking: [absence(days('2026-02-24', '2026-02-25'), { reason: 'rejected' })],
    unknown: absence(WEEK_DAYS, { reason: 'unknown-ticker', provider: 'three' }).by,
  });
  const [monday] = WEEK as [(typeof WEEK)[number], ...(typeof WEEK)[number][]];
  const first = WEEK.map((bar, i) => ({
    ...bar,
    ...(i === 1 && { volume: Number.NaN }),
    ...(i === 2 && { vwap: 100.5, trades: 7, source: 'other' }),
    ...(i === 3 && { open: 100.123_456_789_012_3, close: 0.1 + 0.2 + 100 }),
  }));
  await store.upsert(update(first, { learned, topUps: 2 }));
  const present = coverage({ present: [days('2026-02-23', '2026-02-24')] });
  for (const [i, close] of [101.5, 101, 101.5].entries())
    await store.upsert(
      update([{ ...monday, close, fetchedAt: NOON + 1 + i }], { learned: present, fetchedAt: NOON + 1 + i }),
    );
  const stayed: Revision[] = ['second', 'third'].map((source, i) => ({
    before: { ...monday, close: 101.5, fetchedAt: NOON + 3 },
    after: { ...monday, close: 99.5, source, fetchedAt: NOON + 9 + i },
    stayed: true,
  }));
  await store.upsert(update([], { stayed, learned: coverage({}) }));
  await store.upsert(
    update(WEEK, { series: MSFT, learned: coverage({ present: [WEEK_DAYS] }), fetchedAt: NOON - 7 }),
  );
  await store.upsert(
    update([daily('2026-02-27')], { series: GONE, learned: coverage({ present: [WEEK_DAYS] }) }),
  );
  const never = absence(days('2026-02-02', '2026-02-28'), { reason: 'unknown-ticker' });
  await store.upsert(update([], { series: NOTHING, learned: coverage({ absent: [never] }) }));
}

/** Periods that were fetched at other times than the rest of their series. */
async function fillIntraday(store: BarStore): Promise<void> {
  const put = (series: Series, instants: readonly string[], fetchedAt: number): Promise<unknown> =>
    store.upsert(
      update([], {
        ...{ series, fetchedAt, identity: APPLE },
        bars: storedBarsOf(instants.map((instant, i) => at(instant, { fetchedAt, volume: i + 0.25 }))),
        learned: coverage({
          present: instants.map((instant) => {
            const day = parseDay(instant.slice(0, 10));
            return { from: day, to: day + 1 };
          }),
        }),
      }),
    );
  await put(AAPL_5M, ['2025-12-31T14:30Z', '2025-12-31T14:35Z'], NOON - 1000);
  await put(AAPL_5M, ['2026-01-02T14:30Z'], NOON + 1000);
  await put(ODD, ['2026-01-30T14:30Z', '2026-01-30T14:31Z'], NOON);
  await put(ODD, ['2026-02-02T14:30Z'], NOON - 2000);
  await put(AAPL_5M, ['2025-12-31T14:35Z'], NOON + 2000);
}

/** In force, replaced, withdrawn by hand, doubted, read from an own list. */
async function fillActions(store: BarStore): Promise<void> {
  const split = { kind: 'split', exDay: parseDay('2020-08-31'), ratio: 4 } as const;
  const dividend = {
    kind: 'dividend',
    exDay: parseDay('2026-02-09'),
    amount: 0.26,
    currency: 'USD',
  } as const;
  await tellActions(store, 'AAPL', [split, dividend], days('2020-01-01', '2026-03-01'), 'sample', NOON);
  const more = { ...dividend, amount: 0.27 };
  await tellActions(store, 'AAPL', [more], days('2026-03-01', '2026-03-05'), 'sample', NOON + 1);
  await store.updateActions('AAPL', (book) => ({
    ...book,
    doubts: [{ kind: 'split', exDay: split.exDay, days: [parseDay('2026-03-01')] }],
    ownList: { '1d': 'edition' },
  }));
  const own = { kind: 'split', exDay: parseDay('2021-01-04'), ratio: 0.1 } as const;
  await store.updateActions('MSFT', (book) => enterAction(book, own, NOON));
  await store.updateActions('MSFT', (book) => withdrawAction(book, own, NOON + 2) ?? book);
  await tellActions(store, 'GONE', [split], NO_DAYS, 'sample', NOON);
}

async function fillDocuments(store: BarStore): Promise<void> {
  await store.saveRename({ from: 'FB', to: 'META', start: null, end: parseDay('2022-06-09') });
  await store.saveRename({ from: 'A', to: 'B', start: parseDay('2001-01-02'), end: null });
  for (const date of ['2026-01-02', '2026-02-02'])
    await store.saveUniverse({ name: 'mine', date, source: 'hand' }, []);
  await store.savePortfolio('AAPL\nMSFT\n');
  await store.saveRun(NOON, { fetched: 1 });
  await store.saveRun(NOON + 5000, { fetched: 2 });
  await store.begunPlans.note(PLAN, NOON);
  await store.firstFills.note(NOON + 9000, [MSFT]);
  await store.quarantine(AAPL_5M, [{ row: { ts: 1, close: 'NaN' }, reason: 'no number' }], 'sample', NOON);
}

/** All that a store gives by the ways on which others read it: neither as it is copied nor as that is compared. */
export async function portraitOf(store: BarStore): Promise<object> {
  const scan = await store.scan();
  const series = [...scan.series.values()];
  const universes = await store.listUniverses();
  const each = async <T>(read: (one: Series) => Promise<T>): Promise<T[]> => {
    const all: T[] = [];
    for (const one of series) all.push(await read(one.series));
    return all;
  };
  const tickers = [...scan.actions.keys()].toSorted();
  const books: unknown[] = [];
  for (const ticker of tickers) books.push(await store.readActionBook(ticker));
  const members: unknown[] = [];
  for (const name of universes) members.push(await store.readUniverse(name));
  return {
    states: series.toSorted((a, b) => (JSON.stringify(a.series) < JSON.stringify(b.series) ? -1 : 1)),
    covered: tickers.map((ticker) => [ticker, scan.actions.get(ticker), scan.ownLists?.get(ticker)]),
    doubted: [scan.setAside, scan.distrusted ?? [], scan.lost ?? []],
    bars: Object.fromEntries(await each(async (one) => [JSON.stringify(one), await rowsIn(store, one)])),
    revisions: Object.fromEntries(
      await each(async (one) => [JSON.stringify(one), await store.readRevisions(one)]),
    ),
    ...{ books, universes, members },
    renames: await store.readRenames(),
    portfolio: (await store.readPortfolio())?.text,
    runs: await store.readRuns(99),
    begun: await store.begunPlans.since(PLAN),
    fills: await store.firstFills.list(),
    rejected: await store.readRejected(),
    forgotten: await store.listForgotten(),
  };
}
