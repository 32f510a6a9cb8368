import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { retryAfterMs, send } from '../../../src/providers/http/transport.ts';
import { TEXT, get, serve, servers } from './loopback.ts';

describe('an answer', () => {
  it('comes whole, with its status and headers, as text, compressed or not', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url, request.headers['accept-encoding'], request.headers['user-agent']);
      const isGzip = asked.length > 3;
      const body = isGzip ? gzipSync(TEXT) : Buffer.from(TEXT);
      response.writeHead(404, { 'retry-after': '7', ...(isGzip && { 'content-encoding': 'gzip' }) });
      // Cut in the middle of characters.
      for (let at = 0; at < body.length; at += 4099) response.write(body.subarray(at, at + 4099));
      response.end();
    });
    for (let i = 0; i < 2; i++) {
      const answer = await send({ url, headers: { 'user-agent': 'me' } });
      expect(answer).toMatchObject({ status: 404, body: TEXT });
      expect(answer.headers['retry-after']).toBe('7');
    }
    expect(asked.slice(0, 3)).toEqual(['/bars?x=%20y', 'gzip', 'me']);
  });

  it.each([
    ['GZIP', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['identity', Buffer.from(TEXT)],
  ])('is read in the coding %s, though it was not asked for', async (coding, body) => {
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end(body),
    );
    expect(await get(url)).toMatchObject({ status: 200, body: TEXT });
  });

  it('comes as the bytes that were sent, where these are asked for and it promises data', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) % 251);
    const url = await serve(({ url: path }, response) => {
      if (path === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(bytes));
      else response.writeHead(path === '/none' ? 404 : 200).end(bytes);
    });
    const events: string[] = [];
    for (const path of ['/plain', '/gzip']) {
      const asked = { url: new URL(path, url), headers: {}, asBytes: true };
      const answer = await send({ ...asked, onReceived: () => void events.push(path) });
      expect(answer).toMatchObject({ status: 200, body: '' });
      expect(Buffer.from(answer.bytes ?? []).equals(bytes)).toBe(true);
    }
    expect(events).toEqual(['/plain', '/gzip']);
    const none = await send({ url: new URL('/none', url), headers: {}, asBytes: true });
    expect([none.status, none.bytes, none.body.length > 0]).toEqual([404, undefined, true]);
  });

  it('that ends within a character shows that it does', async () => {
    const url = await serve((_, response) => response.end(Buffer.from('東京').subarray(0, 4)));
    expect(await get(url)).toMatchObject({ status: 200, body: '東\ufffd' });
  });

  it('is refused by name in a coding that nobody can read', async () => {
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'zstd' }).end(TEXT),
    );
    const refused = { code: 'bad-answer', retryable: true, message: expect.stringContaining('zstd') };
    await expect(get(url)).rejects.toMatchObject(refused);
  });

  it('comes over the connection of the one before', async () => {
    const sockets = new Set<Socket>();
    const url = await serve(({ socket }, response) => {
      sockets.add(socket);
      response.end('bars');
    });
    for (let i = 0; i < 3; i++) await get(url);
    expect(sockets.size).toBe(1);
  });

  it('may take longer than a connection is kept that nobody uses, which then is closed', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const url = await serve(({ socket }, response) => {
      closed = new Promise((resolve) => socket.once('close', resolve));
      setTimeout(() => response.end('bars'), 4500);
    });
    // Node's server would close it after five seconds by itself.
    for (const server of servers) server.keepAliveTimeout = 60_000;
    expect(await get(url)).toMatchObject({ body: 'bars' });
    const idleSince = performance.now();
    await closed;
    expect(performance.now() - idleSince).toBeLessThan(10_000);
  });

  it('is what the URL answers, not what a redirect leads to', async () => {
    const paths: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end('moved');
    });
    expect(await get(url)).toMatchObject({ status: 302, body: 'moved' });
    expect(paths).toHaveLength(1);
  });

  it('is not read to its end beyond 32 MiB, however small it is on the wire', async () => {
    const zeros = Buffer.alloc(33 * 2 ** 20);
    const url = await serve(({ url: path }, response) => {
      if (path === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(zeros));
      else response.end(zeros);
    });
    const refused = { code: 'bad-answer', retryable: true, message: expect.stringContaining('32 MiB') };
    await expect(get(url)).rejects.toMatchObject(refused);
    await expect(get(new URL('/gzip', url))).rejects.toMatchObject(refused);
    await expect(send({ url, headers: {}, asBytes: true })).rejects.toMatchObject(refused);
  });
});

describe('when to come back', () => {
  const AT = Date.parse('2031-05-06T07:08:09Z');
  const text = (ms: number): string => new Date(AT + ms).toUTCString();
  afterEach(() => vi.useRealTimers());

  it.each([
    ['7', undefined, 7000],
    [' 0 ', undefined, 0],
    [text(60_000), text(0), 60_000],
    [text(-60_000), text(0), 0],
    ['soon', text(0), undefined],
    ['', text(0), undefined],
    [undefined, text(0), undefined],
    // By which clock it is a minute, nobody tells.
    [text(60_000), undefined, undefined],
    [text(60_000), 'today', undefined],
  ])('as %j of an answer of %j is in %j ms, whatever our clock says', (when, date, ms) => {
    for (const now of [AT - 1e12, AT, AT + 1e12]) {
      vi.useFakeTimers({ toFake: ['Date'], now });
      expect(retryAfterMs({ ...(when !== undefined && { 'retry-after': when }), date })).toBe(ms);
    }
  });
});
