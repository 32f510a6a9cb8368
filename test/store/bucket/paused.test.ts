import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ScanCache, openScanCache } from '../../../src/store/parquet/partition/scan-cache.ts';
import { storeOn } from '../../../src/store/parquet/index.ts';
import type { Blobs } from '../../../src/store/parquet/files/blobs.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { AAPL, coverage, daily, days, NOON, update, WEEK } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { fakeBucket } from './bucket-store.ts';
import type { FakeS3 } from './fake-s3.ts';

// A writer that is paused just before a request, while another one, who took over, commits. No lease is taken: what keeps the
// first from undoing what the second wrote are the conditions of its writes alone.
describe('a writer of a bucket that was paused', () => {
  let s3: FakeS3;
  let open: () => Blobs;
  let close: () => Promise<void>;
  let early: BarStore;
  let late: BarStore;
  beforeEach(async () => {
    ({ s3, open, close } = await fakeBucket());
    [early, late] = [storeOn(open()), storeOn(open())];
    await early.upsert(update(WEEK, { learned: coverage({ present: [days('2026-02-23', '2026-02-28')] }) }));
  });
  afterEach(() => close());

  /** Lets the other one work before the first write of a file of such a name arrives. */
  function pausedBefore(name: string, meanwhile: () => Promise<unknown>): void {
    s3.fault = async ({ method, key }) => {
      if (method !== 'PUT' || !key.endsWith(name)) return undefined;
      s3.fault = () => undefined;
      await meanwhile();
      return undefined;
    };
  }

  const changed = (place: number, close_: number) =>
    update([{ ...WEEK[place]!, close: close_, fetchedAt: WEEK[place]!.fetchedAt + place }]);

  it('loses no revision that came meanwhile', async () => {
    pausedBefore('revisions.parquet', () => late.upsert(changed(1, 101.5)));
    await early.upsert(changed(3, 101.25));
    const revisions = await storeOn(open()).readRevisions(AAPL);
    expect(revisions.map(({ before, after }) => [before.ts, before.close, after.close])).toEqual([
      [WEEK[1]?.ts, WEEK[1]?.close, 101.5],
      [WEEK[3]?.ts, WEEK[3]?.close, 101.25],
    ]);
  });

  it('loses no bar that came meanwhile where it forgets others', async () => {
    const monday = daily('2026-03-02');
    pausedBefore('bars.parquet', () => late.upsert(update([monday])));
    expect(await early.forget(AAPL, days('2026-02-23', '2026-02-24'))).toBe(1);
    expect((await rowsIn(storeOn(open()), AAPL)).map(({ ts }) => ts)).toEqual(
      [...WEEK.slice(1), monday].map(({ ts }) => ts),
    );
  });

  it('loses no bar that came meanwhile where it brings others back', async () => {
    const range = days('2026-02-23', '2026-02-24');
    const entry = await early.keepForgotten({ series: [AAPL], actionsOf: [], range, at: NOON });
    await early.forget(AAPL, range);
    const monday = daily('2026-03-02');
    pausedBefore('bars.parquet', () => late.upsert(update([monday])));
    expect(await early.restoreForgotten(entry?.id ?? '', NOON)).toMatchObject({ rows: 1 });
    expect((await rowsIn(storeOn(open()), AAPL)).map(({ ts }) => ts)).toEqual(
      [...WEEK, monday].map(({ ts }) => ts),
    );
  });

  it('leaves the cache of scans that was written meanwhile', async () => {
    const [mine, theirs] = [await openScanCache(open(), 1e6), await openScanCache(open(), 1e6)];
    const file = (path: string) => ({ path, version: 'v', common: '{}', own: '{}' });
    (theirs as ScanCache).remember(file('bars/theirs'));
    (mine as ScanCache).remember(file('bars/mine'));
    await theirs?.save(open());
    await mine?.save(open());
    const now = await openScanCache(open(), 1e6);
    expect([now?.has('bars/theirs'), now?.has('bars/mine')]).toEqual([true, false]);
  });
});
