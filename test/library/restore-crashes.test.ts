import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import { DISK } from '../../src/store/parquet/files/disk.ts';
import { AAPL, AAPL_5M, days } from '../store/fixtures.ts';
import { beginStored, MSFT, NOW, everything, history, root, store } from './forgotten-store.ts';

beginStored();

describe('a crash', () => {
  it('while it is put into quarantine removes nothing, and what is half there is no entry', async () => {
    const before = await everything();
    for (let steps = 1; ; steps++) {
      const failing = openParquetStore(root, failingAfter(steps));
      const order = { series: [AAPL, MSFT], actionsOf: ['AAPL'], at: NOW + steps * 1000 };
      const isWhole = await failing.keepForgotten(order).then(
        () => true,
        () => false,
      );
      expect(await everything()).toEqual(before);
      if (isWhole) break;
      expect(await store.listForgotten()).toEqual([]);
      await rm(join(root, 'quarantine'), { recursive: true, force: true });
    }
    expect((await store.listForgotten()).length).toBe(1);
  });

  it('while it is put into quarantine leaves no half of it behind the next one that is whole', async () => {
    const forgotten = join(root, 'quarantine', 'forgotten');
    const order = { series: [AAPL, MSFT], actionsOf: ['AAPL'], at: NOW };
    const first = await store.keepForgotten(order);
    for (const steps of [2, 3]) {
      const failing = openParquetStore(root, failingAfter(steps));
      await expect(failing.keepForgotten({ ...order, at: NOW + steps * 1000 })).rejects.toThrow(
        'the power went',
      );
    }
    expect((await readdir(forgotten)).length).toBeGreaterThan(1);
    const last = await store.keepForgotten({ ...order, at: NOW + 60_000 });
    expect(await readdir(forgotten)).toEqual([first?.id, last?.id]);
    expect((await store.listForgotten()).map(({ id }) => id)).toEqual([first?.id, last?.id]);
  });

  it('while it is put into quarantine leaves what the doctor names and removes', async () => {
    const before = await everything();
    const order = { series: [AAPL, MSFT], actionsOf: ['AAPL'], at: NOW };
    const whole = await store.keepForgotten(order);
    expect((await history.doctor()).damages).toEqual([]);
    const failing = openParquetStore(root, failingAfter(3));
    await expect(failing.keepForgotten({ ...order, at: NOW + 1000 })).rejects.toThrow('the power went');
    const forgotten = join(root, 'quarantine', 'forgotten');
    const half = (await readdir(forgotten)).find((id) => id !== whole?.id);
    const damage = { kind: 'stale-temp', path: `quarantine/forgotten/${half}`, harmless: true };
    expect((await history.doctor()).damages).toMatchObject([{ ...damage, mendable: true, mended: false }]);
    // Whoever writes now may be the one who is at it.
    const lease = await store.acquire();
    expect((await history.doctor()).damages).toEqual([]);
    await lease.release();
    expect((await history.doctor({ fix: true })).damages).toMatchObject([{ ...damage, mended: true }]);
    expect(await readdir(forgotten)).toEqual([whole?.id]);
    expect(await readdir(join(root, 'quarantine'))).toEqual(['forgotten']);
    expect(await everything()).toEqual(before);
  });

  it('after some of it was removed is mended by coming back', async () => {
    const before = await everything();
    const order = { series: [AAPL, MSFT, AAPL_5M], actionsOf: ['AAPL'], at: NOW };
    const entry = await store.keepForgotten(order);
    await store.forget(AAPL);
    await store.forget(AAPL_5M, days('2026-01-01', '2027-01-01'));
    await history.restore(entry?.id ?? '');
    expect(await everything()).toEqual(before);
  });

  it('while it comes back is mended by coming back', async () => {
    const before = await everything();
    const { id } = await history.forget('AAPL,MSFT');
    for (let steps = 1; ; steps++) {
      const failing = openParquetStore(root, failingAfter(steps));
      const isWhole = await failing.restoreForgotten(id ?? '', NOW).then(
        () => true,
        () => false,
      );
      if (isWhole) break;
      expect(steps).toBeLessThan(200);
    }
    expect(await everything()).toEqual(before);
  });
});

/** The disk, until so many files were renamed into place. */
function failingAfter(renames: number): typeof DISK {
  let left = renames;
  return {
    ...DISK,
    rename: async (from, to) => {
      if (left-- <= 1) throw new Error('the power went');
      await DISK.rename(from, to);
    },
  };
}
