import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BucketOptions } from '../../../src/store/parquet/bucket/bucket.ts';
import { type Blobs, bytesOfText } from '../../../src/store/parquet/files/blobs.ts';
import { storeOn } from '../../../src/store/parquet/index.ts';
import { isTaken, noteTaken } from '../../../src/store/parquet/partition/taken-away.ts';
import { daily, update, WEEK } from '../fixtures.ts';
import { fakeBucket } from './bucket-store.ts';
import type { FakeS3 } from './fake-s3.ts';

const LOCK = 'data/.lock';
const QUICK_LEASE: BucketOptions = { patience: { attempts: 3, firstMs: 2 }, leaseMs: 400 };
const LOCKED = { code: 'store-locked' };
const DEAD = 2 ** 22 + 1;

interface Said {
  readonly pid: number;
  readonly seen?: number;
  readonly renewal: number;
  readonly untidy?: boolean;
  readonly joined?: readonly { readonly pid: number; readonly seen: number }[];
}

describe('a shared lease of a bucket', () => {
  let s3: FakeS3;
  let open: (options?: BucketOptions) => Blobs;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ s3, open, close } = await fakeBucket());
  });
  afterEach(() => close());

  const lockText = (): string => String(s3.objects.get(LOCK)?.bytes);
  const said = (): Said => JSON.parse(lockText()) as Said;
  const join = async (id: string, blobs = open()) => (await blobs.join?.(id))!;
  /** What a holder elsewhere would have written. */
  const heldElsewhere = (words: object = {}): Promise<unknown> => {
    const own = { pid: 4711, host: 'elsewhere', command: 'backfill', id: 'x', seconds: 60, renewal: 7 };
    return open().put('.lock', bytesOfText(JSON.stringify({ ...own, ...words })));
  };

  it('says who joined, tells whom it refuses how many they are, and names the next as one leaves', async () => {
    await heldElsewhere();
    const [one, two] = [await join('x'), await join('x')];
    expect(said()).toMatchObject({ pid: 4711, joined: [{ pid: process.pid }, { pid: process.pid }] });
    await expect(open().lock(true)).rejects.toThrow(
      /backfill \(pid 4711 on elsewhere\), and by 2 more that work for the same run; .*60 seconds/,
    );
    await one.free(true);
    await two.free(true);
    expect(said()).toMatchObject({ pid: 4711, host: 'elsewhere', id: 'x' });
    expect(said().joined).toBeUndefined();
    await expect(open().lock(true)).rejects.toMatchObject(LOCKED);
  });

  it('is not over because a process of this machine is dead, while others may live', async () => {
    const joined = [{ pid: DEAD, host: hostname(), command: 'backfill', as: 'y' }];
    await heldElsewhere({ host: hostname(), pid: DEAD, joined });
    await expect(open().lock(true)).rejects.toMatchObject(LOCKED);
    expect((await storeOn(open()).facts()).writer).toMatchObject({ pid: DEAD });
    s3.aheadMs = 65_000;
    await (await open().lock(true)).free(true);
    expect(lockText()).toBe('released\n');
  });

  it('stands as long as one of them gives a sign of life, and not a minute longer', async () => {
    const now = Date.now();
    const joined = [{ pid: 12, host: 'third', command: 'backfill', as: 'y', seen: now + 40_000 }];
    await heldElsewhere({ as: 'x', seen: now, joined });
    // The first holder has been silent for too long by now, the other one has not.
    s3.aheadMs = 90_000;
    await expect(open().lock(true)).rejects.toMatchObject(LOCKED);
    s3.aheadMs = 110_000;
    await (await open().lock(true)).free(true);
    expect(lockText()).toBe('released\n');
  });

  it('is released by who leaves last, though the others died, and not in good order', async () => {
    await heldElsewhere();
    s3.aheadMs = 70_000;
    const lock = await join('x');
    await lock.free(true);
    expect(lockText()).toBe('released untidy\n');
  });

  it('is renewed by each who has a part in it, beside the others', async () => {
    const [holder, worker] = [open({ ...QUICK_LEASE, leaseMs: 4000 }), open()];
    const first = await holder.lock(true);
    const locks = [first, await join(first.id, worker), await join(first.id)];
    const begun = said();
    const seen = ({ seen: own, joined = [] }: Said) => [own, ...joined.map((one) => one.seen)];
    await expect
      .poll(() => seen(said()).every((at, i) => Number(at) > Number(seen(begun)[i])), { timeout: 15_000 })
      .toBe(true);
    await holder.put('renames.json', bytesOfText('[]'));
    await worker.put('renames.json', bytesOfText('[1]'));
    for (const lock of locks) await lock.free(true);
    expect(lockText()).toBe('released\n');
  });

  it('goes on for who was taken for dead, as long as it is the same', async () => {
    const holder = open(QUICK_LEASE);
    const first = await holder.lock(true);
    const worker = await join(first.id);
    const other = { pid: 1, as: 'other', seen: Date.now() + 60_000 };
    s3.objects.set(LOCK, {
      ...s3.objects.get(LOCK)!,
      etag: 'f'.repeat(32),
      bytes: Buffer.from(JSON.stringify({ ...said(), joined: undefined, ...other })),
    });
    await sleep(400);
    await holder.put('renames.json', bytesOfText('[]'));
    expect(said().joined?.map(({ pid }) => pid)).toContain(process.pid);
    await worker.free(true);
    await first.free(true);
    expect(said()).toMatchObject({ pid: 1 });
  });

  it('keeps who joined from writing once another one took it over, and leaves that one alone', async () => {
    await heldElsewhere({ seconds: 0.4 });
    const blobs = open();
    const lock = await join('x', blobs);
    await blobs.put('renames.json', bytesOfText('[]'));
    await heldElsewhere({ id: 'y' });
    await sleep(400);
    await expect(blobs.put('renames.json', bytesOfText('[1]'))).rejects.toMatchObject(LOCKED);
    const theirs = lockText();
    await lock.free(true);
    expect(lockText()).toBe(theirs);
  });

  it('is known to be lost from the first sign of life on that finds it so', async () => {
    await heldElsewhere({ seconds: 2 });
    const blobs = open();
    const lock = await join('x', blobs);
    await heldElsewhere({ id: 'y' });
    s3.seen.length = 0;
    // Within two fifths of the lease; without that it would be believed for three quarters.
    const isHeard = (): boolean => s3.seen.some(({ method, key }) => method === 'GET' && key === LOCK);
    await expect.poll(isHeard, { timeout: 5000 }).toBe(true);
    await sleep(100);
    await expect(blobs.put('renames.json', bytesOfText('[]'))).rejects.toMatchObject(LOCKED);
    await lock.free(true);
  });

  it('is remembered for not being in good order by whoever leaves it so', async () => {
    const first = await open().lock(true);
    const [one, two] = [await join(first.id), await join(first.id)];
    await one.free(false);
    expect(said().untidy).toBe(true);
    await first.free(true);
    expect(said()).toMatchObject({ pid: process.pid, id: first.id, untidy: true });
    await two.free(true);
    expect(lockText()).toBe('released untidy\n');
  });

  it('lets whoever has a part in it move away what is damaged, but only who took it keep the cache of scans', async () => {
    const [store, worker] = [storeOn(open()), storeOn(open())];
    const lease = await store.acquire();
    await store.scan();
    await store.upsert(update(WEEK));
    const key = [...s3.objects.keys()].find((one) => one.endsWith('bars.parquet')) ?? '';
    s3.objects.set(key, { ...s3.objects.get(key)!, bytes: Buffer.from('no bars'), etag: 'e'.repeat(32) });
    expect((await worker.scan()).setAside.length).toBe(1);
    expect(s3.objects.has(key)).toBe(true);
    const joined = await worker.join(lease.lock);
    expect((await worker.scan()).setAside.length).toBe(1);
    await worker.upsert(update(WEEK));
    await joined.release();
    const isCached = (): boolean => s3.objects.has('data/scan.cache');
    expect([await worker.listSetAside(), isCached()]).toMatchObject([{ length: 1 }, false]);
    await store.upsert(update([daily('2026-03-02')]));
    await lease.release();
    expect(isCached()).toBe(true);
  });

  it('keeps what its first holder would tidy until nobody writes under it', async () => {
    const [store, worker] = [storeOn(open()), storeOn(open())];
    const lease = await store.acquire();
    await store.upsert(update(WEEK));
    const key = [...s3.objects.keys()].find((one) => one.endsWith('bars.parquet')) ?? '';
    const path = key.slice('data/'.length);
    await noteTaken(open({ lock: lease.lock }), path);
    const joined = await worker.join(lease.lock);
    await lease.release();
    expect(await isTaken(open(), path)).toBe(true);
    await joined.release();
    expect(await isTaken(open(), path)).toBe(true);
    await (await storeOn(open()).acquire()).release();
    expect(await isTaken(open(), path)).toBe(false);
  });
});
