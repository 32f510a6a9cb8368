import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { withTimeout } from '../../../src/providers/http/timeout.ts';
import { send } from '../../../src/providers/http/transport.ts';
import { TEXT, deadUrl, get, serve } from './loopback.ts';

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
