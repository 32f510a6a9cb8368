import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../src/core/session/day.ts';
import { NOON, daily, days } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';
import { rowsIn } from '../store/rows.ts';
import {
  beginEmpty,
  DIVIDEND,
  dates,
  FB,
  folder,
  history,
  hold,
  holdFacebook,
  META,
  ON,
  store,
} from './renamed-store.ts';

beginEmpty();

const ALL = ['2022-06-06', '2022-06-07', '2022-06-08'];
/** Before the bars. */
const EARLY = { kind: 'dividend', exDay: parseDay('2022-05-10'), amount: 0.4 } as const;
const TUESDAY = { start: '2022-06-07', end: '2022-06-07' };

/** What a line proposes as a rename. */
async function follow(line: string | undefined): Promise<void> {
  const said = /rename (\w+) (\w+)(?: --start (\S+))?(?: --end (\S+)| --on (\S+))/.exec(line ?? '') ?? [];
  const [, from = '', to = '', start, end, on] = said;
  await history.rename(from, to, { ...(start && { start }), ...(end && { end }), ...(on && { on }) });
}

beforeEach(() => holdFacebook());

describe('what was forgotten under the new ticker of a rename that was taken back', () => {
  it('is named by the undoing and by the restoring, with what makes it the old ticker’s', async () => {
    const before = await rowsIn(store, FB);
    await history.rename('FB', 'META', { on: ON });
    const { id } = await history.forget('META', { ...TUESDAY, intervals: ['1d'] });
    const undone = await history.undoRename('FB', 'META');
    expect(undone).toMatchObject({ bars: 2 });
    const move = 'backfill rename META FB --start 2022-06-07 --end 2022-06-07';
    expect(undone.forgotten).toEqual([
      `what was forgotten of it on 2022-06-07 as META's did not go back: backfill restore ${id} brings it back to META, and ` +
        `then ${move} moves it to FB`,
    ]);
    const { elsewhere } = await history.restore(id ?? '');
    expect(elsewhere).toEqual([
      `what came back on 2022-06-07 lies under META, and that it was FB's was taken back since; to move it to FB: ${move}`,
    ]);
    expect([await dates(FB), await dates(META)]).toEqual([['2022-06-06', '2022-06-08'], ['2022-06-07']]);
    await follow(elsewhere[0]);
    expect([await dates(FB), await dates(META)]).toEqual([ALL, []]);
    expect(await rowsIn(store, FB)).toEqual(before);
  });

  it('is so with its splits and dividends, however old, where all that there was was forgotten', async () => {
    await tellActions(store, 'FB', [EARLY], days('2022-05-09', '2022-05-14'), 'csv', NOON);
    await history.rename('FB', 'META', { on: ON });
    const { id } = await history.forget('META');
    const undone = await history.undoRename('FB', 'META');
    expect([undone.bars, undone.forgotten.length]).toEqual([0, 1]);
    const { elsewhere } = await history.restore(id ?? '');
    await follow(elsewhere[0]);
    expect(await dates(FB)).toEqual(ALL);
    expect(await store.readActions('FB')).toEqual([EARLY, DIVIDEND]);
    expect(await store.readActions('META')).toEqual([]);
  });

  it('is only what was the old ticker’s', async () => {
    const own = ['2022-06-09', '2022-06-10'].map((date, i) => daily(date, { close: 55 + i }));
    await hold(META, own);
    await tellActions(store, 'META', [], days(ON, '2022-06-11'), 'csv', NOON);
    await history.rename('FB', 'META', { on: ON });
    const { id } = await history.forget('META', { start: '2022-06-08' });
    await history.undoRename('FB', 'META');
    const { elsewhere } = await history.restore(id ?? '');
    expect(elsewhere).toEqual([
      expect.stringContaining('rename META FB --start 2022-06-08 --end 2022-06-08'),
    ]);
    await follow(elsewhere[0]);
    expect([await dates(FB), await dates(META)]).toEqual([ALL, ['2022-06-09', '2022-06-10']]);
  });

  it('is no more than its sessions where others of the new ticker’s own were forgotten with it', async () => {
    await tellActions(store, 'FB', [EARLY], days('2022-05-09', '2022-05-14'), 'csv', NOON);
    await hold(META, [daily(ON, { close: 55 })]);
    await history.rename('FB', 'META', { on: ON });
    const { id } = await history.forget('META');
    await history.undoRename('FB', 'META');
    const { elsewhere } = await history.restore(id ?? '');
    expect(elsewhere).toEqual([
      expect.stringContaining('rename META FB --start 2022-06-06 --end 2022-06-08'),
    ]);
  });

  it('needs no word where it was brought back before, or the rename stands', async () => {
    await history.rename('FB', 'META', { on: ON });
    const { id } = await history.forget('META', TUESDAY);
    expect((await history.restore(id ?? '')).elsewhere).toEqual([]);
    const undone = await history.undoRename('FB', 'META');
    expect([undone.bars, undone.forgotten]).toEqual([3, []]);
    expect((await history.restore(id ?? '')).rows).toBe(1);
  });
});

describe('what was forgotten under a ticker before it became another', () => {
  it('is named once it comes back, with the rename that moves it too', async () => {
    const { id } = await history.forget('FB', TUESDAY);
    await history.rename('FB', 'META', { on: ON });
    const { elsewhere } = await history.restore(id ?? '');
    expect(elsewhere).toEqual([
      'what came back on 2022-06-07 lies under FB, and FB became META on 2022-06-09; to move it to META: ' +
        `backfill rename FB META --on ${ON}`,
    ]);
    expect(await history.restore(id ?? '')).toMatchObject({ rows: 0, elsewhere: [] });
    await follow(elsewhere[0]);
    expect([await dates(FB), await dates(META)]).toEqual([[], ALL]);
    expect(await store.readRenames()).toHaveLength(1);
  });

  it('is not where the sessions are none of the rename’s, nor where nothing came back', async () => {
    await hold(FB, [daily('2022-06-10', { close: 7 })]);
    const { id } = await history.forget('FB', { start: '2022-06-10' });
    await history.rename('FB', 'META', { on: ON });
    expect(await history.restore(id ?? '')).toMatchObject({ rows: 1, elsewhere: [] });
    expect(await history.restore(id ?? '')).toMatchObject({ rows: 0, elsewhere: [] });
  });

  it('comes back all the same where the list of renames is damaged', async () => {
    const { id } = await history.forget('FB', TUESDAY);
    await writeFile(join(folder, 'renames.json'), '{');
    expect(await history.restore(id ?? '')).toMatchObject({ rows: 1, elsewhere: [] });
  });
});
