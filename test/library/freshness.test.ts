import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { type Overdue, overdueAt } from '../../src/core/coverage/overdue.ts';
import type { History, SeriesSelection } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { openStore } from '../../src/store/open.ts';
import { toolsInProcess } from '../backfill/in-process.ts';
import { WEEK, WEEK_DAYS, absence, coverage, days, update } from '../store/fixtures.ts';

/** New York closed two hours ago, at 21:00, and so did Paris, at 16:30. */
const NOW = Date.parse('2026-03-02T23:00:00Z');

let store = '';
let history: History;
beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), 'backfill-fresh-'));
  const fill = (tickers: readonly string[], start: string, end: string, more = {}, now = NOW) =>
    backfill(
      { tickers, start, end, ...more },
      toolsInProcess(openSample({ id: 'sample' }), openStore(store), () => now),
    );
  await fill(['ALFA'], '2026-02-02', '2026-02-20');
  await fill(['BRIQ', 'CORV'], '2026-02-02', '2026-03-02');
  await fill(['BRVO.PA'], '2026-02-02', '2026-02-10');
  await fill(['BRVO.PA'], '2026-02-13', '2026-03-02');
  await fill(['KAZE.T'], '2025-03-03', '2025-04-30');
  await fill(['DEMO-USD'], '2026-02-01', '2026-03-01');
  await guessed();
  history = openHistory({ store, provider: { id: 'sample' }, clock: () => NOW });
});
afterAll(async () => {
  await history.close();
  await rm(store, { recursive: true });
});

/** Two sessions of a ticker whose exchange's calendar is a guess. */
async function guessed(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-guessed-'));
  await writeFile(
    join(folder, 'QNBK.QA.csv'),
    'Date,Open,High,Low,Close,Volume\n2026-02-02,1,1,1,1,1\n2026-02-10,1,1,1,1,1\n',
  );
  const other = openHistory({
    store,
    provider: { id: 'csv', url: folder, settings: { basis: 'raw' } },
    clock: () => NOW,
  });
  const { fetched } = await other.backfill({ tickers: ['QNBK.QA'], start: '2026-02-02', end: '2026-02-10' });
  await other.close();
  await rm(folder, { recursive: true });
  expect(fetched).toBe(1);
}

async function overdue(
  at: number,
  selection: SeriesSelection = {},
): Promise<Record<string, Omit<Overdue, 'calendar'>>> {
  const { unstored } = await history.freshness(selection);
  return Object.fromEntries(overdueAt(unstored, at).map(({ calendar, ...rest }) => [calendar, rest]));
}

