import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Series } from '../../src/core/bars/bars.ts';
import { engineOf } from './engine-of.ts';
import { rename } from '../../src/library/rename.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import { NOON, at, coverage, daily, days } from '../store/fixtures.ts';
import { notingDisk } from '../store/parquet/noting-disk.ts';
import {
  beginEmpty,
  FB,
  META,
  ON,
  FB_META,
  HOW,
  FB_BARS,
  folder,
  store,
  history,
  hold,
  holdFacebook,
  dates,
  revise,
  revised,
} from './renamed-store.ts';
import { sampled } from '../needs.ts';

beginEmpty();

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

  it('stay with it where the new ticker keeps another bar, and come back with what was put aside', async () => {
    await fill();
    const [, second = hour, third = hour] = FB_BARS;
    await hold(META, [second, { ...third, close: 33.5, source: 'yahoo' }]);
    await revise(FB, second, 94.5, NOON + 1);
    await revise(FB, second, second.close, NOON + 2);
    const same = [second.close, 94.5];
    const back = [94.5, second.close];
    const done = await history.rename('FB', 'META', { on: ON, keepNew: true });
    expect(done).toMatchObject({ differing: 1, revisions: 5 });
    const moved = [MOVED[0], MOVED[1], same, back];
    expect([await revised(FB), await revised(META)]).toEqual([[MOVED[2]], moved]);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ revisions: 0 });
    await history.restore(done.kept ?? '');
    const listed = await history.revisions({ tickers: ['FB', 'META'], intervals: ['1d'] });
    const told = listed.map(({ ticker, before, after }) => [ticker, before.close, after.close]);
    expect(told).toEqual([['FB', ...(MOVED[2] ?? [])], ...moved.map((pair = []) => ['META', ...pair])]);
  });

  it('stay with it where the new ticker has none of the bar in a session of its own', async () => {
    await fill();
    const later = at('2021-12-31T15:30Z');
    await hold({ ...hourly, ticker: 'META' }, [later]);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ revisions: 3 });
    expect([await revised(hourly), await revised({ ...hourly, ticker: 'META' })]).toEqual([
      [[101, 93.5]],
      [],
    ]);
  });

  it('follow it where a provisional bar of the new ticker gives way', async () => {
    await fill();
    const provisional = [days('2022-06-08', '2022-06-09')];
    const learned = coverage({ present: provisional, provisional });
    await hold(META, [daily('2022-06-08', { close: 77 })], { learned });
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ revisions: 4 });
    expect([await revised(FB), await revised(META)]).toEqual([[], MOVED]);
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
    for (const n of sampled(relevant, 4, 'steps')) {
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

  it('wait where the new ticker’s own bars rotted: those are set aside first', async () => {
    await fill();
    await hold(META, [daily(ON)]);
    const path = join(folder, 'bars/interval=1d/ticker=META/period=all/bars.parquet');
    await writeFile(path, (await readFile(path)).fill(0xff, 4, 60));
    await expect(history.rename('FB', 'META', { on: ON })).rejects.toThrow(/in quarantine now; the sessions/);
    expect([await revised(FB), await revised(META)]).toEqual([MOVED, []]);
    expect(await history.rename('FB', 'META', { on: ON })).toMatchObject({ bars: 4 });
    expect(await revised(META)).toEqual(MOVED);
  });
});
