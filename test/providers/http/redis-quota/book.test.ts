import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { QuotaJournal, UsedWindows } from '../../../../src/core/plan/quota-journal.ts';
import { parseQuotas } from '../../../../src/core/plan/quota.ts';
import { monotonicNow } from '../../../../src/providers/http/gate-state.ts';
import type { QuotaBook, QuotaRecord } from '../../../../src/providers/http/quota-record.ts';
import { openRedisQuota, type RedisQuotaOptions } from '../../../../src/providers/http/redis-quota/book.ts';
import { keptIn } from '../../../../src/providers/http/redis-quota/kept-record.ts';
import { readQuotas } from '../../../../src/providers/http/redis-quota/read.ts';
import { takeOver } from '../../../../src/providers/http/redis-quota/take-over.ts';
import { redisAddress } from '../../../../src/redis/address.ts';
import { connectRedis } from '../../../../src/redis/connection.ts';
import { describeWith, REDIS } from '../../../needs.ts';
import { type RedisServer, startRedis } from '../../../redis/redis-server.ts';
import { temporaryFolder } from '../../../store/fixtures.ts';

const DAY = 86_400_000;
const KEY = 'backfill:quota:toy-anonymous';
const QUOTAS = parseQuotas('25/day');

let server: RedisServer;
let client: Redis;
let books: QuotaBook[] = [];
/** What each process noted last. */
let noted = new Map<string, UsedWindows>();
let onNote: () => Promise<unknown> = async () => {};

const journal: QuotaJournal = {
  note: async (_, process, windows) => {
    await onNote();
    noted.set(process, windows);
  },
  read: async () => [...noted].map(([process, windows]) => ({ process, windows })),
  sweep: async () => {},
};

async function open(process: string, more: Partial<RedisQuotaOptions> = {}): Promise<QuotaBook> {
  const book = await openRedisQuota({
    ...{ redis: await connectRedis(redisAddress(server.url)), shown: server.url, owner: 'toy-anonymous' },
    ...{ quotas: QUOTAS, journal, store: 'one', process, gate: monotonicNow, random: () => 0.5 },
    settleMs: 20,
    ...more,
  });
  books.push(book);
  return book;
}

/** One more of today. */
const use = (book: QuotaBook, count = 1): Promise<void> =>
  book.change((record) => {
    const name = `${DAY}ms`;
    const index = Math.floor(book.wall() / DAY);
    const before = record.windows[name];
    const used = (before?.index === index ? before.used : 0) + count;
    return {
      record: { ...record, windows: { ...record.windows, [name]: { index, used } } },
      result: undefined,
    };
  });
const usedIn = (record: QuotaRecord | undefined): number => record?.windows[`${DAY}ms`]?.used ?? 0;
const used = async (): Promise<number> => usedIn(keptIn((await client.get(KEY)) ?? '')?.record);

