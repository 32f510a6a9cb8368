import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { describeWith, REDIS } from '../needs.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

const NO_VARIABLES = {};

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
      '"redis://@h/x" is no Redis server: "x" is no number of a database, as in redis://HOST:6379/0',
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
      message: `the Redis server ${at(login).replace(':wrong', '')} cannot be used: ${why}`,
    });
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
