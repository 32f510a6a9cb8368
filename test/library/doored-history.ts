import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { openStore } from '../../src/store/open.ts';
import { NOW, type Logged, start, stopAll } from '../simulator/running.ts';

export const TICKERS = ['ALFA', 'NYXA', 'ORBL', 'PYRE'];
export const OTHERS = ['BRIQ', 'HAZL'];
export const MONTH = { start: '2025-06-02', end: '2025-06-30' };

export const ALFA = { ticker: 'ALFA', interval: '1d' } as const;

/** A store that is filled through a door, new for each test, and its history with one request in flight. */
export let folder = '';
export let simulator: Logged;
export let door: Door;
export let history: History;

/** Has each test of a file begin with a history behind a door of its own. */
export function beginDoored(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-engine-'));
    simulator = await start();
    door = await openDoor(simulator.url);
    history = historyWith(1);
  });
  afterEach(async () => {
    door.release();
    await history.close();
    await door.close();
    await stopAll();
    await rm(folder, { recursive: true });
  });
}

/** A history with one thread that may have so many requests in flight. */
function historyWith(concurrency: number): History {
  return openHistory({
    store: join(folder, 'data'),
    provider: { id: 'yahoo', url: door.url },
    stateFolder: join(folder, 'state'),
    workers: 1,
    concurrency,
    clock: () => NOW,
  });
}

/** Has the history open with so many requests in flight. */
export function openWith(concurrency: number): void {
  history = historyWith(concurrency);
}

interface Door {
  readonly url: string;
  /** Keeps the requests of a ticker waiting until `release`. Resolves when the first has come. */
  hold(ticker: string): Promise<void>;
  release(): void;
  /** Most requests that were there at once. */
  most(): number;
  close(): Promise<void>;
}

/** A server before the simulator. */
async function openDoor(url: string): Promise<Door> {
  const held = new Map<string, () => void>();
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let present = 0;
  let most = 0;
  const server = createServer((request, response) => {
    most = Math.max(most, ++present);
    response.once('close', () => present--);
    const pass = async (): Promise<void> => {
      const come = held.get(request.url?.match(/chart\/([^?]+)/)?.[1] ?? '');
      come?.();
      if (come !== undefined) await released;
      const answer = await fetch(`${url}${request.url}`);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(await answer.text());
    };
    pass().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (ticker) => new Promise((come) => held.set(ticker, come)),
    release,
    most: () => most,
    close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

/** Whether another history could write the store now. */
export async function isFree(): Promise<boolean> {
  try {
    await (await openStore(join(folder, 'data')).acquire()).release();
    return true;
  } catch {
    return false;
  }
}
