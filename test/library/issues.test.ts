import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bar, Series } from '../../src/core/bars/bars.ts';
import { MS_PER_DAY, parseDay } from '../../src/core/session/day.ts';
import { engineOf } from './engine-of.ts';
import { forget } from '../../src/library/forget.ts';
import { findIssues, findRevisions } from '../../src/library/issues.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { AAPL, NOON, barAt, coverage, daily, days, temporaryFolder, update } from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { tellActions } from '../store/told-actions.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
});
afterEach(() => folder.remove());

const HOURLY: Series = { ticker: 'AAPL', interval: '1h' };
const dayOf = ({ ts }: Bar): number => Math.floor(ts / MS_PER_DAY);

/** Stores bars as final. */
async function fill(series: Series, bars: readonly Bar[]): Promise<void> {
  const present = [...new Set(bars.map(dayOf))].map((from) => ({ from, to: from + 1 }));
  await store.upsert(update(bars, { series, learned: coverage({ present }) }));
}

const at = (close: number) => ({ open: close, high: close, low: close, close });
const CALM = ['2026-02-23', '2026-02-24', '2026-02-25'].map((date, i) => daily(date, at(100 + i)));

describe('the issues of a store', () => {
  it('are none of sound bars whose splits are known', async () => {
    await fill(AAPL, CALM);
    await tellActions(store, 'AAPL', [], days('2026-02-01', '2026-03-01'), 'sample', NOON);
    expect(await findIssues(store, {}, NOON)).toEqual({
      ...{ rejected: [], warnings: [], revised: [], unknownActions: [], setAside: [], unreadable: [] },
    });
  });

  it('are stored bars that look odd, unless an action explains them', async () => {
    await fill(AAPL, [...CALM, daily('2026-02-26', at(260))]);
    const { warnings } = await findIssues(store, {}, NOON);
    expect(warnings).toMatchObject([{ ticker: 'AAPL', interval: '1d', session: '2026-02-26', kind: 'jump' }]);
    const split = { kind: 'split', exDay: parseDay('2026-02-26'), ratio: 0.4 } as const;
    await tellActions(store, 'AAPL', [split], days('2026-02-01', '2026-03-01'), 'sample', NOON);
    expect((await findIssues(store, {}, NOON)).warnings).toEqual([]);
  });

  it('are seen across the edge of a partition', async () => {
    const session = (date: string, close: number) =>
      Array.from({ length: 7 }, (_, i) => barAt(Date.parse(`${date}T14:30Z`) + i * 3_600_000, at(close)));
    await fill(HOURLY, [...session('2025-12-31', 100), ...session('2026-01-02', 260)]);
    const { warnings } = await findIssues(store, {}, NOON);
    expect(warnings).toMatchObject([{ interval: '1h', session: '2026-01-02', kind: 'jump' }]);
    expect(warnings).toHaveLength(1);
  });

  it('count the bars outside their high and low, in one line a series however many and in however many files', async () => {
    const outside = { open: 10, high: 9.9, low: 9.8, close: 10, volume: 400 };
    const hours = ['2025-12-31', '2026-01-02'].flatMap((date) =>
      Array.from({ length: 7 }, (_, i) =>
        barAt(Date.parse(`${date}T14:30Z`) + i * 3_600_000, { ...outside, volume: 400 + i }),
      ),
    );
    await fill(HOURLY, hours);
    await fill(AAPL, [daily('2026-02-23', at(10)), daily('2026-02-24', outside)]);
    const { warnings } = await findIssues(store, {}, NOON);
    expect(
      warnings.map(({ interval, session, kind }) => `${interval} ${session} ${kind}`).toSorted(),
    ).toEqual(['1d 2026-02-24 outside-range', '1h 2025-12-31 outside-range']);
    expect(warnings.find(({ interval }) => interval === '1h')?.note).toBe(
      '14 of 14 bars open or close outside their high and low, by up to 1.0 % of the close; the first is of this session',
    );
  });

  it('are daily sessions whose splits and dividends nobody answered for', async () => {
    await fill(AAPL, [...CALM, daily('2026-02-27', at(102))]);
    await fill(HOURLY, [barAt(Date.parse('2026-02-23T14:30Z'))]);
    const unknown = async () => (await findIssues(store, {}, NOON)).unknownActions;
    expect(await unknown()).toEqual([
      { ticker: 'AAPL', from: '2026-02-23', to: '2026-02-25', sessions: 3 },
      { ticker: 'AAPL', from: '2026-02-27', to: '2026-02-27', sessions: 1 },
    ]);
    await tellActions(store, 'AAPL', [], days('2026-02-24', '2026-02-28'), 'sample', NOON);
    expect(await unknown()).toEqual([{ ticker: 'AAPL', from: '2026-02-23', to: '2026-02-23', sessions: 1 }]);
  });

  it('are rejected rows, with what became of their sessions', async () => {
    await fill(AAPL, CALM);
    const rows = [
      { row: daily('2026-02-24'), reason: 'replaced' },
      { row: daily('2026-02-26'), reason: 'open' },
      { row: { ts: 'soon' }, reason: 'no stamp' },
      { row: { ts: 9e15 }, reason: 'no date' },
      { row: { ts: '1740000000000' }, reason: 'text' },
      { row: null, reason: 'void' },
    ];
    await store.quarantine(AAPL, rows, 'yahoo', NOON);
    await store.quarantine({ ticker: 'GONE', interval: '1d' }, rows.slice(0, 1), 'yahoo', NOON);
    const { rejected } = await findIssues(store, {}, NOON);
    const about = rejected.map(({ ticker, session, reason, resolved }) => [
      ticker,
      session,
      reason,
      resolved,
    ]);
    expect(about.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
      ['AAPL', null, 'no date', false],
      ['AAPL', null, 'no stamp', false],
      ['AAPL', null, 'text', false],
      ['AAPL', null, 'void', false],
      ['AAPL', '2026-02-24', 'replaced', true],
      ['AAPL', '2026-02-26', 'open', false],
      ['GONE', '2026-02-24', 'replaced', false],
    ]);
    expect(rejected[0]).toMatchObject({ source: 'yahoo', fetchedAt: '2026-03-02T12:00:00.000Z' });
    expect((await findIssues(store, { tickers: ['GONE'] }, NOON)).rejected).toHaveLength(1);
  });
});