describe('what a store lacks', () => {
  it('is each session that has settled and is not there, once, wherever it lies', async () => {
    expect(await overdue(NOW)).toEqual({
      // ALFA, from the 23rd on.
      XNYS: { sessions: 6, series: 1, dueAt: Date.parse('2026-02-23T21:00:00Z') },
      // The 11th and the 12th.
      XPAR: { sessions: 2, series: 1, dueAt: Date.parse('2026-02-11T16:30:00Z') },
      // KAZE.T trades no more.
      XTKS: { sessions: 0, series: 0, dueAt: null },
      // Its day of the 2nd goes on.
      '24-7': { sessions: 0, series: 0, dueAt: Date.parse('2026-03-03T00:00:00Z') },
    });
  });

  it('grows as time goes by, without a look into the store', async () => {
    const later = await overdue(Date.parse('2026-03-03T21:00:00Z'));
    expect(later['XNYS']).toMatchObject({ sessions: 7, series: 3 });
    expect(later['XPAR']).toMatchObject({ sessions: 3, series: 1 });
    expect(later['24-7']).toMatchObject({ sessions: 1, series: 1 });
    expect((await overdue(Date.parse('2026-03-03T20:59:59Z')))['XNYS']).toMatchObject({
      sessions: 6,
      series: 1,
    });
  });

  it('is that of the tickers that are named', async () => {
    expect(await overdue(NOW, { tickers: ['BRIQ'] })).toEqual({
      XNYS: { sessions: 0, series: 0, dueAt: Date.parse('2026-03-03T21:00:00Z') },
    });
    expect(await overdue(NOW, { intervals: ['1h'] })).toEqual({});
  });

  it('has no session of days on which a member has left its index', async () => {
    await mkdir(join(store, 'universes'), { recursive: true });
    const members = { members: [{ ticker: 'ALFA', to: '2026-02-25' }, { ticker: 'BRIQ' }] };
    await writeFile(join(store, 'universes', 'index.json'), JSON.stringify(members));
    // The 23rd and the 24th.
    expect((await overdue(NOW, { tickers: 'index' }))['XNYS']).toMatchObject({ sessions: 2, series: 1 });
    expect((await overdue(Date.parse('2026-03-09T23:00:00Z'), { tickers: 'index' }))['XNYS']).toMatchObject({
      sessions: 7,
      series: 2,
    });
  });

  it('does not grow where every member has left', async () => {
    const members = { members: [{ ticker: 'ALFA', to: '2026-02-25' }] };
    await writeFile(join(store, 'universes', 'left.json'), JSON.stringify(members));
    expect((await overdue(Date.parse('2026-03-09T23:00:00Z'), { tickers: 'left' }))['XNYS']).toMatchObject({
      sessions: 2,
      series: 1,
    });
  });

  it('has a session that was stored before it was final, once it is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backfill-early-'));
    const noon = Date.parse('2026-03-02T17:00:00Z');
    await backfill(
      { tickers: ['ALFA'], start: '2026-02-23', end: '2026-03-02', includeProvisional: true },
      toolsInProcess(openSample({ id: 'sample' }), openStore(folder), () => noon),
    );
    for (const clock of [noon, NOW]) {
      const early = openHistory({ store: folder, provider: { id: 'sample' }, clock: () => clock });
      const { unstored, covered } = await early.freshness();
      const { totals } = await early.coverage();
      await early.close();
      const [{ stored, tradable } = { stored: Number.NaN, tradable: Number.NaN }] = covered;
      expect(Math.floor((stored / tradable) * 10_000) / 100).toBe(totals.coverage);
      expect(overdueAt(unstored, noon)).toMatchObject([{ sessions: 0 }]);
      expect(overdueAt(unstored, NOW)).toMatchObject([{ sessions: 1, series: 1 }]);
    }
    await rm(folder, { recursive: true });
  });
});

describe('a session without a bar', () => {
  it.each([
    ['not-yet-published', 1],
    ['vendor-empty', 0],
    ['no-trades', 0],
  ] as const)('is overdue if it is %s: %i', async (reason, sessions) => {
    const folder = await mkdtemp(join(tmpdir(), 'backfill-absent-'));
    const known = coverage({
      present: [WEEK_DAYS],
      absent: [absence(days('2026-03-02', '2026-03-03'), { reason })],
    });
    await openStore(folder).upsert(update(WEEK, { learned: known }));
    const one = openHistory({ store: folder, provider: { id: 'sample' }, clock: () => NOW });
    expect(overdueAt((await one.freshness()).unstored, NOW)).toMatchObject([{ calendar: 'XNYS', sessions }]);
    await one.close();
    await rm(folder, { recursive: true });
  });

  it('of which only some bars could be stored is none that is covered', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backfill-lacking-'));
    const lacking = [absence(days('2026-02-25', '2026-02-26'), { reason: 'rejected' })];
    await openStore(folder).upsert(
      update(WEEK, { learned: { ...coverage({ present: [WEEK_DAYS] }), lacking } }),
    );
    const one = openHistory({
      store: folder,
      provider: { id: 'sample' },
      clock: () => Date.parse('2026-02-28T12:00:00Z'),
    });
    expect((await one.freshness()).covered).toEqual([
      { calendar: 'XNYS', series: 1, tradable: 5, stored: 4 },
    ]);
    await one.close();
    await rm(folder, { recursive: true });
  });
});

describe('how much of a store is there', () => {
  it('is what check-data says', async () => {
    const { covered } = await history.freshness();
    const { totals } = await history.coverage();
    const of = (name: 'stored' | 'tradable' | 'series') => covered.reduce((sum, one) => sum + one[name], 0);
    expect(totals).toMatchObject({ series: 7, advisory: 1 });
    expect(of('series')).toBe(6);
    expect(Math.floor((of('stored') / of('tradable')) * 10_000) / 100).toBe(totals.coverage);
    expect(covered.find(({ calendar }) => calendar === 'XPAR')).toEqual({
      ...{ calendar: 'XPAR', series: 1, tradable: 21, stored: 19 },
    });
  });
});
