import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import type { Moved, MovedSeries } from '../../../src/core/instrument/moved.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import type { BarStore, Rename } from '../../../src/store/store.ts';
import { APPLE, NOON, days } from '../fixtures.ts';
import type { StoreUnderTest } from './subject.ts';

const META: Rename = { from: 'FB', to: 'META', start: null, end: parseDay('2022-06-09') };
const MOVED: Moved & { readonly series: readonly [MovedSeries] } = {
  at: NOON,
  series: [
    {
      interval: '1d',
      sessions: [days('2012-05-18', '2022-06-08')],
      shared: [days('2022-06-06', '2022-06-07')],
      old: { ...APPLE, firstTrade: parseDay('2012-05-18') },
      own: null,
    },
  ],
  exDays: [days('2012-05-18', '2022-06-08')],
  actions: [{ kind: 'split', exDay: parseDay('2022-06-07') }],
};
const BACK: Rename = {
  from: 'SPWRA',
  to: 'SPWR',
  start: parseDay('2008-09-30'),
  end: parseDay('2011-11-17'),
};

export function describeRenames(open: () => Promise<StoreUnderTest>): void {
  describe('renames', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());

    it('are none at first', async () => {
      expect(await store.readRenames()).toEqual([]);
    });

    it('are given back in the order in which they were saved', async () => {
      const endless: Rename = { ...META, start: META.end, end: null };
      for (const rename of [META, BACK, endless]) await store.saveRename(rename);
      expect(await subject.reopen().readRenames()).toEqual([META, BACK, endless]);
    });

    it.each<[string, Partial<Rename>]>([
      ['from', { from: 'FBK' }],
      ['to', { to: 'MVRS' }],
      ['start', { start: parseDay('2012-05-18') }],
      ['end', { end: parseDay('2022-06-10') }],
    ])('saved twice are one, but not if they differ in %s', async (_, other) => {
      await store.saveRename(META);
      await store.saveRename({ ...META });
      expect(await store.readRenames()).toEqual([META]);
      await store.saveRename({ ...META, ...other });
      expect(await store.readRenames()).toEqual([META, { ...META, ...other }]);
      await subject.reopen().removeRename({ ...META });
      expect(await store.readRenames()).toEqual([{ ...META, ...other }]);
      await store.removeRename(META);
      await store.removeRename({ ...META, ...other });
      expect(await store.readRenames()).toEqual([]);
    });

    it('keep what each attempt moved, with what the first one found there', async () => {
      await store.saveRename({ ...META, moved: MOVED });
      await store.saveRename(META);
      expect(await subject.reopen().readRenames()).toEqual([{ ...META, moved: MOVED }]);
      const [daily] = MOVED.series;
      const rest = {
        ...{ ...daily, sessions: [days('2022-06-07', '2022-06-09')], shared: [] },
        own: { ...UNKNOWN_IDENTITY, type: 'etf' },
      };
      const hourly = { ...daily, interval: '1h' } as const;
      const then: Moved = {
        at: MOVED.at + 1,
        series: [rest, hourly],
        exDays: [days('2022-06-08', '2022-06-09')],
        actions: [...MOVED.actions, { kind: 'dividend', exDay: parseDay('2022-06-07') }],
      };
      await store.saveRename({ ...META, moved: then });
      expect((await subject.reopen().readRenames())[0]?.moved).toEqual({
        ...then,
        series: [{ ...daily, sessions: [days('2012-05-18', '2022-06-09')] }, hourly],
        exDays: [days('2012-05-18', '2022-06-09')],
      });
    });
  });
}
