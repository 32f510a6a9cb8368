import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import {
  type HttpAnswer,
  type WireEvents,
  send,
  withTimeout,
} from '../../../src/providers/http/transport.ts';

const servers: Server[] = [];

/** A server on loopback that answers as told; gives its URL. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/bars?x=%20y`);
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A URL where nobody listens any more. */
async function deadUrl(): Promise<URL> {
  const url = await serve(() => undefined);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return url;
}

const get = (url: URL, events: WireEvents = {}): Promise<HttpAnswer> => send({ url, headers: {}, ...events });

const TEXT = 'Zürich, 東京 and 🗽 '.repeat(5000);

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

describe('an answer that is read as it comes', () => {
  const joined = async (pieces: AsyncIterable<string>): Promise<string> => {
    let text = '';
    for await (const piece of pieces) text += piece;
    return text;
  };

  it('is heard before all of it is there', async () => {
    let goOn = (): void => undefined;
    const url = await serve((_, response) => {
      goOn = () => void response.end('second');
      response.writeHead(200).write('first');
    });
    const heard: string[] = [];
    const read = async (pieces: AsyncIterable<string>): Promise<number> => {
      for await (const piece of pieces) {
        if (piece === '') continue;
        heard.push(piece);
        goOn();
      }
      heard.push('end');
      return 7;
    };
    const onReceived = (): void => void heard.push('received');
    const answer = await send({ url, headers: {}, read, onReceived });
    expect(heard).toEqual(['first', 'second', 'received', 'end']);
    expect(answer).toMatchObject({ status: 200, body: '', read: 7 });
  });

  it('has its characters whole, and only where it is what was asked for', async () => {
    const url = await serve(({ url: path }, response) => {
      const body = gzipSync(TEXT);
      response.writeHead(path === '/404' ? 404 : 200, { 'content-encoding': 'gzip' });
      for (let at = 0; at < body.length; at += 97) response.write(body.subarray(at, at + 97));
      response.end();
    });
    expect((await send({ url, headers: {}, read: joined })).read).toBe(TEXT);
    const other = await send({ url: new URL('/404', url), headers: {}, read: joined });
    expect([other.body, other.read]).toEqual([TEXT, undefined]);
  });

  it('may be long, but not endless', async () => {
    const part = gzipSync(Buffer.alloc(2 ** 25));
    const url = await serve(({ url: path }, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      for (let i = 0; i < (path === '/bomb' ? 33 : 2); i++) response.write(part);
      response.end();
    });
    const lengthOf = async (pieces: AsyncIterable<string>): Promise<number> => {
      let length = 0;
      for await (const piece of pieces) length += piece.length;
      return length;
    };
    expect((await send({ url, headers: {}, read: lengthOf })).read).toBe(2 ** 26);
    await expect(send({ url: new URL('/bomb', url), headers: {}, read: lengthOf })).rejects.toMatchObject({
      ...{ code: 'bad-answer', retryable: true },
      message: expect.stringContaining('1024 MiB') as string,
    });
  });

  it('may be left half way, which closes the connection, and fails as its reader says', async () => {
    const closed: Promise<unknown>[] = [];
    const url = await serve(({ socket }, response) => {
      closed.push(new Promise((resolve) => socket.once('close', resolve)));
      response.writeHead(200).write('bars');
    });
    const failing = (error: Error) => async (pieces: AsyncIterable<string>) => {
      for await (const _ of pieces) throw error;
    };
    const own = new BackfillError('no-data', 'nothing there');
    await expect(send({ url, headers: {}, read: failing(own) })).rejects.toBe(own);
    await expect(send({ url, headers: {}, read: failing(new TypeError('x')) })).rejects.toMatchObject({
      ...{ code: 'internal', message: 'an answer is not read: x' },
    });
    await Promise.all(closed);
  });
});

