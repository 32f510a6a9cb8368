import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Series } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { rename } from '../../src/library/rename.ts';
import { undoRename } from '../../src/library/undo-rename.ts';
import { NOON, absence, at, coverage, daily, days } from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { tellActions } from '../store/told-actions.ts';
import { engineOf } from './engine-of.ts';
import {
  beginEmpty,
  FB,
  META,
  ON,
  FB_META,
  HOW,
  WEEK,
  FB_BARS,
  FACEBOOK,
  DIVIDEND,
  failingAfter,
  folder,
  store,
  history,
  hold,
  holdFacebook,
  dates,
  content,
  revise,
  revised,
} from './renamed-store.ts';

beginEmpty();

const HOUR: Series = { ticker: 'FB', interval: '1h' };
const HOURS = [at('2021-12-31T14:30Z'), at('2022-06-08T13:30Z')];
const OWN = [daily('2022-06-09', { close: 55 }), daily('2022-06-10', { close: 56 })];
const OWN_DIVIDEND = { kind: 'dividend', exDay: parseDay('2022-06-10'), amount: 0.25 } as const;

/** Facebook with hours, a revision and a session without a bar, and a META that has later bars of its own. */
async function fill(): Promise<void> {
  await holdFacebook();
  const absent = [absence(days('2022-06-03', '2022-06-04'))];
  await hold(FB, [], { identity: FACEBOOK, learned: coverage({ absent }) });
  await revise(FB, FB_BARS[0] ?? OWN[0]!, 90, NOON);
  await hold(HOUR, HOURS, { identity: FACEBOOK });
  const identity = { ...FACEBOOK, exchange: 'XNYS', firstTrade: parseDay(ON) };
  await hold(META, OWN, { identity });
  await tellActions(store, 'META', [OWN_DIVIDEND], days(ON, '2022-06-11'), 'csv', NOON);
}