describeWith(REDIS)('the record of a quota in Redis', () => {
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.port, '127.0.0.1');
  });
  afterAll(async () => {
    client.disconnect();
    await server.destroy();
  });
  beforeEach(async () => {
    await client.flushall();
    [books, noted, onNote] = [[], new Map(), async () => {}];
  });
  afterEach(() => Promise.all(books.map(async (book) => book.close())));

  it('loses no change of many that are made at once', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, (_, i) => open(`p${i}`)));
    await Promise.all(all.flatMap((book) => Array.from({ length: 20 }, () => use(book))));
    expect(await used()).toBe(120);
    expect([...noted.values()].map((windows) => windows[`${DAY}ms`]?.used)).toEqual(Array(6).fill(20));
  });

  it('has no reservation that is not in the journal, and none is made as long as that does not take it', async () => {
    const book = await open('p1');
    const waiting: (() => void)[] = [];
    const seen: number[] = [];
    onNote = async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      seen.push(await used());
    };
    let isDone = false;
    const using = use(book, 3).then(() => (isDone = true));
    await expect.poll(() => waiting).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([isDone, await used()]).toEqual([false, 0]);
    waiting[0]?.();
    await using;
    expect([seen, await used()]).toEqual([[0], 3]);
    onNote = async () => {};
  });

  it('is made of the journals once it is gone, by one of many, and goes on', async () => {
    const before = await open('p1');
    await use(before, 7);
    await before.close();
    await client.flushall();
    const all = await Promise.all(['p2', 'p3', 'p4'].map((name) => open(name)));
    await Promise.all(all.map((book) => use(book)));
    expect(await used()).toBe(10);
  });

  it.each(['{', '{"record":{}}', ''])('that says %j counts as gone', async (text) => {
    const book = await open('p1');
    await use(book, 7);
    await client.set(KEY, text);
    await use(await open('p2'));
    expect(await used()).toBe(8);
  });

  it('of another start of the server is no less than the journals say', async () => {
    const book = await open('p1');
    await use(book, 4);
    const old = (await client.get(KEY)) ?? '';
    await use(book, 5);
    await book.close();
    // As one that was restored says it.
    const { server: run } = keptIn(old) ?? { server: '' };
    const { sealed } = await import('../../../../src/core/seal.ts');
    await client.set(KEY, JSON.stringify(sealed({ ...keptIn(old), server: run.replaceAll(/./g, '0') })));
    await use(await open('p2'));
    expect(await used()).toBe(10);
  });

  it('is not changed by who saw it under another start of the server', async () => {
    const [book, other] = [await open('p1'), await open('p2')];
    await use(book, 2);
    const old = (await client.get(KEY)) ?? '';
    await use(other, 5);
    await server.kill();
    await server.start(true);
    await client.set(KEY, old);
    await use(book);
    expect(await used()).toBe(8);
  });

  it('has once what was sent again after the connection was lost', async () => {
    const redis = await connectRedis(redisAddress(server.url));
    const call = async (name: string, args: string[]): Promise<unknown> => {
      await redis.call(name, args);
      return redis.call(name, args);
    };
    const twice = { call, disconnect: () => redis.disconnect() } as unknown as Redis;
    await use(await open('p1', { redis: twice }), 3);
    expect(await used()).toBe(3);
  });

  it('is added to by who lives and knows more, before anybody reserves', async () => {
    const [alive, other] = [await open('p1', { settleMs: 1500 }), await open('p2', { settleMs: 1500 })];
    await use(alive, 7);
    // What the journal lost, too.
    noted.clear();
    await client.flushall();
    await use(other);
    expect(await used()).toBe(8);
  });

  it('counts what another store has in its journal', async () => {
    const mine = new Map([['far', { [`${DAY}ms`]: { index: Math.floor(Date.now() / DAY), used: 6 } }]]);
    const far: QuotaJournal = {
      ...journal,
      read: async () => [...mine].map(([process, windows]) => ({ process, windows })),
    };
    await use(await open('p1'), 2);
    await use(await open('p2', { store: 'two', journal: far }), 1);
    await use(await open('p3', { store: 'two', journal: far }), 1);
    expect(await used()).toBe(10);
  });

  it('is told to whoever only looks', async () => {
    await use(await open('p1'), 3);
    const { records, now } = await readQuotas(redisAddress(server.url));
    expect([...records].map(([owner, record]) => [owner, usedIn(record)])).toEqual([['toy-anonymous', 3]]);
    expect(Math.abs(now - Date.now())).toBeLessThan(2000);
    expect((await readQuotas(redisAddress(server.url), ['nobody'])).records.size).toBe(0);
  });

  it('has what this machine counted in a file until now, once', async () => {
    const folder = await temporaryFolder();
    const place = { path: join(folder.path, 'quota', 'toy-anonymous.json'), former: [] };
    await mkdir(dirname(place.path));
    // Its clock is an hour behind.
    const wall = (): number => Date.now() - 3_600_000;
    const windows = { [`${DAY}ms`]: { index: Math.floor(Date.now() / DAY), used: 5 } };
    await writeFile(place.path, JSON.stringify({ nextAt: wall() + 9000, pausedUntil: 0, windows }));
    const book = await open('p1');
    await use(book, 2);
    for (const _ of [1, 2]) await takeOver(book, place, wall);
    expect(await used()).toBe(7);
    expect(book.look().nextAt - book.wall()).toBeGreaterThan(5000);
    expect(book.look().nextAt - book.wall()).toBeLessThan(10_000);
    expect(JSON.parse(await readFile(place.path, 'utf8'))).toMatchObject({
      windows: { [`${DAY}ms`]: { used: 0 } },
    });
    expect(noted.get('p1')?.[`${DAY}ms`]?.used).toBe(7);
    await folder.remove();
  });

  it('is not written by a server that refuses to, which is said in a line', async () => {
    const book = await open('p1', { patienceMs: 300 });
    await use(book);
    await client.config('SET', 'maxmemory', '1');
    try {
      await expect(use(book)).rejects.toMatchObject({
        code: 'queue-unusable',
        message: expect.stringMatching(
          /cannot count the quota since 0 s: its memory is full, [^\n]*put it right/,
        ),
      });
    } finally {
      await client.config('SET', 'maxmemory', '0');
    }
  });
});
