import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enterAction, withdrawAction } from '../../src/core/actions/action-book.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Bar,
  type CorporateAction,
  type Identity,
  type Series,
  UNKNOWN_IDENTITY,
} from '../../src/core/bars/bars.ts';
import { formatDay, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import type { Rename } from '../../src/core/instrument/rename.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { engineOf } from './engine-of.ts';
import { rename } from '../../src/library/rename.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import type { BarStore, SeriesUpdate } from '../../src/store/store.ts';
import { realData } from '../realdata.ts';
import { APPLE, NOON, absence, at, barAt, coverage, daily, days, update } from '../store/fixtures.ts';
import { notingDisk } from '../store/parquet/noting-disk.ts';
import { REAL_DATA, describeWith, itWith } from '../needs.ts';
import { rowsIn } from '../store/rows.ts';

const FB: Series = { ticker: 'FB', interval: '1d' };
const META: Series = { ticker: 'META', interval: '1d' };
const ON = '2022-06-09';
const FB_META: Rename = { from: 'FB', to: 'META', start: null, end: parseDay(ON) };
const HOW = { keepNew: true, at: NOON };
const WEEK = days('2022-06-06', '2022-06-09');
const FB_BARS = ['2022-06-06', '2022-06-07', '2022-06-08'].map((date, i) =>
  daily(date, { close: 100.25 + i, source: 'csv', fetchedAt: NOON - i }),
);
const FACEBOOK: Identity = { ...APPLE, firstTrade: parseDay('2012-05-18') };
const DIVIDEND: CorporateAction = { kind: 'dividend', exDay: parseDay('2022-06-07'), amount: 0.5 };

let folder = '';
let store: BarStore;
let history: History;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-rename-'));
  store = openParquetStore(folder);
  history = openHistory({ store: folder, clock: () => NOON });
});
afterEach(() => rm(folder, { recursive: true }));

async function hold(series: Series, bars: readonly Bar[], values: Partial<SeriesUpdate> = {}): Promise<void> {
  const present = bars.map(({ ts }) => ({ from: utcDayOf(ts), to: utcDayOf(ts) + 1 }));
  await store.upsert(update(bars, { series, learned: coverage({ present }), ...values }));
}

async function holdFacebook(): Promise<void> {
  await hold(FB, FB_BARS, { identity: FACEBOOK });
  await store.upsertActions('FB', [DIVIDEND], WEEK, 'csv', NOON);
}

const dates = async (series: Series): Promise<string[]> =>
  (await rowsIn(store, series)).map(({ ts }) => formatDay(utcDayOf(ts)));

/** Changes a final bar of a series, so that its old value becomes a revision. */
async function revise(series: Series, bar: Bar, close: number, fetchedAt: number): Promise<void> {
  await hold(series, [{ ...bar, close, fetchedAt }], { fetchedAt });
}

/** Closes of a series' revised bars, as they were and as they became. */
const revised = async (series: Series): Promise<[number, number][]> =>
  (await store.readRevisions(series)).map(({ before, after }) => [before.close, after.close]);

/** All that a store holds under some tickers. */
async function content(...tickers: string[]): Promise<unknown> {
  const { series, actions } = await store.scan({ tickers });
  const states = [...series.values()];
  const bars = await Promise.all(states.map((state) => rowsIn(store, state.series)));
  const splits = await Promise.all(tickers.map((ticker) => store.readActions(ticker)));
  return { states, bars, actions: [...actions], splits, renames: await store.readRenames() };
}

