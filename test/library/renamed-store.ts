import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Bar, type CorporateAction, type Identity, type Series } from '../../src/core/bars/bars.ts';
import { formatDay, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import type { Rename } from '../../src/core/instrument/rename.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import type { BarStore, SeriesUpdate } from '../../src/store/store.ts';
import { APPLE, NOON, coverage, daily, days, update } from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { tellActions } from '../store/told-actions.ts';

export const FB: Series = { ticker: 'FB', interval: '1d' };
export const META: Series = { ticker: 'META', interval: '1d' };
export const ON = '2022-06-09';
export const FB_META: Rename = { from: 'FB', to: 'META', start: null, end: parseDay(ON) };
export const HOW = { keepNew: true, at: NOON };
export const WEEK = days('2022-06-06', '2022-06-09');
export const FB_BARS = ['2022-06-06', '2022-06-07', '2022-06-08'].map((date, i) =>
  daily(date, { close: 100.25 + i, source: 'csv', fetchedAt: NOON - i }),
);
export const FACEBOOK: Identity = { ...APPLE, firstTrade: parseDay('2012-05-18') };
export const DIVIDEND: CorporateAction = { kind: 'dividend', exDay: parseDay('2022-06-07'), amount: 0.5 };

/** An empty store, new for each test. */
export let folder = '';
export let store: BarStore;
export let history: History;

/** Has each test of a file begin with a store of its own. */
export function beginEmpty(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-rename-'));
    store = openParquetStore(folder);
    history = openHistory({ store: folder, clock: () => NOON });
  });
  afterEach(() => rm(folder, { recursive: true }));
}

export async function hold(
  series: Series,
  bars: readonly Bar[],
  values: Partial<SeriesUpdate> = {},
): Promise<void> {
  const present = bars.map(({ ts }) => ({ from: utcDayOf(ts), to: utcDayOf(ts) + 1 }));
  await store.upsert(update(bars, { series, learned: coverage({ present }), ...values }));
}

export async function holdFacebook(): Promise<void> {
  await hold(FB, FB_BARS, { identity: FACEBOOK });
  await tellActions(store, 'FB', [DIVIDEND], WEEK, 'csv', NOON);
}

export const dates = async (series: Series): Promise<string[]> =>
  (await rowsIn(store, series)).map(({ ts }) => formatDay(utcDayOf(ts)));

/** Changes a final bar of a series, so that its old value becomes a revision. */
export async function revise(series: Series, bar: Bar, close: number, fetchedAt: number): Promise<void> {
  await hold(series, [{ ...bar, close, fetchedAt }], { fetchedAt });
}

/** Closes of a series' revised bars, as they were and as they became. */
export const revised = async (series: Series): Promise<[number, number][]> =>
  (await store.readRevisions(series)).map(({ before, after }) => [before.close, after.close]);

/** All that a store holds under some tickers. */
export async function content(...tickers: string[]): Promise<unknown> {
  const { series, actions } = await store.scan({ tickers });
  const states = [...series.values()];
  const bars = await Promise.all(states.map((state) => rowsIn(store, state.series)));
  const splits = await Promise.all(tickers.map((ticker) => store.readActions(ticker)));
  return { states, bars, actions: [...actions], splits, renames: await store.readRenames() };
}

/** A store whose `count`-th change of its content, and all after it, fail. */
export function failingAfter(count: number): { store: BarStore; changes: () => number } {
  let changes = 0;
  const changing = new Set([
    'saveRename',
    'removeRename',
    'upsert',
    'updateActions',
    'forget',
    'forgetActions',
    'quarantine',
    'moveRevisions',
  ]);
  const proxy = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (changing.has(String(name)) && ++changes > count) throw new Error('power cut');
        return Reflect.apply(member, target, args);
      };
    },
  });
  return { store: proxy, changes: () => changes };
}
