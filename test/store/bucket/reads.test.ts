import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Blobs } from '../../../src/store/parquet/files/blobs.ts';
import { storeOn } from '../../../src/store/parquet/index.ts';
import { daily, update, WEEK } from '../fixtures.ts';
import { fakeBucket } from './bucket-store.ts';
import type { FakeS3 } from './fake-s3.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('reads of a bucket', () => {
  let s3: FakeS3;
  let open: () => Blobs;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ s3, open, close } = await fakeBucket());
  });
  afterEach(() => close());

  const asked = (): string[] =>
    s3.seen.map(({ method, key, query }) => `${method} ${key === '' ? `? ${query.get('prefix')}` : key}`);

  it('list names in a folder, whatever the pages, and nothing of a folder that only begins so', async () => {
    s3.pageKeys = 100;
    const blobs = open();
    await Promise.all(Array.from({ length: 120 }, (_, n) => blobs.put(`bars/ticker=T${n}/x`, bytesOf('x'))));
    await blobs.put('bars-of-another/x', bytesOf('x'));
    const names = Array.from({ length: 120 }, (_, n) => `ticker=T${n}`);
    s3.seen.length = 0;
    expect((await open().list('bars')).toSorted()).toEqual(names.toSorted());
    expect(asked()).toEqual(['GET ? data/bars/', 'GET ? data/bars/']);
    const survey = await open().survey(Number.POSITIVE_INFINITY);
    expect((await survey.list('bars')).toSorted()).toEqual(names.toSorted());
    expect([
      await survey.kind('bars'),
      await survey.kind('bars/ticker=T7/x'),
      await survey.kind('actions'),
    ]).toEqual([...['folder', 'file', undefined]]);
    expect((await survey.list('')).toSorted()).toEqual(['bars', 'bars-of-another']);
    expect(await survey.bytesBelow('.')).toBe(121);
  });

  it('look at names and versions of one moment in a survey, and of what is changed through it', async () => {
    const blobs = open();
    const first = await blobs.put('runs/a.json', bytesOf('one'));
    const survey = await blobs.survey(Number.POSITIVE_INFINITY);
    await blobs.put('runs/a.json', bytesOf('two'));
    expect(await survey.version('runs/a.json')).toBe(first);
    const own = await survey.put('runs/b.json', bytesOf('own'));
    expect([await survey.version('runs/b.json'), await survey.list('runs')]).toEqual([
      own,
      ['a.json', 'b.json'],
    ]);
    await survey.remove('runs/b.json');
    await survey.move('runs/a.json', 'quarantine/a.json');
    expect([await survey.list('runs'), await survey.list('quarantine')]).toEqual([[], ['a.json']]);
  });

  it('read parts of one version only, anew where it is replaced meanwhile', async () => {
    const blobs = open();
    const [old, young] = [1, 2].map((byte) => new Uint8Array(100_000).fill(byte));
    await blobs.put('bars/x', old!);
    let runs = 0;
    const seen = await open().open('bars/x', async (file) => {
      if (runs++ === 0) await blobs.put('bars/x', young!);
      const parts = [await file.slice(0, 10), await file.slice(50_000, 50_001), await file.slice(99_999)];
      return parts.map((part) => [...new Uint8Array(part)]);
    });
    expect([runs, seen]).toEqual([2, [Array(10).fill(2), [2], [2]]]);
  });

  it('read an empty file, and a short one by one request', async () => {
    await open().put('runs/empty', new Uint8Array(0));
    await open().put('runs/short', bytesOf('short'));
    const length = (path: string) => open().open(path, async (file) => (await file.slice(0)).byteLength);
    s3.seen.length = 0;
    expect([await length('runs/empty'), await length('runs/none')]).toEqual([0, undefined]);
    s3.seen.length = 0;
    expect([await length('runs/short'), asked()]).toEqual([5, ['GET data/runs/short']]);
  });

  it('of a scan that knows every file cost the listing, and the cache itself', async () => {
    s3.pageKeys = 100;
    const store = storeOn(open());
    const lease = await store.acquire();
    await store.scan();
    for (let n = 0; n < 110; n++)
      await store.upsert(update(WEEK, { series: { ticker: `T${n}`, interval: '1d' } }));
    await lease.release();
    s3.seen.length = 0;
    const scan = await storeOn(open()).scan();
    expect(scan.series.size).toBe(110);
    expect(asked()).toEqual(['GET ? data/', 'GET ? data/', 'GET data/scan.cache', 'GET data/scan.cache']);
  });

  it('of a scan look at each file whose version is another one than the cache knows', async () => {
    const store = storeOn(open());
    const lease = await store.acquire();
    await store.scan();
    await store.upsert(update(WEEK));
    await lease.release();
    await storeOn(open()).upsert(update([daily('2026-03-02')]));
    s3.seen.length = 0;
    const [state] = (await storeOn(open()).scan()).series.values();
    expect(state?.rows).toBe(WEEK.length + 1);
    expect(asked().filter((one) => one.includes('bars.parquet'))).toHaveLength(1);
  });
});