describe('a rename that is taken back', () => {
  it('leaves nothing of itself: bars, knowledge, splits, dividends and revisions are as they were', async () => {
    await fill();
    const before = await content('FB', 'META');
    await history.rename('FB', 'META', { on: ON });
    expect([await dates(FB), (await dates(META)).length]).toEqual([[], 5]);
    const undone = await history.undoRename('fb', 'meta');
    expect(undone).toEqual({
      ...{ from: 'FB', to: 'META', what: 'FB became META on 2022-06-09', when: 'before 2022-06-09' },
      ...{ bars: 5, actions: 1, revisions: 1, forgotten: [] },
    });
    expect(await content('FB', 'META')).toEqual(before);
    expect([await revised(FB), await revised(META)]).toEqual([[[100.25, 90]], []]);
    await expect(history.undoRename('FB', 'META')).rejects.toThrow('no rename of FB to META is recorded');
  });

  it('leaves no trace of a new ticker that had nothing of its own', async () => {
    await holdFacebook();
    const before = await content('FB', 'MEAT');
    await history.rename('FB', 'MEAT', { on: ON });
    expect(await history.undoRename('FB', 'MEAT', { on: ON })).toMatchObject({ bars: 3, actions: 1 });
    expect(await content('FB', 'MEAT')).toEqual(before);
  });

  it('gives back only what was moved, in a part that it speaks of', async () => {
    await holdFacebook();
    await history.rename('FB', 'META', { start: '2022-06-07', end: '2022-06-07' });
    // A session that META was asked for since, before and among those of the rename.
    await hold(META, [daily('2022-06-03', { close: 7, fetchedAt: NOON + 1 })]);
    await history.undoRename('FB', 'META', { start: '2022-06-07', end: '2022-06-07' });
    expect([await rowsIn(store, FB), await dates(META)]).toEqual([FB_BARS, ['2022-06-03']]);
  });

  it('of which nothing had moved is no longer recorded, and no bar moves', async () => {
    await history.rename('FB', 'META', { on: ON, inAdvance: true });
    await hold(META, [daily('2022-06-07')]);
    expect(await history.undoRename('FB', 'META')).toMatchObject({ bars: 0, actions: 0, revisions: 0 });
    expect([await dates(META), await store.readRenames()]).toEqual([['2022-06-07'], []]);
  });

  it('lets what is left of the new ticker be the instrument that it is', async () => {
    await holdFacebook();
    const own = { ...FACEBOOK, firstTrade: null };
    await hold(META, OWN, { identity: own });
    await history.rename('FB', 'META', { on: ON });
    expect((await store.scan()).series.get('META 1d')?.identity.firstTrade).toBe(FACEBOOK.firstTrade);
    await history.undoRename('FB', 'META');
    const { series } = await store.scan();
    expect(series.get('META 1d')?.identity).toEqual({ ...own, firstTrade: parseDay(ON) });
    expect(series.get('FB 1d')?.identity).toEqual(FACEBOOK);
  });

  it('loses nothing at any step, and is completed by the same call', async () => {
    await fill();
    const before = await content('FB', 'META');
    await rename(engineOf(store), FB_META, HOW);
    const all = failingAfter(Number.POSITIVE_INFINITY);
    await undoRename(engineOf(all.store), FB_META);
    expect(all.changes()).toBeGreaterThanOrEqual(8);
    for (let step = 0; step < all.changes(); step++) {
      await rm(folder, { recursive: true });
      await fill();
      await rename(engineOf(store), FB_META, HOW);
      await expect(undoRename(engineOf(failingAfter(step).store), FB_META)).rejects.toThrow('power cut');
      expect((await store.readRenames()).length, `after step ${step}`).toBe(1);
      const left = [...(await rowsIn(store, FB)), ...(await rowsIn(store, META))].map(({ close }) => close);
      for (const close of [90, 101.25, 102.25, 55, 56]) expect(left, `after step ${step}`).toContain(close);
      const hourly = await Promise.all(['FB', 'META'].map((ticker) => rowsIn(store, { ...HOUR, ticker })));
      for (const bar of HOURS) expect(hourly.flat(), `after step ${step}`).toContainEqual(bar);
      const actions = await Promise.all(['FB', 'META'].map((ticker) => store.readActions(ticker)));
      for (const one of [DIVIDEND, OWN_DIVIDEND])
        expect(actions.flat(), `after step ${step}`).toContainEqual(one);
      expect([...(await revised(FB)), ...(await revised(META))]).toContainEqual([100.25, 90]);
      await undoRename(engineOf(store), FB_META);
      expect(await content('FB', 'META'), `again after step ${step}`).toEqual(before);
    }
  }, 60_000);

  it('after a rename that was interrupted gives back all the same', async () => {
    await fill();
    const before = await content('FB', 'META');
    const all = failingAfter(Number.POSITIVE_INFINITY);
    await rename(engineOf(all.store), FB_META, HOW);
    for (let step = 1; step < all.changes(); step++) {
      await rm(folder, { recursive: true });
      await fill();
      await expect(rename(engineOf(failingAfter(step).store), FB_META, HOW)).rejects.toThrow('power cut');
      if (step % 2 === 0) await rename(engineOf(store), FB_META, HOW);
      await undoRename(engineOf(store), FB_META);
      expect(await content('FB', 'META'), `after step ${step}`).toEqual(before);
    }
  }, 60_000);
});

