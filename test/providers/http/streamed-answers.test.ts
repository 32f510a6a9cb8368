import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BackfillError } from '../../../src/core/errors.ts';
import { send } from '../../../src/providers/http/transport.ts';
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
