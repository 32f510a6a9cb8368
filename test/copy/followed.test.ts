import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Copied, copyAll } from '../../src/copy/copy.ts';
import type { StoredBars } from '../../src/core/bars/columns.ts';
import { openStore } from '../../src/store/open.ts';
import { type Held, type Holdings, type Place, placeKey } from '../../src/store/holdings.ts';
import type { BarStore, Lease } from '../../src/store/store.ts';
import { coverage, days, NOON, temporaryFolder, update, WEEK, WEEK_DAYS } from '../store/fixtures.ts';
import { portraitOf } from './rich-store.ts';
import { fillWide, replaceBars, wideSeries } from './wide-store.ts';

let folder = '';
let remove: () => Promise<void>;
/** The first store, which is written while it is copied, and the second. */
let from: BarStore;
let to: BarStore;
let leases: Lease[] = [];
beforeEach(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  await fillWide(openStore(join(folder, 'from')), 4);
  [from, to] = [openStore(join(folder, 'from')), openStore(join(folder, 'to'))];
  leases = [await from.acquire(), await to.acquire()];
});
afterEach(async () => {
  for (const lease of leases) await lease.release();
  await remove();
});

/** Copies, and calls `onRead` after each reading of the first store, which waits for it. `write`: how the second is written. */
function copyWhile(
  onRead: (place: Place, n: number) => Promise<void>,
  write: Holdings['write'] = (writes) => to.holdings.write(writes),
): Promise<Copied> {
  let n = 0;
  const watched: Holdings = {
    ...from.holdings,
    // Tables do not tell which they are.
    list: async (tickers) =>
      (await from.holdings.list(tickers)).map((one) =>
        one.place.is === 'revisions' ? { ...one, version: '' } : one,
      ),
    read: async (place) => {
      const held = await from.holdings.read(place);
      await onRead(place, ++n);
      return held;
    },
  };
  return copyAll({
    ...{ from: watched, to: { ...to.holdings, write }, isCopy: false, isDry: false },
    begin: () => Promise.resolve(),
  });
}

const same = async (): Promise<void> => expect(await portraitOf(to)).toEqual(await portraitOf(from));

// Thirteen pieces: twelve are read to be copied and again to be compared, and so is the record of a run.
it.each([1, 13, 14, 26])('what changes once reading %i is done is copied after all', async (at) => {
  let isDone = false;
  const copied = await copyWhile(async (_, n) => {
    if (n !== at || isDone) return;
    isDone = true;
    // The same values once more, which makes them younger, before two of them are replaced.
    for (const one of [0, 2, 3]) await replaceBars(from, one, 5, NOON + 1007);
    for (const one of [0, 3]) await replaceBars(from, one, 3, NOON + 9000);
    // Twice, so that the second store has a value in between.
    await replaceBars(from, 3, 2, NOON + 9001);
    await from.upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
    // Of which only its bars tell.
    const edit = await from.edit(wideSeries(1), WEEK_DAYS);
    const covered = [days('2021-01-01', '2026-03-01')];
    await edit.commit({
      actions: (book) => ({ ...book, covered }),
      bars: update(WEEK, { series: wideSeries(1), learned: coverage({ present: [WEEK_DAYS] }) }),
    });
    await from.saveRun(NOON + 9000, { fetched: 3 });
    await from.updateActions('T2', (book) => ({ ...book, ownList: { '1d': 'new' } }));
    await from.saveRename({ from: 'FB', to: 'META', start: null, end: 19_000 });
  });
  expect(isDone).toBe(true);
  expect([copied.other, copied.failed, copied.restless]).toEqual([[], [], []]);
  await same();
});

it('what never rests is named, and no more than that', async () => {
  let times = 0;
  const copied = await copyWhile(async (place) => {
    if (place.is === 'bars' && placeKey(place) === 'T1 1d all')
      await replaceBars(from, 1, 2, NOON + 20_000 + ++times);
  });
  expect([copied.other, copied.failed]).toEqual([[], []]);
  expect(copied.restless.map(placeKey).toSorted()).toEqual(['T1 1d all', 'replaced values of T1 1d']);
  expect(times).toBeLessThan(20);
  expect(await to.readBars(wideSeries(2))).toEqual(await from.readBars(wideSeries(2)));
});

it('what the first store forgets once it is copied stays in the second one, and is named', async () => {
  const copied = await copyWhile(async (_, n) => {
    if (n === 13) await from.forget(wideSeries(2));
  });
  expect(copied.other.map(placeKey)).toEqual(['T2 1d all']);
  expect((await to.readBars(wideSeries(2))).length).toBeGreaterThan(400);
});

it('a note of a run that ended meanwhile is gone in the second store too', async () => {
  const id = await from.firstFills.note(NOON, [wideSeries(0)]);
  const copied = await copyWhile(async (_, n) => {
    if (n === 20) await from.firstFills.remove([id]);
  });
  expect([copied.other, copied.restless]).toEqual([[], []]);
  expect(await to.firstFills.list()).toEqual([]);
});

it.each([
  [
    'changes a bar',
    (held: Held): Held[] => [held.is === 'bars' ? { ...held, bars: withVolume(held.bars) } : held],
  ],
  ['loses a part', (held: Held): Held[] => (placeKey(held) === 'T2 1d all' ? [] : [held])],
  ['loses a record', (held: Held): Held[] => (held.is === 'document' ? [] : [held])],
])('a second store that %s of what it is given is not equal, and named', async (_, kept) => {
  const copied = await copyWhile(
    () => Promise.resolve(),
    (writes) =>
      to.holdings.write(
        writes.flatMap(({ held, before }) => kept(held).map((one) => ({ held: one, before }))),
      ),
  );
  expect(copied.failed.length).toBeGreaterThan(0);
  for (const { side, error } of copied.failed)
    expect([side, error.message]).toEqual(['to', 'it was written, and does not read back as it was']);
  expect([copied.other, copied.restless]).toEqual([[], []]);
});

function withVolume(bars: StoredBars): StoredBars {
  return { ...bars, volume: bars.volume.map((volume, i) => (i === 77 ? volume + 0.25 : volume)) };
}

it('nothing that was copied is held any longer', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const read: WeakRef<object>[] = [];
  let isSent = false;
  let alive = -1;
  await copyAll({
    ...{ to: to.holdings, isCopy: false, isDry: false, begin: () => Promise.resolve() },
    from: {
      ...from.holdings,
      read: async (place) => {
        const held = await from.holdings.read(place);
        if (!isSent && held?.is === 'bars') read.push(new WeakRef(held.bars));
        return held;
      },
      list: async () => {
        isSent = read.length > 0;
        if (isSent && alive < 0) {
          await setImmediate();
          collect();
          alive = read.filter((bars) => bars.deref() !== undefined).length;
        }
        return from.holdings.list();
      },
    },
  });
  expect([read.length, alive]).toEqual([4, 0]);
});