describe('no whole answer', () => {
  const broken: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'no answer at all': (response) => response.socket?.destroy(),
    'a body that ends before its length': (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('bars', () => response.socket?.destroy());
    },
    'a body whose last chunk does not come': (response) => {
      response.writeHead(200).write('bars', () => response.socket?.destroy());
    },
    'a compressed body that ends too soon': (response) => {
      const body = gzipSync(TEXT);
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body.subarray(0, body.length - 20));
    },
    'a body that is not compressed as it says': (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip');
    },
    'a switch to another protocol': (response) => {
      response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n');
    },
    'nothing but a promise of an answer': (response) =>
      response.socket?.end('HTTP/1.1 103 Early Hints\r\n\r\n'),
    'something that is no HTTP': (response) => response.socket?.end('bars\r\n\r\n'),
  };
  it.each(Object.entries(broken))('is a network error: %s', async (_, answer) => {
    const url = await serve((_request, response) => answer(response));
    const received: string[] = [];
    await expect(get(url, { onReceived: () => received.push('received') })).rejects.toMatchObject({
      code: 'network',
      retryable: true,
      message: expect.stringMatching(/^no answer from 127\.0\.0\.1:\d+: ./),
    });
    const read = async (pieces: AsyncIterable<string>): Promise<void> => {
      for await (const piece of pieces) expect(piece.length).toBeLessThan(2 ** 16);
    };
    const events = { onReceived: () => received.push('received') };
    await expect(send({ url, headers: {}, read, ...events })).rejects.toMatchObject({
      ...{ code: 'network', retryable: true },
    });
    expect(received).toEqual([]);
  });

  it('is none of the host’s where its name is unknown on this machine', async () => {
    await expect(get(new URL('http://backfill.invalid/'))).rejects.toMatchObject({
      code: 'unreachable',
      retryable: true,
      message: expect.stringMatching(/^cannot reach backfill\.invalid: .*; is this machine online\?$/),
    });
  });

  it('is a network error where nobody listens, nobody speaks TLS, or the protocol is another', async () => {
    const url = await serve((_, response) => response.end('bars'));
    const dead = new URL(`http://localhost:${(await deadUrl()).port}/`);
    await expect(get(dead)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await expect(get(new URL(`https://${url.host}/`))).rejects.toMatchObject({ code: 'network' });
    await expect(get(new URL('ftp://127.0.0.1/'))).rejects.toMatchObject({
      message: expect.stringContaining('ftp: is not spoken'),
    });
  });

  it('is a time-out if the head or the body does not come, and closes the connection', async () => {
    const closed: Promise<unknown>[] = [];
    const url = await serve(({ url: path, socket }, response) => {
      closed.push(new Promise((resolve) => socket.once('close', resolve)));
      if (path === '/head') response.writeHead(200).write('ba');
    });
    const impatient = withTimeout(send, 60);
    for (const path of ['/silence', '/head'])
      await expect(impatient({ url: new URL(path, url), headers: {} })).rejects.toMatchObject({
        code: 'timeout',
        retryable: true,
      });
    expect(closed).toHaveLength(2);
    await Promise.all(closed);
  });

  it('throws what the signal was aborted with, before and while it waits', async () => {
    const url = await serve(() => undefined);
    const stop = new AbortController();
    const waiting = send({ url, headers: {} }, stop.signal);
    const reason = new Error('stopped');
    setTimeout(() => stop.abort(reason), 20);
    await expect(waiting).rejects.toBe(reason);
    await expect(send({ url, headers: {} }, stop.signal)).rejects.toBe(reason);
  });
});

describe('the events of a request', () => {
  it('come in their order: sent, then received before the answer is given', async () => {
    const events: string[] = [];
    const url = await serve((_, response) => {
      events.push('asked');
      setTimeout(() => response.end('bars'), 30);
    });
    const wire = { onSent: () => events.push('sent'), onReceived: () => events.push('received') };
    await get(url, wire);
    expect(events.toSorted()).toEqual(['asked', 'received', 'sent']);
    expect(events.at(-1)).toBe('received');
  });

  it('never say that data were received where none were promised', async () => {
    const events: string[] = [];
    for (const status of [304, 404, 429, 500]) {
      const url = await serve((_, response) => response.writeHead(status).end());
      await get(url, { onReceived: () => events.push(`received ${status}`) });
    }
    expect(events).toEqual([]);
  });

  it('never say that a request was sent to nobody', async () => {
    const events: string[] = [];
    const unsent = get(await deadUrl(), { onSent: () => events.push('sent') });
    await expect(unsent).rejects.toMatchObject({ code: 'network' });
    await sleep(20);
    expect(events).toEqual([]);
  });

  it('let another request go out before the answer is given', async () => {
    const events: string[] = [];
    const url = await serve((_, response) => response.end('bars'));
    await get(url);
    let next: Promise<unknown> = Promise.resolve();
    await get(url, {
      onReceived: () => {
        next = get(url, { onSent: () => events.push('next is sent') });
      },
    });
    events.push('given');
    await next;
    expect(events).toEqual(['next is sent', 'given']);
  });
});
