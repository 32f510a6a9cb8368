import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createConnection, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { deliver } from '../../src/simulator/deliver.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that delivers a body without end, and a client that has read nothing of it yet. */
async function endless(): Promise<{ client: Socket; taken: () => number; outcome: Promise<string> }> {
  let pieces = 0;
  function* body(): Generator<Buffer> {
    for (;;) {
      pieces++;
      yield Buffer.alloc(65_536);
    }
  }
  let settle: (outcome: string) => void;
  const outcome = new Promise<string>((resolve) => (settle = resolve));
  server = createServer((_request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const delivery = {
      head: { status: 200, headers: {} },
      body: body(),
      ending: 'complete',
      rows: 0,
    } as const;
    deliver(response, delivery, gone.signal).then(
      () => settle('delivered'),
      (error: unknown) => settle(error instanceof Error ? error.name : String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createConnection((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  client.pause();
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  return { client, taken: () => pieces, outcome };
}

/** The number of pieces once it has not grown for a while. */
async function settled(taken: () => number): Promise<number> {
  for (let before = -1; ;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (taken() === before) return before;
    before = taken();
  }
}

describe('deliver', () => {
  it('makes a body no faster than the client reads', async () => {
    const { client, taken, outcome } = await endless();
    const full = await settled(taken);
    expect(full).toBeGreaterThan(0);
    expect(full * 65_536).toBeLessThan(50_000_000);
    client.resume();
    await expect.poll(taken).toBeGreaterThan(full + 200);
    client.destroy();
    expect(await outcome).toBe('AbortError');
  });

  it('stops when the client resets the connection', async () => {
    const { client, taken, outcome } = await endless();
    await settled(taken);
    client.resetAndDestroy();
    expect(await outcome).toBe('AbortError');
    const last = taken();
    expect(await settled(taken)).toBe(last);
  });
});