describe('the revisions of a store', () => {
  it('are those of the series asked for, with their names', async () => {
    for (const ticker of ['AAPL', 'MSFT']) {
      await fill({ ticker, interval: '1d' }, CALM);
      await fill({ ticker, interval: '1d' }, [daily('2026-02-24', { ...at(99), fetchedAt: NOON + 1 })]);
    }
    const revisions = await findRevisions(store, { tickers: ['MSFT'] });
    expect(revisions).toMatchObject([
      { ticker: 'MSFT', interval: '1d', before: { close: 101 }, after: { close: 99 } },
    ]);
    expect(await findRevisions(store, {})).toHaveLength(2);
  });
});

describe('to forget', () => {
  const stamps = async (series: Series): Promise<number[]> =>
    (await rowsIn(store, series)).map((bar) => dayOf(bar) - parseDay('2026-02-23'));

  beforeEach(async () => {
    await fill(AAPL, CALM);
    await fill(HOURLY, [barAt(Date.parse('2026-02-24T14:30Z'))]);
    const dividend = { kind: 'dividend', exDay: parseDay('2026-02-24'), amount: 1 } as const;
    await tellActions(store, 'AAPL', [dividend], days('2026-02-01', '2026-03-01'), 'sample', NOON);
  });

  it('a range removes its bars, both dates included, and its splits and dividends', async () => {
    const range = { start: '2026-02-24', end: '2026-02-24' };
    expect(await forget(engineOf(store), ['AAPL', 'NOPE'], range, NOON)).toEqual({
      ...{ rows: 2, empty: 0, actions: 1, exDays: 1 },
      id: expect.stringMatching(/^20260302T120000Z-[\da-f]{4}$/) as string,
      notFound: [{ ticker: 'NOPE', reason: 'NOPE is not in the store' }],
      setAside: [],
    });
    expect(await stamps(AAPL)).toEqual([0, 2]);
    expect(await store.readActions('AAPL')).toEqual([]);
  });

  it('may have one bound or none', async () => {
    expect(await forget(engineOf(store), ['AAPL'], { start: '2026-02-25' }, NOON)).toMatchObject({
      rows: 1,
    });
    expect(await stamps(AAPL)).toEqual([0, 1]);
    expect(await forget(engineOf(store), ['AAPL'], { end: '2026-02-23' }, NOON)).toMatchObject({ rows: 1 });
    expect(await stamps(AAPL)).toEqual([1]);
    expect(await store.readActions('AAPL')).toHaveLength(1);
    expect(await forget(engineOf(store), ['AAPL'], {}, NOON)).toMatchObject({ rows: 2, notFound: [] });
    expect((await store.scan()).series.size).toBe(0);
    expect(await store.readActions('AAPL')).toEqual([]);
  });

  it('an interval leaves the others, and the splits and dividends, alone', async () => {
    expect(await forget(engineOf(store), ['AAPL'], { intervals: ['1h'] }, NOON)).toMatchObject({ rows: 1 });
    expect(await stamps(AAPL)).toEqual([0, 1, 2]);
    expect(await store.readActions('AAPL')).toHaveLength(1);
  });

  it('frees the store, whatever happens', async () => {
    await expect(forget(engineOf(store), ['AAPL'], { start: 'soon' }, NOON)).rejects.toMatchObject({
      code: 'invalid-date',
    });
    await forget(engineOf(store), ['AAPL'], {}, NOON);
    const writer = await openStore(folder.path).acquire();
    await writer.release();
  });
});
