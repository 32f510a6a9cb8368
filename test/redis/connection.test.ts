import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Socket, createServer } from 'node:net';
import { once } from 'node:events';
import { redisAddress } from '../../src/redis/address.ts';
import type { Redis } from 'ioredis';
import { QueueDesk } from '../../src/queue/desk.ts';
import { assertTaking, connectRedis } from '../../src/redis/connection.ts';
import { endConnections } from '../../src/redis/patient.ts';
import { watchRedis } from '../../src/redis/watch.ts';
import { describeWith, REDIS } from '../needs.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

const NO_VARIABLES = {};

/** What turns a server into one that takes nothing, and back. */
type Setting = readonly [string, string];
const FULL: Setting = ['maxmemory', '1'];
const REPLICA: Setting = ['replicaof', '127.0.0.1 1'];
const PRIMARY: Setting = ['replicaof', 'no one'];

async function set(redis: Redis, [name, value]: Setting): Promise<void> {
  const [host = '', port = ''] = value.split(' ');
  await (name === 'replicaof' ? redis.replicaof(host, port) : redis.config('SET', name, value));
}

describe('the URL of a Redis server', () => {
  it('names host, port, database, user and password', () => {
    expect(redisAddress('redis://me:p%40ss@db.example:7000/2', NO_VARIABLES)).toStrictEqual({
      ...{ host: 'db.example', port: 7000, db: 2, username: 'me', password: 'p@ss', isEncrypted: false },
      shown: 'redis://me@db.example:7000/2',
    });
    expect(redisAddress('rediss://[::1]', { REDISCLI_AUTH: 'secret' })).toStrictEqual({
      ...{ host: '::1', port: 6379, db: 0, password: 'secret', isEncrypted: true },
      shown: 'rediss://[::1]',
    });
  });

  it.each([
    [
      'localhost:6379',
      '"localhost:6379" is no Redis server: give redis://HOST:6379, or rediss://HOST:6379 for TLS',
    ],
    [
      'http://localhost',
      '"http://localhost" is no Redis server: give redis://HOST:6379, or rediss://HOST:6379 for TLS',
    ],
    [
      'redis://:pw@h/x',
      '"redis://h/x" is no Redis server: "x" is no number of a database, as in redis://HOST:6379/0',
    ],
  ])('%s is refused in one line without a password', (url, message) => {
    expect(() => redisAddress(url, NO_VARIABLES)).toThrow(
      expect.objectContaining({ code: 'usage', message }),
    );
  });
});

describeWith(REDIS)('a connection to Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis(['--requirepass', 'not-to-be-seen']);
  });
  afterAll(async () => server.destroy());

  const at = (login: string): string => `redis://${login}127.0.0.1:${server.port}`;

  it('outlasts the death of its server', async () => {
    const redis = await connectRedis(redisAddress(at(':not-to-be-seen@'), NO_VARIABLES));
    await redis.set('key', 'before');
    await server.kill();
    const answer = redis.get('key');
    await server.start();
    await expect(answer).resolves.toBe('before');
    redis.disconnect();
  });

  it.each([
    ['', 'it wants a password; put it into REDISCLI_AUTH'],
    [':wrong@', 'it does not accept the name and password'],
  ])('with the login "%s" is refused in words', async (login, why) => {
    const refused = connectRedis(redisAddress(at(login), NO_VARIABLES));
    await expect(refused).rejects.toMatchObject({
      code: 'queue-unusable',
      message: `the Redis server ${at('')} cannot be used: ${why}`,
    });
  });
});

