import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import { withTimeout } from '../../../src/providers/http/timeout.ts';
import { type Head, send } from '../../../src/providers/http/transport.ts';
import { TEXT, serve } from './loopback.ts';

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

describe('an answer that is read as bytes', () => {
  const bytesOf = async (parts: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const all: Uint8Array[] = [];
    for await (const part of parts) all.push(part);
    return Buffer.concat(all);
  };

  it('may have more than a gibibyte, as files of trades do', async () => {
    const part = gzipSync(Buffer.alloc(2 ** 25));
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      for (let i = 0; i < 33; i++) response.write(part);
      response.end();
    });
    const readBytes = async (parts: AsyncIterable<Uint8Array>): Promise<number> => {
      let length = 0;
      for await (const one of parts) length += one.length;
      return length;
    };
    expect((await send({ url, headers: {}, readBytes })).read).toBe(33 * 2 ** 25);
  });

  it('is as it was sent, with the head before it, and only where it is what was asked for', async () => {
    const body = gzipSync(TEXT);
    const url = await serve(({ url: path }, response) => {
      response.writeHead(path === '/404' ? 404 : 206, { etag: '"one"' }).end(body);
    });
    const readBytes = async (parts: AsyncIterable<Uint8Array>, { status, headers }: Head) => [
      status,
      headers.etag,
      await bytesOf(parts),
    ];
    const heard: string[] = [];
    const onReceived = (): void => void heard.push('received');
    const { read, body: text } = await send({ url, headers: {}, readBytes, onReceived });
    expect([read, text, heard]).toEqual([[206, '"one"', body], '', ['received']]);
    const other = await send({ url: new URL('/404', url), headers: {}, readBytes });
    expect(other.read).toBe(undefined);
  });

  it('fails as the wire does where that breaks, whatever its reader made of it', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '9' }).write('half', () => response.destroy());
    });
    await expect(send({ url, headers: {}, readBytes: bytesOf })).rejects.toMatchObject({
      ...{ code: 'network', retryable: true },
    });
  });

  it('may take longer than an answer, as long as it goes on coming', async () => {
    const url = await serve(({ url: path }, response) => {
      let sent = 0;
      const timer = setInterval(
        () => {
          if (path !== '/endless' && ++sent === 10) {
            clearInterval(timer);
            response.end();
          } else response.write('x');
        },
        path === '/endless' ? 20 : 100,
      );
      response.once('close', () => clearInterval(timer));
    });
    const patient = withTimeout(send, 600);
    const { read } = await patient({ url, headers: {}, readBytes: bytesOf });
    expect(String(read)).toBe('x'.repeat(9));
    // As text it has to be there in time.
    await expect(patient({ url, headers: {}, read: joinedOf })).rejects.toMatchObject({ code: 'timeout' });
    // One that never ends is left in the end: after forty times as long.
    await expect(
      withTimeout(send, 250)({ url: new URL('/endless', url), headers: {}, readBytes: bytesOf }),
    ).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('within 10 s') as string });
  });

  it('is left where nothing comes for as long as an answer may take', async () => {
    const url = await serve((_, response) => void response.writeHead(200).write('x'));
    await expect(withTimeout(send, 50)({ url, headers: {}, readBytes: bytesOf })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('within 0.05 s') as string,
    });
  });
});

async function joinedOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}
