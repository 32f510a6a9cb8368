import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { bundled } from '../../bundled.ts';
import { temporaryFolder } from '../../store/fixtures.ts';
import { mostIn } from './processes.ts';

// A provider counts requests when they arrive. What is sent in time on a connection that takes a while to be made, or to be
// accepted, arrives late, and must not come too close to those that follow in the windows of any process.

const CHILD = fileURLToPath(bundled('test/providers/http/arriving-child.ts'));

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

/** A server that leaves each new connection waiting for so long, and notes when requests arrive, by its own clock. */
async function slowToAccept(delayMs: number): Promise<{ readonly url: string; readonly arrived: number[] }> {
  const arrived: number[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (_, response) => {
    arrived.push(performance.now());
    response.end('{}');
  });
  const [take] = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    socket.pause();
    setTimeout(() => {
      take?.call(server, socket);
      socket.resume();
    }, delayMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ended.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrived };
}

/** A process that sends requests over a quota that it shares, until it is told to end. */
async function startSender(url: string, path: string, quota: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CHILD, url, path, quota], { stdio: ['pipe', 'pipe', 'inherit'] });
  ended.push(() => child.exitCode ?? child.kill('SIGKILL'));
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
  return child;
}

describe('requests of two processes to a server that is slow to accept', () => {
  it.each([
    { quota: '10/3s', perMs: 3000, most: 10, delayMs: 300 },
    { quota: '20/2s', perMs: 2000, most: 20, delayMs: 600 },
    { quota: '2/1s', perMs: 1000, most: 2, delayMs: 300 },
    { quota: '1/1s', perMs: 1000, most: 1, delayMs: 300 },
  ])(
    'arrive in no window of its clock more than $quota, new connections after $delayMs ms',
    { timeout: 30_000 },
    async ({ quota, perMs, most, delayMs }) => {
      const folder = await temporaryFolder();
      ended.push(() => folder.remove());
      const { url, arrived } = await slowToAccept(delayMs);
      const path = join(folder.path, 'quota', 'key.json');
      const senders = [await startSender(url, path, quota), await startSender(url, path, quota)];
      for (const one of senders) one.stdin?.write('go\n');
      const enough = most + 6;
      while (arrived.length < enough && senders.every(({ exitCode }) => exitCode === null))
        await new Promise((resolve) => setTimeout(resolve, 20));
      for (const one of senders) one.stdin?.end();
      await Promise.all(senders.map(async (one) => one.exitCode ?? once(one, 'close')));
      expect(mostIn(perMs, arrived)).toBeLessThanOrEqual(most);
    },
  );
});