describeWith(REDIS)('a Redis that takes nothing', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => server.destroy());

  const SAYS: readonly (readonly [is: string, why: string, on: Setting, off: Setting])[] = [
    ['full', 'its memory is full, and it takes nothing more; see maxmemory', FULL, ['maxmemory', '0']],
    ['a replica', 'it is a replica, which only reads; give the one that it follows', REPLICA, PRIMARY],
  ];

  it.each(SAYS)('since it is %s is refused in one line, and may be looked at', async (_, why, on, off) => {
    const address = redisAddress(server.url, NO_VARIABLES);
    const redis = await connectRedis(address);
    await set(redis, on);
    await expect(connectRedis(address)).rejects.toMatchObject({
      code: 'queue-unusable',
      message: `the Redis server ${server.url} cannot be used: ${why}`,
    });
    const looking = await connectRedis(address, { writes: false });
    await expect(assertTaking(looking)).rejects.toThrow(/OOM|READONLY/);
    const desk = await QueueDesk.open(server.url);
    expect(await desk.ping()).toMatchObject({ refuses: why });
    // Whoever was there waits, through a script and on a connection of its own too; and a line says so.
    const notes: string[] = [];
    const pace = { everyMs: 20, afterMs: 200, againMs: 400 };
    watchRedis(redis, server.url, (line) => void notes.push(line), pace);
    const waiting = Promise.all([
      redis.set('one', '1'),
      redis.eval("return redis.call('SET', KEYS[1], '1')", 1, 'two'),
      redis.duplicate().incr('three'),
      redis.pipeline().set('four', '1').get('four').exec(),
    ]);
    await expect.poll(() => notes.length).toBeGreaterThan(1);
    const line = `the Redis server ${server.url} has not worked for \\d s: ${why}; it is waited for`;
    expect(notes.join('\n')).toMatch(new RegExp(`^(?:${line}\n?)+$`));
    await set(looking, off);
    expect((await waiting).slice(0, 3)).toEqual(['OK', 'OK', expect.any(Number)]);
    await expect.poll(() => notes.at(-1)).toMatch(/ works again, after \d s$/);
    expect(await desk.ping()).toMatchObject({ refuses: null });
    await desk.close();
    looking.disconnect();
    redis.disconnect();
  });

  it('is told of once to whoever listens by several connections, and no more once they are ended', async () => {
    const own = await startRedis();
    const address = redisAddress(own.url, NO_VARIABLES);
    const [one, other] = [await connectRedis(address), await connectRedis(address)];
    const notes: string[] = [];
    const listener = (line: string): void => void notes.push(line);
    const pace = { everyMs: 20, afterMs: 100, againMs: 60_000 };
    for (const redis of [one, other]) watchRedis(redis, own.url, listener, pace);
    const duplicate = one.duplicate();
    duplicate.on('error', () => undefined);
    await duplicate.ping();
    await own.kill();
    await expect.poll(() => notes).toHaveLength(1);
    await own.start();
    await expect
      .poll(() => notes)
      .toEqual([
        expect.stringMatching(/ has not worked for \d s: /),
        expect.stringMatching(/ works again, after \d s$/),
      ]);
    await own.kill();
    await expect.poll(() => notes).toHaveLength(3);
    for (const redis of [one, other]) endConnections(redis);
    await own.start();
    const sober = await connectRedis(address);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Of those that sought it none has found it.
    expect([notes.length, await sober.client('LIST')]).toEqual([3, expect.stringMatching(/^[^\n]+\n$/)]);
    watchRedis(sober, own.url, listener, pace);
    own.pause();
    await expect.poll(() => notes).toHaveLength(4);
    endConnections(sober);
    await once(sober, 'end');
    // What it was asked last fails by that, and was not answered.
    expect(notes.slice(4)).toEqual([]);
    await own.destroy();
  });

  it('under a number that it has not, or that is none, is refused', async () => {
    await expect(connectRedis(redisAddress(`${server.url}/99`, NO_VARIABLES))).rejects.toThrow(
      `the Redis server ${server.url}/99 cannot be used: it has no database of that number`,
    );
    const redis = await connectRedis(redisAddress(`${server.url}/3`, NO_VARIABLES));
    await redis.set('only', 'here');
    expect(await redis.duplicate().get('only')).toBe('here');
    redis.disconnect();
  });

  it('as TLS wants it says how it is written', async () => {
    const url = server.url.replace('redis', 'rediss');
    await expect(connectRedis(redisAddress(url, NO_VARIABLES), { connectMs: 300 })).rejects.toThrow(
      'it does not answer in TLS; one without it is written redis://',
    );
  });
});

describe('what is no Redis', () => {
  it('and lets others in without a word is left', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const address = redisAddress(`redis://127.0.0.1:${port}`, NO_VARIABLES);
    await expect(connectRedis(address, { connectMs: 300 })).rejects.toThrow(
      'cannot be used: it does not answer',
    );
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it.each([
    ['answers in another language', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['hangs up', ''],
  ])('and %s is said to be none', async (_, answer) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(answer));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(connectRedis(redisAddress(`redis://127.0.0.1:${port}`, NO_VARIABLES))).rejects.toThrow(
      /no Redis answers there/,
    );
    server.close();
  });
});

describe('a server that is not there', () => {
  it('is named in one line', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    const url = `redis://127.0.0.1:${port}`;
    await expect(connectRedis(redisAddress(url, NO_VARIABLES))).rejects.toMatchObject({
      code: 'queue-unusable',
      message: `the Redis server ${url} cannot be used: nobody listens there; start it, or see that host and port are right`,
    });
  });
});
