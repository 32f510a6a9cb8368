import { rm } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { NOON, stage } from '../../fixtures.ts';
import { DEAD, sleeper } from '../dead-pid.ts';
import { SPLIT, at, beginSound, everything, examine, put, quarantined, store } from './damaged-store.ts';

beginSound();

/** Where a writer writes, and where none but the doctor looks afterwards. */
const LEFT = [
  `bars/interval=1d/ticker=AAPL/period=all/.bars.${DEAD}-0-0.tmp`,
  `universes/.x.${DEAD}-0-0.tmp`,
];

describe('temp files of a writer that died', () => {
  beforeEach(async () => {
    for (const path of LEFT) await put(path, 'x');
    await rm(at('.lock'));
  });

  it('are named, as no damage, and stay', async () => {
    const before = await everything();
    const { damages } = await examine();
    const what = 'left by a writer that died; harmless: what it was to replace is as it was';
    const leftover = { kind: 'stale-temp', what, mend: 'removes it', harmless: true, mended: false };
    expect(damages).toMatchObject(LEFT.map((path) => ({ path, ...leftover })));
    expect(await everything()).toEqual(before);
  });

  it('are removed by mending, and nothing else is', async () => {
    const paths = async () =>
      [...(await everything()).keys()].filter((path) => !/\/(\.lock|scan\.cache)$/.test(path)).toSorted();
    const before = await paths();
    await examine(true);
    const left = new Set(LEFT.map(at));
    expect(await paths()).toEqual(before.filter((path) => !left.has(path)));
    expect(await quarantined()).toEqual([]);
    expect((await examine()).damages).toEqual([]);
  });

  it('are neither named nor removed while their writer lives, whose lock was taken away', async () => {
    const other = sleeper();
    const path = `universes/.x.${other.pid}-0-0.tmp`;
    await put(path, 'x');
    for (const fix of [false, true])
      expect((await examine(fix)).damages.map((damage) => damage.path)).toEqual(LEFT);
    await other.end();
    expect((await examine(true)).damages).toMatchObject([{ path, kind: 'stale-temp', mended: true }]);
  });
});

describe('an answer for a whole market as an earlier version kept it', () => {
  const path = `staging/1d_2025-07-01_sample-1_${NOON}.slice`;
  const answer = { interval: '1d', session: SPLIT.exDay, source: 'sample-1', fetchedAt: NOON } as const;

  it('is named, as no damage, is none of those that are taken in, and goes', async () => {
    await stage(store.staging, { ...answer, source: 'other-1' }, NOON);
    await put(path, 'as it was BFS3');
    const mend = 'removes it';
    expect(await examine()).toMatchObject({
      damages: [{ path, kind: 'stale-temp', mend, harmless: true, mended: false }],
      staged: 1,
    });
    expect(await examine(true)).toMatchObject({ damages: [{ path, mended: true }], staged: 1 });
    expect(await quarantined()).toEqual([]);
    expect((await examine()).damages).toEqual([]);
  });
});
