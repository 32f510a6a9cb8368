import { expect, it } from 'vitest';
import { sharingSyncs } from '../../../../src/store/parquet/files/shared-sync.ts';

/** Syncs that end when they are told to; `begun` are their paths. */
function slowDisk() {
  const begun: string[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const sync = sharingSyncs((path) => {
    begun.push(path);
    return new Promise((resolve, reject) => {
      ends.push((error) => (error ? reject(error) : resolve()));
    });
  });
  return { begun, sync, end: (i: number, error?: Error) => ends[i]?.(error) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('serves all who ask before it begins by one sync', async () => {
  const { begun, sync, end } = slowDisk();
  const asked = [sync('a'), sync('a'), sync('b')];
  await turn();
  expect(begun).toEqual(['a', 'b']);
  end(0);
  end(1);
  await Promise.all(asked);
});

it('serves nobody by a sync that had begun when he asked', async () => {
  const { begun, sync, end } = slowDisk();
  const first = sync('a');
  await turn();
  let isDone = false;
  const late = [sync('a'), sync('a')];
  void Promise.all(late).then(() => (isDone = true));
  await turn();
  expect(begun).toEqual(['a']);
  end(0);
  await first;
  await turn();
  expect(begun).toEqual(['a', 'a']);
  expect(isDone).toBe(false);
  end(1);
  await Promise.all(late);
});

it('tells all whom a failed sync was to serve, and begins another for who asked later', async () => {
  const { begun, sync, end } = slowDisk();
  const first = [sync('a'), sync('a')];
  await turn();
  const late = sync('a');
  end(0, new Error('EIO'));
  for (const one of first) await expect(one).rejects.toThrow('EIO');
  await turn();
  end(1);
  await late;
  expect(begun).toEqual(['a', 'a']);
});

it('begins at once when nobody else is about', async () => {
  const { begun, sync, end } = slowDisk();
  for (const i of [0, 1]) {
    const one = sync('a');
    await turn();
    end(i);
    await one;
  }
  expect(begun).toEqual(['a', 'a']);
});
