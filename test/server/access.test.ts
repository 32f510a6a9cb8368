import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/core/loopback.ts';
import { type Access, type Asking, isSame, refusal } from '../../src/server/access.ts';

const HERE: Access = { host: '127.0.0.1', cookie: 'backfill-8321' };
const TOKEN = 'correct-horse-battery';
const ABROAD: Access = { host: '0.0.0.0', token: TOKEN, cookie: 'backfill-8321' };

function asking(headers: Asking['headers'], more: Partial<Asking> = {}): Asking {
  return { method: 'GET', token: undefined, ...more, headers: { host: 'localhost:8321', ...headers } };
}

const statusOf = (one: Asking, access = HERE): number => refusal(one, access)?.status ?? 200;

describe('who asks a server on loopback', () => {
  it.each(['localhost', 'localhost:8321', 'LOCALHOST:9', '127.0.0.1:8321', '127.8.9.1', '[::1]:8321'])(
    'may call it %s',
    (host) => expect(statusOf(asking({ host }))).toBe(200),
  );

  it.each([
    ...['evil.example', 'evil.example:8321', 'localhost.evil.example', '127.0.0.1.evil.example', ''],
    ...['192.168.1.7:8321', 'localhost:8321@evil.example', '127.0.0.1:8321/x', '[::1', 'localhost:8321 '],
  ])('may not call it "%s", as a page does whose name was led here', (host) =>
    expect(statusOf(asking({ host }))).toBe(403),
  );

  it('needs a host at all', () => expect(statusOf(asking({ host: undefined }))).toBe(403));

  it.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'])('may not %s', (method) =>
    expect(statusOf(asking({}, { method }))).toBe(405),
  );

  it('is not another site’s page, unless somebody follows its link', () => {
    const from = (site: string, mode: string): number =>
      statusOf(asking({ 'sec-fetch-site': site, 'sec-fetch-mode': mode }));
    expect([
      from('cross-site', 'no-cors'),
      from('same-site', 'cors'),
      from('cross-site', 'navigate'),
    ]).toEqual([403, 403, 200]);
    expect([from('same-origin', 'cors'), from('none', 'navigate')]).toEqual([200, 200]);
  });
});

describe('who asks a server that others reach', () => {
  const withToken = (more: Partial<Asking>, headers: Asking['headers'] = {}): number =>
    statusOf(asking(headers, more), ABROAD);

  it('may call it by any address, by the name of its machine and by the one that it is bound to', () => {
    for (const host of ['10.0.0.7:8321', '[fe80::1]:8321', `${hostname()}:8321`, 'localhost'])
      expect([host, withToken({ token: TOKEN }, { host })]).toEqual([host, 200]);
    expect(withToken({ token: TOKEN }, { host: 'evil.example' })).toBe(403);
    const bound = { ...ABROAD, host: 'lake.example' };
    expect(statusOf(asking({ host: 'Lake.example:8321' }, { token: TOKEN }), bound)).toBe(200);
  });

  it('brings the token in the address, as a cookie or as a header', () => {
    expect(withToken({ token: TOKEN })).toBe(200);
    expect(withToken({}, { cookie: `a=b; backfill-8321=${TOKEN}` })).toBe(200);
    expect(withToken({}, { authorization: `Bearer ${TOKEN}` })).toBe(200);
  });

  it.each<[what: string, more: Partial<Asking>, headers: Asking['headers']]>([
    ['nothing', {}, {}],
    ['another token', { token: `${TOKEN}x` }, {}],
    ['its beginning', { token: TOKEN.slice(0, -1) }, {}],
    ['an empty one', { token: '' }, {}],
    ['a cookie of another port', {}, { cookie: `backfill-8322=${TOKEN}` }],
    ['another kind of header', {}, { authorization: `Basic ${TOKEN}` }],
  ])('is refused with %s', (_, more, headers) => expect(withToken(more, headers)).toBe(401));
});

it('tells loopback from what others reach', () => {
  expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].every(isLoopback)).toBe(true);
  expect(
    ['0.0.0.0', '::', '10.0.0.1', '127.evil.example', '1127.0.0.1', 'localhost.evil'].some(isLoopback),
  ).toBe(false);
});

it('compares texts of any length', () => {
  expect([isSame('a', 'a'), isSame('a', 'b'), isSame('a', 'aa'), isSame('', '')]).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
