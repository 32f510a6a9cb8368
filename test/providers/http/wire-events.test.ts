import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
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
