import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import type { BarStore, Rename } from '../../../src/store/store.ts';
import type { StoreUnderTest } from './subject.ts';

const META: Rename = { from: 'FB', to: 'META', start: null, end: parseDay('2022-06-09') };
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
    });
  });
}
