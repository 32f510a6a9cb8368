import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Series } from '../../src/core/bars/bars.ts';
import { engineOf } from './engine-of.ts';
import { rename } from '../../src/library/rename.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import { absence, at, coverage, daily, days } from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import {
  beginEmpty,
  FB,
  META,
  FB_META,
  HOW,
  FB_BARS,
  FACEBOOK,
  DIVIDEND,
  failingAfter,
  folder,
  store,
  hold,
  holdFacebook,
  content,
} from './renamed-store.ts';

beginEmpty();

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
