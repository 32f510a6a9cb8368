import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { ASKED, answerOf, fillAsked } from '../asked-alike.ts';
import { temporaryFolder, update, WEEK } from '../fixtures.ts';
import { fakeBucket } from './bucket-store.ts';
import type { FakeS3 } from './fake-s3.ts';
import { sampled } from '../../needs.ts';

describe('a query of a bucket', () => {
  let s3: FakeS3;
  let store: BarStore;
  let files: BarStore;
  let end: () => Promise<void>;
  beforeAll(async () => {
    const bucket = await fakeBucket();
    const folder = await temporaryFolder();
    s3 = bucket.s3;
    store = openStore(bucket.url);
    files = openStore(`${folder.path}/data`);
    for (const one of [store, files]) await fillAsked(one);
    end = async () => {
      await bucket.close();
      await folder.remove();
    };
  });
  afterAll(() => end());
  afterEach(() => vi.unstubAllEnvs());

  /** Keys of files of data that were read whole for a statement. */
  async function broughtFor(sql: string): Promise<string[]> {
    s3.seen.length = 0;
    expect(await answerOf(store, sql)).not.toBeTypeOf('string');
    return s3.seen
      .filter(
        ({ method, key, headers }) => method === 'GET' && key.endsWith('.parquet') && !('range' in headers),
      )
      .map(({ key }) => key.replace('data/', ''))
      .toSorted();
  }

  it.each(sampled(ASKED, 3, 'asked'))('gives what it does of files: %s', async (sql) => {
    const said = await answerOf(store, sql);
    expect(said).toEqual(await answerOf(files, sql));
    expect(typeof said === 'string' || Array.isArray((said as { all: unknown }).all)).toBe(true);
  });

  const MINUTES = ['2026-01', '2026-02'].map((period) => `bars/interval=1m/ticker=AAPL/period=${period}`);

  it.each(
    sampled(
      [
        [
          `SELECT max(close) FROM bars WHERE ticker = 'AAPL' AND interval = '1d'`,
          ['bars/interval=1d/ticker=AAPL/period=all'],
        ],
        [`SELECT ts, close FROM bars WHERE interval = '1m'`, MINUTES],
        [`SELECT ts FROM bars WHERE interval = '1m' AND period = '2026-02'`, MINUTES.slice(1)],
        [`SELECT * FROM bars WHERE ticker = 'NOT-STORED'`, []],
        ['SELECT * FROM coverage', []],
        [`SELECT * FROM actions WHERE ticker = 'AAPL'`, ['actions/ticker=AAPL', 'actions/ticker=NONE']],
      ] as const,
      2,
      'brought',
    ),
  )('brings what it may read, and nothing else: %s', async (sql, folders) => {
    const brought = await broughtFor(sql);
    expect(brought.map((path) => path.replace(/\/[^/]*$/, ''))).toEqual(folders);
  });

  it('asks no file what the cache of scans says of it', async () => {
    const cached = openStore(store.url.replace('/data', '/cached'));
    const lease = await cached.acquire();
    await cached.scan();
    await fillAsked(cached);
    await lease.release();
    s3.seen.length = 0;
    const sql = 'SELECT * FROM coverage ORDER BY ALL';
    expect(await answerOf(cached, sql)).toEqual(await answerOf(files, sql));
    expect(s3.seen.map(({ key }) => key).filter((key) => key.includes('/bars/'))).toEqual([]);
  });

  it('sees what was stored since, and leaves nothing behind', async () => {
    const left = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('backfill-'));
    const folder = await temporaryFolder();
    vi.stubEnv('TMPDIR', folder.path);
    const count = `SELECT count(*) FROM bars WHERE ticker = 'NEW'`;
    expect(await answerOf(store, count)).toMatchObject({ all: [[0]] });
    await store.upsert(update(WEEK, { series: { ticker: 'NEW', interval: '1d' } }));
    expect(await answerOf(store, count)).toMatchObject({ all: [[5]] });
    await store.forget({ ticker: 'NEW', interval: '1d' });
    expect(await answerOf(store, count)).toMatchObject({ all: [[0]] });
    expect(await left()).toEqual([]);
    await folder.remove();
  });

  it('is without an object that rotted, says so, and notes it in the bucket', async () => {
    const key = [...s3.objects.keys()].find((one) => one.startsWith('data/bars/interval=1d/ticker=O')) ?? '';
    const sound = s3.objects.get(key)!;
    const bytes = Buffer.from(sound.bytes);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    s3.objects.set(key, { ...sound, bytes });
    const count = `SELECT count(*) FROM bars WHERE interval = '1d'`;
    expect(await answerOf(store, count)).toMatchObject({
      all: [[10]],
      leftOut: [{ path: key.replace('data/', '') }],
    });
    const notes = [...s3.objects].filter(([one]) => one.startsWith('data/damaged/'));
    expect(notes.map(([, note]) => note.bytes.toString())).toContainEqual(
      expect.stringContaining(JSON.stringify({ path: key.replace('data/', '') }).slice(0, -1)),
    );
    // Of what it does not read nothing is said.
    expect(await answerOf(store, `${count} AND ticker = 'AAPL'`)).toMatchObject({ all: [[5]], leftOut: [] });
    // One whose end is gone says nothing of itself, and keeps no other from doing so.
    s3.objects.set(key, { ...sound, etag: 'another', bytes: bytes.subarray(0, 300) });
    const known = 'SELECT DISTINCT ticker FROM coverage ORDER BY ALL';
    expect(await answerOf(store, known)).toMatchObject({ all: [['AAPL'], ['^GSPC']], leftOut: [{}] });
    s3.objects.set(key, sound);
    expect(await answerOf(store, count)).toMatchObject({ all: [[15]], leftOut: [] });
  });
});