describe('a rename', () => {
  it('makes the old ticker’s bars the new one’s, with their source and time, and all that is known of them', async () => {
    await holdFacebook();
    const absent = [absence(days('2022-06-03', '2022-06-04'))];
    await hold(FB, [], { identity: FACEBOOK, learned: coverage({ absent }) });
    const done = await history.rename('fb', 'meta', { on: ON });
    expect(done).toMatchObject({ from: 'FB', to: 'META', bars: 3, actions: 1, differing: 0, setAside: [] });
    expect([done.what, done.when]).toEqual(['FB became META on 2022-06-09', 'before 2022-06-09']);
    expect(await rowsIn(store, META)).toEqual(FB_BARS);
    expect(await store.readActions('META')).toEqual([DIVIDEND]);
    const { series, actions } = await store.scan();
    expect([...series.keys()]).toEqual(['META 1d']);
    expect(series.get('META 1d')).toMatchObject({
      identity: FACEBOOK,
      calendar: 'XNYS',
      coverage: { present: [WEEK], provisional: [], absent },
      fetchedAt: NOON,
    });
    expect([...actions]).toEqual([['META', [WEEK]]]);
    expect(await store.readRenames()).toEqual([FB_META]);
  });

  it('may be told by the last day under the old name', async () => {
    await holdFacebook();
    await history.rename('FB', 'META', { start: '2022-06-07', end: '2022-06-07' });
    expect([await dates(FB), await dates(META)]).toEqual([['2022-06-06', '2022-06-08'], ['2022-06-07']]);
    expect((await store.scan()).series.get('FB 1d')?.identity).toEqual(FACEBOOK);
    expect(await store.readRenames()).toEqual([
      { ...FB_META, start: parseDay('2022-06-07'), end: parseDay('2022-06-08') },
    ]);
  });

  it('joins them to the new ticker’s later bars, under its own identity, from the first trade of both', async () => {
    await holdFacebook();
    const identity = { ...FACEBOOK, exchange: 'XNYS', firstTrade: parseDay(ON) };
    await hold(META, [daily('2022-06-09'), daily('2022-06-10')], { identity });
    await history.rename('FB', 'META', { on: ON });
    expect(await dates(META)).toEqual(['2022-06-06', '2022-06-07', '2022-06-08', '2022-06-09', '2022-06-10']);
    const state = (await store.scan()).series.get('META 1d');
    expect(state?.coverage.present).toEqual([days('2022-06-06', '2022-06-11')]);
    expect(state?.identity).toEqual({ ...identity, firstTrade: FACEBOOK.firstTrade });
  });

  it('moves every interval, and every year of it', async () => {
    const hours = ['2020-12-31T14:30Z', '2021-01-04T14:30Z', '2021-01-04T15:30Z'].map((time) => at(time));
    await hold({ ticker: 'FB', interval: '1h' }, hours);
    await holdFacebook();
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ bars: 6 });
    expect(await rowsIn(store, { ticker: 'META', interval: '1h' })).toEqual(hours);
    expect([...(await store.scan()).series.keys()].toSorted()).toEqual(['META 1d', 'META 1h']);
  });

  it('leaves a recycled ticker its own bars, and keeps its identity from the renamed one', async () => {
    const fund = { ...APPLE, type: 'etf', firstTrade: parseDay('2025-03-04') };
    await holdFacebook();
    await hold(FB, [daily('2026-02-27')], { identity: fund });
    await hold(META, [daily('2022-06-09')], { identity: FACEBOOK });
    await history.rename('FB', 'META', { on: ON });
    const { series } = await store.scan();
    expect([await dates(FB), series.get('FB 1d')?.identity]).toEqual([['2026-02-27'], fund]);
    expect([(await dates(META)).length, series.get('META 1d')?.identity]).toEqual([4, FACEBOOK]);
  });

  it('of a recycled ticker says nothing about the new one that is not stored yet', async () => {
    await hold(FB, [...FB_BARS, daily('2026-02-27')], { identity: { ...APPLE, type: 'etf' } });
    await history.rename('FB', 'META', { on: ON });
    expect((await store.scan()).series.get('META 1d')?.identity).toEqual(UNKNOWN_IDENTITY);
  });

  it('lets a recycled ticker be stored anew: nothing of the old one’s end is left', async () => {
    const absent = [absence(days('2022-06-09', '2026-02-28'), { reason: 'delisted' })];
    await hold(FB, FB_BARS, { identity: FACEBOOK, learned: coverage({ present: [WEEK], absent }) });
    await history.rename('FB', 'META', { on: ON });
    const { series } = await store.scan();
    expect(series.get('FB 1d')).toBeUndefined();
    expect(series.get('META 1d')?.coverage).toEqual(coverage({ present: [WEEK] }));
  });

  it('asks again for sessions that were missing before the new ticker’s supposed listing', async () => {
    await hold(FB, [daily('2022-06-06'), daily('2022-06-08')]);
    const listing = [absence(days('2022-06-01', '2022-06-09'), { reason: 'pre-listing' })];
    await hold(META, [], { learned: coverage({ absent: listing }) });
    await history.rename('FB', 'META', { on: ON });
    const { present, absent } = (await store.scan()).series.get('META 1d')?.coverage ?? coverage({});
    expect(present).toEqual([days('2022-06-06', '2022-06-07'), days('2022-06-08', '2022-06-09')]);
    expect(absent).toMatchObject([{ ...days('2022-06-01', '2022-06-06'), by: [{ reason: 'pre-listing' }] }]);
  });

  it('makes one series of a chain, and leaves an earlier instrument of the same name alone', async () => {
    const aol: Series = { ticker: 'AOL', interval: '1d' };
    const twx: Series = { ticker: 'TWX', interval: '1d' };
    await hold(aol, [daily('1997-12-31'), daily('2003-10-14'), daily('2003-10-15')]);
    await hold(twx, [daily('2001-01-11'), daily('2003-10-16')]);
    await history.rename('AOL', 'TWX', { start: '2001-01-12', end: '2003-10-15' });
    expect(await dates(aol)).toEqual(['1997-12-31']);
    expect(await dates(twx)).toEqual(['2001-01-11', '2003-10-14', '2003-10-15', '2003-10-16']);
  });

  it('of a ticker without bars is recorded', async () => {
    expect(await history.rename('FB', 'META', { on: ON, inAdvance: true })).toMatchObject({
      bars: 0,
      actions: 0,
      differing: 0,
    });
    expect([(await store.scan()).series.size, await store.readRenames()]).toEqual([0, [FB_META]]);
  });

  it('done again does nothing', async () => {
    await holdFacebook();
    await history.rename('FB', 'META', { on: ON });
    const before = await content('FB', 'META');
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({
      bars: 0,
      actions: 0,
      differing: 0,
    });
    expect(await content('FB', 'META')).toEqual(before);
  });

  it('says which damaged files it could not move', async () => {
    await holdFacebook();
    const path = 'bars/interval=1d/ticker=FB/period=all/bars.parquet';
    await writeFile(join(folder, path), 'rotten');
    expect((await history.rename('FB', 'META', { on: ON })).setAside).toMatchObject([{ path }]);
  });
});

