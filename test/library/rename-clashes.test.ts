import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { enterAction, withdrawAction } from '../../src/core/actions/action-book.ts';
import { describe, expect, it } from 'vitest';
import type { CorporateAction, Series } from '../../src/core/bars/bars.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { NOON, at, coverage, daily, days } from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import {
  beginEmpty,
  FB,
  META,
  ON,
  WEEK,
  FB_BARS,
  DIVIDEND,
  folder,
  store,
  history,
  hold,
  holdFacebook,
  content,
} from './renamed-store.ts';
import { tellActions } from '../store/told-actions.ts';

beginEmpty();

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

  it('what moves, and what both say alike, is not put aside with what lies around it', async () => {
    await holdFacebook();
    const later = ['2022-06-01', '2022-06-02', '2022-06-03'].map((date) => daily(date, { source: 'csv' }));
    const all = [...later, ...FB_BARS];
    await hold(FB, all);
    // Of 1 and 8 June the two differ, of the 2nd META has no bar, and of the 3rd the same one.
    const own = [{ ...later[0], close: 7 }, later[2], { ...FB_BARS[2], close: 9 }].map((bar) =>
      daily(ON, bar),
    );
    await hold(META, own);
    const done = await history.rename('FB', 'META', { on: ON, keepNew: true });
    expect(done).toMatchObject({ bars: 3, differing: 2, keptBars: 2 });
    expect(await history.restore(done.kept ?? '')).toMatchObject({ rows: 2 });
    expect(await rowsIn(store, FB)).toEqual([later[0], FB_BARS[2]]);
    expect(await rowsIn(store, META)).toEqual([own[0], later[1], own[1], ...FB_BARS.slice(0, 2), own[2]]);
  });

  it('each interval’s own sessions are put aside, be they other ones', async () => {
    const [first, second] = [at('2021-01-04T14:30Z'), at('2021-01-05T14:30Z')];
    const hours: Series = { ticker: 'FB', interval: '1h' };
    const daysOf = [daily('2021-01-04', { close: 5 }), daily('2021-01-05', { close: 6 })];
    await hold(hours, [first, second]);
    await hold(FB, daysOf);
    await hold({ ticker: 'META', interval: '1h' }, [{ ...first, close: first.close * 2 }]);
    await hold(META, [{ ...(daysOf[1] ?? daily(ON)), close: 7 }]);
    const done = await history.rename('FB', 'META', { on: ON, keepNew: true });
    expect(done).toMatchObject({ bars: 2, differing: 2, keptBars: 2 });
    await history.restore(done.kept ?? '');
    expect([await rowsIn(store, hours), await rowsIn(store, FB)]).toEqual([[first], [daysOf[1]]]);
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
    await tellActions(store, 'FB', actions, WEEK, 'csv', NOON);
    await hold(META, [FB_BARS[1] ?? daily(ON)]);
    const own: CorporateAction[] = [{ kind: 'dividend', exDay: parseDay('2022-06-07'), amount: 0.75 }];
    await tellActions(store, 'META', own, WEEK, 'yahoo', NOON);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ actions: 2, differing: 2 });
    expect(await store.readActions('META')).toEqual([actions[0], own[0], actions[3]]);
    const { records } = await store.readRejected();
    expect(records.flatMap(({ rows }) => rows.map(({ row }) => row))).toEqual([actions[1], actions[2]]);
  });

  it('the same dividend is no difference, even where the new ticker has no bar of the day', async () => {
    await holdFacebook();
    await tellActions(store, 'META', [DIVIDEND], days('2022-06-07', '2022-06-08'), 'yahoo', NOON);
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
    for (const run of known) await tellActions(store, 'FB', [], run, 'csv', NOON);
    await history.rename('FB', 'META', { on: ON });
    expect([...(await store.scan()).actions]).toEqual([['META', known]]);
  });

  it('splits and dividends outside the renamed days stay with the old ticker', async () => {
    const later: CorporateAction = { ...DIVIDEND, exDay: parseDay(ON) };
    await hold(FB, [...FB_BARS, daily(ON)]);
    await tellActions(store, 'FB', [DIVIDEND, later], days('2022-06-06', '2022-06-10'), 'csv', NOON);
    await history.rename('FB', 'META', { on: ON });
    expect([await store.readActions('FB'), await store.readActions('META')]).toEqual([[later], [DIVIDEND]]);
    expect((await store.scan()).actions.get('FB')).toEqual([days(ON, '2022-06-10')]);
  });
});