describe('a rename that cannot be taken back is refused in one line and changes nothing', () => {
  const BACK = 'nothing is moved';

  async function refuses(message: string, range = {}): Promise<void> {
    const before = await content('FB', 'META');
    await expect(history.undoRename('FB', 'META', range)).rejects.toMatchObject({ code: 'usage', message });
    expect(await content('FB', 'META')).toEqual(before);
  }

  it('where none is recorded, with those of these tickers that are', async () => {
    await refuses(`no rename of FB to META is recorded; renames.json has none of either; ${BACK}`);
    await holdFacebook();
    await history.rename('FB', 'MEAT', { on: ON });
    await refuses(`no rename of FB to META is recorded; recorded is: FB became MEAT on 2022-06-09; ${BACK}`);
    await history.rename('FB', 'META', { start: '2022-07-01', on: '2022-08-01', inAdvance: true });
    await refuses(
      'no rename of FB to META before 2022-06-08 is recorded; recorded is: FB became MEAT on 2022-06-09; ' +
        `FB became META on 2022-08-01; ${BACK}`,
      { on: '2022-06-08' },
    );
  });

  it('where there are two, and it is not said which', async () => {
    await holdFacebook();
    await history.rename('FB', 'META', { end: '2022-06-06' });
    await history.rename('FB', 'META', { start: '2022-06-08', on: ON });
    await refuses(
      'FB became META more than once, before 2022-06-07; from 2022-06-08 to 2022-06-08; nothing is moved; say which with ' +
        'start and on or end',
    );
    await history.undoRename('FB', 'META', { end: '2022-06-06' });
    expect([await dates(FB), await dates(META)]).toEqual([['2022-06-06', '2022-06-07'], ['2022-06-08']]);
  });

  it('where what moved went on to a third ticker', async () => {
    await holdFacebook();
    await history.rename('FB', 'META', { on: ON });
    await history.rename('META', 'MVRS', { on: ON });
    await refuses(
      "META became MVRS on 2022-06-09 by a later rename, with what was FB's; nothing is moved; take that back first: " +
        'backfill rename --undo META MVRS',
    );
    await history.undoRename('META', 'MVRS');
    expect(await history.undoRename('FB', 'META')).toMatchObject({ bars: 3, actions: 1 });
    expect(await rowsIn(store, FB)).toEqual(FB_BARS);
  });

  it('where it does not say what moved', async () => {
    await hold(META, FB_BARS);
    await store.saveRename(FB_META);
    await refuses(
      "what moved from FB to META was not recorded with the rename: which of META's bars are FB's cannot be told; nothing " +
        'is moved; to move all of them before 2022-06-09: backfill rename META FB --on 2022-06-09',
    );
    await store.forget(META);
    expect(await history.undoRename('FB', 'META')).toMatchObject({ bars: 0 });
  });

  it('where both had bars of a session', async () => {
    await holdFacebook();
    await hold(META, FB_BARS.slice(1, 2));
    await history.rename('FB', 'META', { on: ON });
    await refuses(
      "FB and META both had 1d bars on 2022-06-07 when the one became the other, and only META's stayed: FB's cannot all " +
        `be given back; ${BACK}`,
    );
  });

  it('where the new ticker was answered for since', async () => {
    await holdFacebook();
    await history.rename('FB', 'META', { on: ON });
    await revise(META, FB_BARS[1] ?? OWN[0]!, 7, NOON + 1);
    await refuses(
      'META has other 1d bars on 2022-06-07 than it got from FB: whose that is cannot be told; nothing is moved; to be rid ' +
        'of it first: backfill forget META --start 2022-06-07 --end 2022-06-07',
    );
    await history.forget('META', { start: '2022-06-07', end: '2022-06-07' });
    await history.undoRename('FB', 'META');
    expect([await dates(FB), await dates(META)]).toEqual([['2022-06-06', '2022-06-08'], []]);
  });

  it('where a dividend of the new ticker was', async () => {
    await holdFacebook();
    await history.rename('FB', 'META', { on: ON });
    await tellActions(
      store,
      'META',
      [{ kind: 'dividend', exDay: DIVIDEND.exDay, amount: 0.75 }],
      WEEK,
      'csv',
      NOON + 1,
    );
    await refuses(
      'META has another dividend on 2022-06-07 than it got from FB: whose that is cannot be told; nothing is moved; to be ' +
        'rid of it first: backfill forget META --start 2022-06-07 --end 2022-06-07',
    );
  });

  it('where the old ticker has other bars by now', async () => {
    await holdFacebook();
    await history.rename('FB', 'META', { on: ON });
    await hold(FB, [daily('2022-06-06', { close: 7 })]);
    await refuses(
      'FB has other 1d bars of its own by now on 2022-06-06 than META got from it; nothing is moved; to be rid of those ' +
        'first: backfill forget FB --start 2022-06-06 --end 2022-06-06',
    );
  });

  it('where a file is damaged', async () => {
    await holdFacebook();
    await history.rename('FB', 'META', { on: ON });
    const path = 'bars/interval=1d/ticker=META/period=all/bars.parquet';
    await writeFile(join(folder, path), 'rotten');
    await expect(history.undoRename('FB', 'META')).rejects.toThrow(
      `${path} is damaged: what of it is FB's and what META's cannot be told; nothing is moved; fetch again what it held`,
    );
    expect(await store.readRenames()).toHaveLength(1);
  });

  it('while another process writes', async () => {
    await holdFacebook();
    await history.rename('FB', 'META', { on: ON });
    const writer = await store.acquire();
    await expect(history.undoRename('FB', 'META')).rejects.toMatchObject({ code: 'store-locked' });
    await writer.release();
  });
});