describe('the revisions of a renamed ticker', () => {
  const hourly: Series = { ticker: 'FB', interval: '1h' };
  const hour = at('2021-12-31T14:30Z');

  async function fill(): Promise<void> {
    await holdFacebook();
    await hold(hourly, [hour]);
    const [first = hour, , third = hour] = FB_BARS;
    await revise(FB, first, 90.5, NOON + 1);
    await revise(FB, third, 91.5, NOON + 1);
    await revise(FB, first, 92.5, NOON + 2);
    await revise(hourly, hour, 93.5, NOON + 1);
  }
  const MOVED = [
    [100.25, 90.5],
    [90.5, 92.5],
    [102.25, 91.5],
  ];

  it('follow it, of every interval and period', async () => {
    await fill();
    const before = await Promise.all([FB, hourly].map((series) => store.readRevisions(series)));
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ revisions: 4 });
    expect(await revised(META)).toEqual(MOVED);
    const heirs = [META, { ...hourly, ticker: 'META' }];
    expect(await Promise.all(heirs.map((series) => store.readRevisions(series)))).toEqual(before);
    expect([await revised(FB), await revised(hourly)]).toEqual([[], []]);
    const { damages } = await store.examine({ now: NOON });
    expect(damages).toEqual([]);
  });

  it('join those that the new ticker has of its own', async () => {
    await fill();
    await hold(META, [daily(ON, { close: 95.5 })]);
    await revise(META, daily(ON), 96.5, NOON + 3);
    await history.rename('FB', 'META', { on: ON });
    expect(await revised(META)).toEqual([...MOVED, [95.5, 96.5]]);
  });

  it('stay with it where they are of the instrument that has its name now', async () => {
    await fill();
    await hold(FB, [daily('2022-07-01', { close: 10.5 })]);
    await revise(FB, daily('2022-07-01'), 11.5, NOON + 3);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ revisions: 4 });
    expect([await revised(FB), await revised(META)]).toEqual([[[10.5, 11.5]], MOVED]);
  });

  it('that an earlier version left behind follow when the rename is run again', async () => {
    await fill();
    await store.forget(FB);
    await store.forget(hourly);
    await store.saveRename(FB_META);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ bars: 0, revisions: 4 });
    expect(await revised(META)).toEqual(MOVED);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ revisions: 0 });
    expect(await revised(META)).toEqual(MOVED);
  });

  it('are lost at no step of the disk, and doubled at none', async () => {
    await fill();
    const steps: string[] = [];
    await rename(engineOf(openParquetStore(folder, notingDisk(folder, steps))), FB_META, HOW);
    const whole = await Promise.all([META, { ...hourly, ticker: 'META' }].map(revised));
    const relevant = steps.flatMap((step, i) => (step.includes('revisions') ? [i + 1] : []));
    expect(relevant.length).toBeGreaterThan(20);
    for (const n of relevant) {
      await rm(folder, { recursive: true });
      await fill();
      const dying = engineOf(openParquetStore(folder, notingDisk(folder, [], n)));
      await expect(rename(dying, FB_META, HOW), `step ${n}`).rejects.toMatchObject({
        code: 'store-unusable',
      });
      const left = [...(await revised(FB)), ...(await revised(META))];
      for (const pair of MOVED) expect(left, `step ${n}`).toContainEqual(pair);
      await history.rename('FB', 'META', { on: ON });
      const again = await Promise.all([META, { ...hourly, ticker: 'META' }].map(revised));
      expect([again, await revised(FB)], `step ${n}`).toEqual([whole, []]);
    }
  });

  it('are set aside where their file is damaged, and the rename is completed by the same call', async () => {
    await fill();
    const path = 'revisions/interval=1d/ticker=FB/period=all/revisions.parquet';
    await writeFile(join(folder, path), 'rotten');
    await expect(history.rename('FB', 'META', { on: ON })).rejects.toThrow(
      /in quarantine now; .*same rename again$/,
    );
    expect(await dates(FB)).toHaveLength(3);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ bars: 4 });
    expect(await revised({ ...hourly, ticker: 'META' })).toEqual([[101, 93.5]]);
    expect(await store.listSetAside()).toHaveLength(1);
  });
});

