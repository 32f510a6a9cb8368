import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostname } from 'node:os';
import type { BucketOptions } from '../../../src/store/parquet/bucket/bucket.ts';
import { type Blobs, bytesOfText } from '../../../src/store/parquet/files/blobs.ts';
import { storeOn } from '../../../src/store/parquet/index.ts';
import { AAPL, update, WEEK } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { fakeBucket } from './bucket-store.ts';
import type { FakeS3 } from './fake-s3.ts';

const LOCK = 'data/.lock';
const QUICK_LEASE: BucketOptions = { patience: { attempts: 3, firstMs: 2 }, leaseMs: 400 };

describe('the lease of a bucket', () => {
  let s3: FakeS3;
  let open: (options?: BucketOptions) => Blobs;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ s3, open, close } = await fakeBucket());
  });
  afterEach(() => close());

  const lockText = (): string => String(s3.objects.get(LOCK)?.bytes);
  /** What a holder elsewhere would have written. */
  const heldElsewhere = (words: object = {}): Promise<unknown> => {
    const own = { pid: 4711, host: 'elsewhere', command: 'backfill', id: 'x', seconds: 60, renewal: 7 };
    return open().put('.lock', bytesOfText(JSON.stringify({ ...own, ...words })));
  };

  it('says who holds it, and that it was let go of', async () => {
    const lock = await open().lock(true);
    expect(JSON.parse(lockText())).toMatchObject({
      pid: process.pid,
      host: hostname(),
      seconds: 60,
      renewal: 0,
    });
    await lock.free(true);
    expect(lockText()).toBe('released\n');
  });

  it('keeps nobody from writing down what he reserves of a quota', async () => {
    await heldElsewhere();
    const store = storeOn(open());
    const { quotaJournal: journal } = store;
    const windows = { '86400000ms': { index: 1, used: 3 } };
    await journal.note('yahoo-anonymous', 'mine', windows);
    expect(await journal.read('yahoo-anonymous')).toEqual([{ process: 'mine', windows }]);
    await journal.sweep('yahoo-anonymous', 9 * 86_400_000);
    expect(await journal.read('yahoo-anonymous')).toEqual([]);
    await expect(store.saveRun(0, {})).rejects.toMatchObject({ code: 'store-locked' });
  });

  it('keeps nobody from handing a run over, or from letting go of one', async () => {
    await heldElsewhere();
    const { handedOver } = storeOn(open());
    await handedOver.keep('20260302T120000Z-3f9a', { days: 5 });
    expect(await handedOver.read('20260302T120000Z-3f9a')).toEqual({ days: 5 });
    await handedOver.drop('20260302T120000Z-3f9a');
    expect(await handedOver.list()).toEqual([]);
  });

  it.each([
    [
      'If-None-Match',
      (seen: { headers: Record<string, unknown> }) => seen.headers['if-none-match'] !== undefined,
    ],
    ['If-Match', (seen: { headers: Record<string, unknown> }) => seen.headers['if-match'] !== undefined],
  ])('is refused by whom takes a write whose %s does not hold', async (header, isOf) => {
    const lock = await open().lock(true);
    await lock.free(true);
    s3.fault = (seen) => {
      s3.keepsConditions = !isOf(seen);
      return undefined;
    };
    const error = await open()
      .lock(true)
      .catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'store-unusable' });
    expect((error as Error).message).toContain(`a PUT whose ${header} does not hold`);
  });

  it('is taken over from who said nothing for so long, by the clock of the server', async () => {
    await heldElsewhere();
    await expect(open().lock(true)).rejects.toMatchObject({ code: 'store-locked' });
    await expect(open().lock(true)).rejects.toThrow(/backfill \(pid 4711 on elsewhere\).*60 seconds/);
    s3.aheadMs = 55_000;
    await expect(open().lock(true)).rejects.toMatchObject({ code: 'store-locked' });
    s3.aheadMs = 65_000;
    const lock = await open().lock(true);
    expect(JSON.parse(lockText())).toMatchObject({ pid: process.pid });
    await lock.free(true);
  });

  it('is taken over at once from a process of this machine that is dead', async () => {
    await heldElsewhere({ host: hostname(), pid: 2 ** 22 + 1 });
    await (await open().lock(true)).free(true);
    expect(lockText()).toBe('released\n');
  });

  it('goes to one of two who find it free at the same time', async () => {
    const took = await Promise.allSettled([open().lock(true), open().lock(true), open().lock(true)]);
    const [one, ...none] = took.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect([one === undefined, none.length]).toEqual([false, 0]);
    await one?.free(true);
  });

  it('is renewed as long as its holder lives', async () => {
    const lock = await open(QUICK_LEASE).lock(true);
    await expect.poll(() => JSON.parse(lockText()).renewal as number).toBeGreaterThan(2);
    await lock.free(true);
    expect(lockText()).toBe('released\n');
  });

  it('keeps who lost it from writing, and from letting go of what is not his', async () => {
    const blobs = open(QUICK_LEASE);
    const lock = await blobs.lock(true);
    const path = 'renames.json';
    await blobs.put(path, bytesOfText('[]'));
    // As after a pause in which another one found the lease over.
    s3.objects.set(LOCK, { ...s3.objects.get(LOCK)!, etag: 'f'.repeat(32), bytes: Buffer.from('{}') });
    await sleep(400);
    await expect(blobs.put(path, bytesOfText('[1]'))).rejects.toMatchObject({ code: 'store-locked' });
    await lock.free(true);
    expect([lockText(), String(s3.objects.get('data/renames.json')?.bytes)]).toEqual(['{}', '[]']);
  });

  it('of another process keeps the threads of one that lost it from writing', async () => {
    await heldElsewhere();
    const store = storeOn(open());
    await expect(store.upsert(update(WEEK))).rejects.toMatchObject({ code: 'store-locked' });
    expect((await store.scan()).series.size).toBe(0);
  });

  it('is what threads write under by its id, as long as it is just that one', async () => {
    const lock = await open().lock(true);
    const thread = (): Blobs => open({ lock: lock.id });
    await thread().put('renames.json', bytesOfText('[]'));
    await lock.free(true);
    await expect(thread().put('renames.json', bytesOfText('[1]'))).rejects.toMatchObject({
      code: 'store-locked',
    });
    const next = await open().lock(true);
    await expect(thread().remove('renames.json')).rejects.toMatchObject({ code: 'store-locked' });
    expect(String(s3.objects.get('data/renames.json')?.bytes)).toBe('[]');
    await next.free(true);
  });

  it('is not what commits rely on: two who both believe to hold it lose nothing of each other', async () => {
    const [early, late] = [storeOn(open()), storeOn(open())];
    await early.upsert(update(WEEK.slice(0, 1)));
    // Between the reading and the commit of the one the other commits.
    const first = s3.fault;
    s3.fault = async ({ method, key }) => {
      if (method !== 'PUT' || !key.endsWith('bars.parquet')) return undefined;
      s3.fault = first;
      await late.upsert(update(WEEK.slice(1, 3)));
      return undefined;
    };
    await early.upsert(update(WEEK.slice(3)));
    expect(await rowsIn(storeOn(open()), AAPL)).toEqual(WEEK);
  });

  it('gives up the uploads that its last holder has begun', async () => {
    await heldElsewhere({ host: hostname(), pid: 2 ** 22 + 1 });
    const blobs = open();
    s3.uploads.set('left', { key: 'data/staging/x', meta: {}, parts: new Map() });
    s3.uploads.set('not-ours', { key: 'other/x', meta: {}, parts: new Map() });
    await (await blobs.lock(true)).free(true);
    expect([...s3.uploads.keys()]).toEqual(['not-ours']);
  });
});
