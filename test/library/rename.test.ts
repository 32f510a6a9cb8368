import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Series, UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import type { History } from '../../src/library/history.ts';
import { APPLE, NOON, absence, at, coverage, daily, days } from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import {
  beginEmpty,
  FB,
  META,
  ON,
  FB_META,
  WEEK,
  FB_BARS,
  FACEBOOK,
  DIVIDEND,
  folder,
  store,
  history,
  hold,
  holdFacebook,
  dates,
  content,
} from './renamed-store.ts';

beginEmpty();

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
    expect(await store.readRenames()).toMatchObject([FB_META]);
  });

  it('may be told by the last day under the old name', async () => {
    await holdFacebook();
    await history.rename('FB', 'META', { start: '2022-06-07', end: '2022-06-07' });
    expect([await dates(FB), await dates(META)]).toEqual([['2022-06-06', '2022-06-08'], ['2022-06-07']]);
    expect((await store.scan()).series.get('FB 1d')?.identity).toEqual(FACEBOOK);
    expect(await store.readRenames()).toMatchObject([
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
    expect((await store.scan()).series.size).toBe(0);
    expect(await store.readRenames()).toMatchObject([FB_META]);
  });

  it.each([
    ['before its first bar', { on: '1990-01-02' }, 'before 1990-01-02'],
    ['after its last bar', { start: '2022-07-01', on: '2022-08-01' }, 'from 2022-07-01 to 2022-07-31'],
  ])('that speaks only of days %s has to be meant', async (_, range, when) => {
    await holdFacebook();
    await expect(history.rename('FB', 'META', range)).rejects.toMatchObject({
      code: 'usage',
      message:
        `no bar of FB is stored ${when}; its bars are of 2022-06-06..2022-06-08: are the dates right? ` +
        'To record a rename before what it moves is fetched: inAdvance',
    });
    expect(await store.readRenames()).toEqual([]);
    expect(await history.rename('FB', 'META', { ...range, inAdvance: true })).toMatchObject({ bars: 0 });
    // Recorded, it may be run again.
    expect(await history.rename('FB', 'META', range)).toMatchObject({ bars: 0 });
  });

  it('of an old ticker of which nothing is stored has to be meant, though the new one is', async () => {
    await hold(META, [daily('2022-06-09')]);
    await expect(history.rename('FBB', 'META', { on: ON })).rejects.toMatchObject({
      code: 'usage',
      message:
        'nothing is stored of FBB: is that how it is spelt? ' +
        'To record a rename before anything is fetched: inAdvance',
    });
    expect(await store.readRenames()).toEqual([]);
    expect(await history.rename('FBB', 'META', { on: ON, inAdvance: true })).toMatchObject({ bars: 0 });
    // Recorded, it may be run again.
    expect(await history.rename('FBB', 'META', { on: ON })).toMatchObject({ bars: 0 });
  });

  it('of a ticker that lately has no bar is recorded: its new provider does not know it any more', async () => {
    await hold(FB, [], { learned: coverage({ absent: [absence(WEEK, { reason: 'unknown-ticker' })] }) });
    expect(await history.rename('FB', 'META', { on: '2012-01-03' })).toMatchObject({ bars: 0 });
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

  it('makes what is lost with damaged files the new ticker’s, and leaves the rest with the old one', async () => {
    const after = '2022-06-10';
    await hold(FB, [...FB_BARS, daily(after)]);
    const MINUTES = { ticker: 'FB', interval: '1m' } as const;
    for (const day of ['2022-05-31', '2022-06-06']) await hold(MINUTES, [at(`${day}T13:30Z`)]);
    const months = 'bars/interval=1m/ticker=FB/period=2022-05/bars.parquet';
    for (const path of [`bars/interval=1d/ticker=FB/period=all/bars.parquet`, months]) {
      const bytes = await readFile(join(folder, path));
      bytes.fill(0xff, 4, 60);
      await writeFile(join(folder, path), bytes);
    }
    await store.examine({ now: NOON, fix: true });
    await history.rename('FB', 'META', { on: ON });
    const { lost = [], held } = await store.scan();
    expect(lost.map(({ ticker, interval, path }) => [ticker, interval, held?.get(path)])).toEqual([
      ['FB', '1d', [days(after, '2022-06-11')]],
      ['META', '1d', [WEEK]],
      ['META', '1m', [days('2022-05-31', '2022-06-01')]],
    ]);
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
      'on "9 June 2022" is not a date; write it as YYYY-MM-DD',
    ],
    ['in the future', 'FB', 'META', { on: '2202-06-09' }, 'on 2202-06-09: is still to come'],
    ['with two ends', 'FB', 'META', { on: ON, end: ON }, 'contradict each other; give one'],
    [
      'that ends before it starts',
      'FB',
      'META',
      { start: ON, end: '2022-06-08' },
      'start 2022-06-09 is after end 2022-06-08',
    ],
    ['that starts on its day', 'FB', 'META', { start: ON, on: ON }, 'is not before on 2022-06-09'],
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