describe('where both tickers have a session', () => {
  it('the new one’s final bar stays, and an old one that differs is counted and kept in quarantine', async () => {
    await holdFacebook();
    const own = FB_BARS.map((bar, i) => ({
      ...bar,
      close: bar.close + (i === 1 ? 0.5 : 0),
      source: 'yahoo',
    }));
    await hold(META, own.slice(1));
    expect(await history.rename('FB', 'META', { on: ON, keepNew: true })).toMatchObject({
      bars: 1,
      differing: 1,
    });
    expect(await rowsIn(store, META)).toEqual([FB_BARS[0], ...own.slice(1)]);
    expect(await store.readRevisions(META)).toEqual([]);
    const { records } = await store.readRejected();
    expect(records).toMatchObject([
      {
        series: FB,
        source: 'csv',
        rows: [{ row: { ...FB_BARS[1] }, reason: "differs from META's own bar, which stays" }],
      },
    ]);
  });

  it('and prices differ, nothing is moved unless that is wanted; what is put aside can be brought back', async () => {
    await holdFacebook();
    const other = FB_BARS.slice(1).map((bar) => ({ ...bar, close: bar.close + 1, source: 'yahoo' }));
    await hold(META, other);
    const before = await content('FB', 'META');
    const refusal =
      'FB and META have other 1d prices on 2 sessions, the first 2022-06-07; nothing is moved. Is it one instrument?';
    await expect(history.rename('FB', 'META', { on: ON })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(refusal),
    });
    const path = join(folder, 'meta.csv');
    await writeFile(path, '20220608,fb\n20501231,meta\n');
    await expect(history.renameByMapFile(path)).rejects.toThrow('FB and META have other 1d prices');
    expect([await content('FB', 'META'), await store.listForgotten()]).toEqual([before, []]);
    const done = await history.rename('FB', 'META', { on: ON, keepNew: true });
    expect(done).toMatchObject({ bars: 1, differing: 2, kept: expect.any(String) });
    expect(await rowsIn(store, META)).toEqual([FB_BARS[0], ...other]);
    await history.restore(done.kept ?? '');
    expect(await rowsIn(store, FB)).toEqual(FB_BARS.slice(1));
  });

  it('and only a volume differs, it is no other price', async () => {
    await holdFacebook();
    await hold(META, [{ ...(FB_BARS[1] ?? daily(ON)), volume: 7 }]);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ bars: 2, differing: 1 });
  });

  it('a provisional one of the new ticker gives way to a final one, and is no revision', async () => {
    await holdFacebook();
    const open = daily('2022-06-08', { close: 77 });
    const provisional = [days('2022-06-08', '2022-06-09')];
    await hold(META, [open], { learned: coverage({ present: provisional, provisional }) });
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ bars: 3, differing: 0 });
    expect(await rowsIn(store, META)).toEqual(FB_BARS);
    expect((await store.scan()).series.get('META 1d')?.coverage.provisional).toEqual([]);
    expect(await store.readRevisions(META)).toEqual([]);
  });

  it('a bar of an hour that the new ticker lacks in such a session counts as a difference', async () => {
    const [first, second] = [at('2021-01-04T14:30Z'), at('2021-01-04T15:30Z')];
    await hold({ ticker: 'FB', interval: '1h' }, [first, second]);
    await hold({ ticker: 'META', interval: '1h' }, [first]);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ bars: 0, differing: 1 });
    expect(await rowsIn(store, { ticker: 'META', interval: '1h' })).toEqual([first]);
  });

  it('its splits and dividends stay too, unless it only said that there were none before its first bar', async () => {
    const actions: CorporateAction[] = [
      { kind: 'dividend', exDay: parseDay('2022-06-06'), amount: 0.5 },
      { kind: 'dividend', exDay: parseDay('2022-06-07'), amount: 0.5 },
      { kind: 'split', exDay: parseDay('2022-06-07'), ratio: 2 },
      { kind: 'dividend', exDay: parseDay('2022-06-08'), amount: 0.25 },
    ];
    await hold(FB, FB_BARS);
    await store.upsertActions('FB', actions, WEEK, 'csv', NOON);
    await hold(META, [FB_BARS[1] ?? daily(ON)]);
    const own: CorporateAction[] = [{ kind: 'dividend', exDay: parseDay('2022-06-07'), amount: 0.75 }];
    await store.upsertActions('META', own, WEEK, 'yahoo', NOON);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ actions: 2, differing: 2 });
    expect(await store.readActions('META')).toEqual([actions[0], own[0], actions[3]]);
    const { records } = await store.readRejected();
    expect(records.flatMap(({ rows }) => rows.map(({ row }) => row))).toEqual([actions[1], actions[2]]);
  });

  it('the same dividend is no difference, even where the new ticker has no bar of the day', async () => {
    await holdFacebook();
    await store.upsertActions('META', [DIVIDEND], days('2022-06-07', '2022-06-08'), 'yahoo', NOON);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ actions: 0, differing: 0 });
    expect(await store.readActions('META')).toEqual([DIVIDEND]);
  });

  it('what a user entered or withdrew stays so, with its time', async () => {
    await holdFacebook();
    await store.updateActions('FB', (book) => {
      const key = { kind: 'dividend', exDay: DIVIDEND.exDay } as const;
      const entered = enterAction(book, { kind: 'split', exDay: DIVIDEND.exDay, ratio: 3 }, NOON + 1);
      return withdrawAction(entered, key, NOON + 2) ?? entered;
    });
    const { entries, past } = await store.readActionBook('FB');
    expect([entries.length, past.length]).toEqual([1, 1]);
    await history.rename('FB', 'META', { on: ON });
    expect(await store.readActionBook('META')).toMatchObject({ entries, past });
    expect(await store.readActionBook('FB')).toMatchObject({ entries: [], past: [] });
  });

  it('all that is known of the old one’s ex-dates is the new one’s, with holes', async () => {
    const known = [days('2021-01-04', '2021-02-01'), WEEK];
    await hold(FB, FB_BARS);
    for (const run of known) await store.upsertActions('FB', [], run, 'csv', NOON);
    await history.rename('FB', 'META', { on: ON });
    expect([...(await store.scan()).actions]).toEqual([['META', known]]);
  });

  it('splits and dividends outside the renamed days stay with the old ticker', async () => {
    const later: CorporateAction = { ...DIVIDEND, exDay: parseDay(ON) };
    await hold(FB, [...FB_BARS, daily(ON)]);
    await store.upsertActions('FB', [DIVIDEND, later], days('2022-06-06', '2022-06-10'), 'csv', NOON);
    await history.rename('FB', 'META', { on: ON });
    expect([await store.readActions('FB'), await store.readActions('META')]).toEqual([[later], [DIVIDEND]]);
    expect((await store.scan()).actions.get('FB')).toEqual([days(ON, '2022-06-10')]);
  });
});

