import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { deadUrl, get, serve } from './loopback.ts';

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

  it('tell how much came over the connection, packed and in pieces as it came, of each answer alone', async () => {
    const text = 'bars '.repeat(10_000);
    const written = new Set<Socket>();
    const url = await serve((request, response) => {
      written.add(response.socket as Socket);
      if (request.url === '/packed') response.writeHead(200, { 'content-encoding': 'gzip' });
      response.write(request.url === '/packed' ? gzipSync(text) : text);
      response.end();
    });
    const bytes: number[] = [];
    for (const path of ['/', '/packed', '/'])
      expect((await get(new URL(path, url), { onBytes: (count) => bytes.push(count) })).body).toBe(text);
    const [plain = 0, packed = 0, again = 0] = bytes;
    expect(bytes).toHaveLength(3);
    expect(written.size).toBe(1);
    expect(plain + packed + again).toBe([...written][0]?.bytesWritten);
    expect(again).toBe(plain);
    expect(plain).toBeGreaterThan(text.length);
    expect(packed).toBeLessThan(text.length / 10);
  });

  it('tell it of an answer that breaks off, too', async () => {
    const bytes: number[] = [];
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100000' });
      response.write('x'.repeat(50_000), () => response.socket?.destroySoon());
    });
    await expect(get(url, { onBytes: (count) => bytes.push(count) })).rejects.toMatchObject({
      code: 'network',
    });
    await vi.waitFor(() => expect(bytes).toHaveLength(1));
    expect(bytes[0]).toBeGreaterThan(50_000);
    expect(bytes[0]).toBeLessThan(51_000);
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