/** A store whose `count`-th change of its content, and all after it, fail. */
function failingAfter(count: number): { store: BarStore; changes: () => number } {
  let changes = 0;
  const changing = new Set([
    'saveRename',
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

describe('an interrupted rename', () => {
  const hour: Series = { ticker: 'FB', interval: '1h' };
  const hours = [at('2021-12-31T14:30Z'), at('2022-06-08T13:30Z')];
  const rival = daily('2022-06-07', { close: 99 });

  async function fill(): Promise<void> {
    await holdFacebook();
    await hold(hour, hours);
    const absent = [absence(days('2022-06-01', '2022-06-07'), { reason: 'pre-listing' })];
    const present = [days('2022-06-07', '2022-06-08')];
    await hold(META, [rival], { learned: coverage({ present, absent }), identity: FACEBOOK });
  }

  it('loses no bar at any step, and is completed by the same call', async () => {
    await fill();
    const all = failingAfter(Number.POSITIVE_INFINITY);
    await rename(engineOf(all.store), FB_META, HOW);
    const whole = await content('FB', 'META');
    expect(all.changes()).toBeGreaterThanOrEqual(9);
    for (let step = 0; step < all.changes(); step++) {
      await rm(folder, { recursive: true });
      await fill();
      await expect(rename(engineOf(failingAfter(step).store), FB_META, HOW)).rejects.toThrow('power cut');
      expect((await store.readRenames()).length, `after step ${step}`).toBe(Math.min(step, 1));
      const left = [...(await rowsIn(store, FB)), ...(await rowsIn(store, META))];
      for (const bar of [...FB_BARS.filter(({ ts }) => ts !== rival.ts), rival])
        expect(left, `after step ${step}`).toContainEqual(bar);
      const kept = (await store.readRejected()).records.flatMap(({ rows }) => rows.map(({ row }) => row));
      expect([...left, ...kept], `after step ${step}`).toContainEqual(FB_BARS[1]);
      const hourly = await Promise.all(['FB', 'META'].map((ticker) => rowsIn(store, { ...hour, ticker })));
      for (const bar of hours) expect(hourly.flat(), `after step ${step}`).toContainEqual(bar);
      const actions = await Promise.all(['FB', 'META'].map((ticker) => store.readActions(ticker)));
      expect(actions.flat(), `after step ${step}`).toContainEqual(DIVIDEND);
      await rename(engineOf(store), FB_META, HOW);
      expect(await content('FB', 'META'), `again after step ${step}`).toEqual(whole);
    }
  });

  it('gives the store back', async () => {
    await fill();
    await expect(rename(engineOf(failingAfter(2).store), FB_META, HOW)).rejects.toThrow('power cut');
    await (await openParquetStore(folder).acquire()).release();
  });
});

describe('a rename that cannot be meant is refused in one line and changes nothing', () => {
  beforeEach(holdFacebook);

  it.each<[string, string, string, Parameters<History['rename']>[2], string]>([
    ['of a ticker to itself', 'BRK.B', 'brk-b', { on: ON }, 'BRK-B is both the old ticker and the new one'],
    ['of no ticker', 'F B', 'META', { on: ON }, '"F B" is not a ticker'],
    [
      'on no date',
      'FB',
      'META',
      { on: '9 June 2022' },
      '--on "9 June 2022" is not a date; write it as YYYY-MM-DD',
    ],
    ['in the future', 'FB', 'META', { on: '2202-06-09' }, '--on 2202-06-09: is still to come'],
    ['with two ends', 'FB', 'META', { on: ON, end: ON }, 'contradict each other; give one'],
    [
      'that ends before it starts',
      'FB',
      'META',
      { start: ON, end: '2022-06-08' },
      '--start 2022-06-09 is after --end 2022-06-08',
    ],
    ['that starts on its day', 'FB', 'META', { start: ON, on: ON }, 'is not before --on 2022-06-09'],
    [
      'to another market',
      'FB',
      'FB2A.DE',
      { on: ON },
      'FB (calendar XNYS) cannot become FB2A.DE (calendar XETR)',
    ],
  ])('%s', async (_, from, to, range, message) => {
    const before = await content('FB', to);
    await expect(history.rename(from, to, range)).rejects.toThrow(message);
    expect(await content('FB', to)).toEqual(before);
  });

  it('on the day that is tomorrow somewhere is none of these', async () => {
    await history.rename('FB', 'META', { on: '2026-03-03' });
    await expect(history.rename('FB', 'META', { on: '2026-03-04' })).rejects.toThrow('still to come');
  });

  it('of sessions that became another ticker’s before', async () => {
    await history.rename('FB', 'META', { on: ON });
    await expect(history.rename('FB', 'FBX', { on: '2022-06-10' })).rejects.toThrow(
      "FB's sessions before 2022-06-09 are META's by an earlier rename: they cannot be FBX's too",
    );
    await history.rename('FB', 'FBX', { start: ON, on: '2022-06-10' });
  });

  it('of tickers that nothing is known of', async () => {
    await expect(history.rename('FA', 'MEAT', { on: ON })).rejects.toThrow(
      'nothing is stored of FA or MEAT: is that how they are spelt?',
    );
    expect(await store.readRenames()).toEqual([]);
  });

  it('to an instrument of another kind', async () => {
    await hold(META, [daily(ON)], { identity: { ...FACEBOOK, type: 'etf', firstTrade: parseDay(ON) } });
    await expect(history.rename('FB', 'META', { on: ON })).rejects.toThrow(
      'FB and META are two instruments: it was equity, now etf; nothing is moved',
    );
    expect([(await dates(FB)).length, await store.readRenames()]).toEqual([3, []]);
  });

  it('while another process writes', async () => {
    const writer = await store.acquire();
    await expect(history.rename('FB', 'META', { on: ON })).rejects.toMatchObject({ code: 'store-locked' });
    await writer.release();
  });
});

describe('a map file', () => {
  const bar = (date: string): Bar => barAt(Date.parse(date), { source: 'csv' });

  it('renames all that it tells of, and nothing besides', async () => {
    await hold({ ticker: 'OLD', interval: '1d' }, [bar('2005-06-29'), bar('2005-06-30'), bar('2005-07-01')]);
    await hold({ ticker: 'MID', interval: '1d' }, [bar('2005-06-30'), bar('2010-01-04'), bar('2010-01-05')]);
    const path = join(folder, 'new.csv');
    await writeFile(path, '20050630,old\n20100104,mid\n20501231,new\n');
    expect((await history.renameByMapFile(path)).map(({ what, bars }) => `${what}: ${bars}`)).toEqual([
      'OLD became NEW on 2005-07-01: 1',
      'MID became NEW on 2010-01-05: 1',
    ]);
    expect(await dates({ ticker: 'NEW', interval: '1d' })).toEqual(['2005-06-30', '2010-01-04']);
  });

  it('that leads to another market moves nothing', async () => {
    const path = join(folder, 'new.csv');
    await writeFile(path, '20050630,old\n20070629,old.de\n20100104,mid\n20501231,new\n');
    await expect(history.renameByMapFile(path)).rejects.toThrow('OLD.DE (calendar XETR) cannot become NEW');
    expect(await store.readRenames()).toEqual([]);
  });

  itWith(REAL_DATA)('of 21st Century Fox makes one series of three names', async () => {
    for (const [ticker, ...held] of [
      ['NWSA', '2013-06-27', '2013-06-28', '2013-07-01'],
      ['FOXA', '2013-07-01', '2019-03-18', '2019-03-19'],
      ['TFCFA', '2019-03-19', '2019-03-20'],
    ])
      await hold({ ticker: ticker ?? '', interval: '1d' }, held.map(bar));
    await history.renameByMapFile(realData('corporate-actions/map_files/tfcfa.csv'));
    expect(await dates({ ticker: 'TFCFA', interval: '1d' })).toEqual([
      '2013-06-27',
      '2013-06-28',
      '2013-07-01',
      '2019-03-18',
      '2019-03-19',
      '2019-03-20',
    ]);
    expect(await dates({ ticker: 'NWSA', interval: '1d' })).toEqual(['2013-07-01']);
    expect(await dates({ ticker: 'FOXA', interval: '1d' })).toEqual(['2019-03-19']);
  });
});

describeWith(REAL_DATA)('Facebook’s real bars', () => {
  it('are Meta’s after the rename, bit by bit; those of the company that was FB before are not', async () => {
    const filling = openHistory({
      store: folder,
      provider: { id: 'csv', url: realData('daily-raw'), settings: { basis: 'raw' } },
      workers: 1,
      clock: () => Date.parse('2021-03-31T00:00:00Z'),
    });
    const { fetched, failures } = await filling.backfill({ tickers: ['FB'], start: '1999-09-29' });
    expect([fetched, failures]).toEqual([1, []]);
    const stored = await rowsIn(store, FB);
    const listed = parseDay('2012-05-18');
    const facebook = stored.filter(({ ts }) => utcDayOf(ts) >= listed);
    const earlier = stored.filter(({ ts }) => utcDayOf(ts) < listed);
    expect([facebook.length, earlier.length]).toEqual([2230, 716]);
    const done = await history.rename('FB', 'META', { start: '2012-05-18', on: ON });
    expect(done).toMatchObject({ bars: 2230, differing: 0, when: 'from 2012-05-18 to 2022-06-08' });
    expect(await rowsIn(store, META)).toEqual(facebook);
    expect(await rowsIn(store, FB)).toEqual(earlier);
    const report = await history.coverage({ tickers: ['META'], end: '2021-03-30', start: '2012-05-18' });
    expect(report.series).toMatchObject([{ ticker: 'META', present: 2230, missing: 0 }]);
  });
});
