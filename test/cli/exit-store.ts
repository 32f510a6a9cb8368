import { once } from 'node:events';
import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type RunningSimulator, startSimulate } from '../acceptance/programs.ts';
import { type Finished, run } from './one-process.ts';

export const NOW = '2026-03-02T23:00:00Z';
export const SAMPLE = ['--provider', 'sample', '--now', NOW, '--days', '5'];

/** A folder with a sound store and a damaged one, made once, and a simulator. */
export let folder = '';

let simulator: RunningSimulator;

let opened = 0;

export const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);

export const fromSimulator = (...args: string[]): string[] => [
  ...['--provider-url', `yahoo=${simulator.url}`, '--state', join(folder, `state-${++opened}`), '--now', NOW],
  ...['--days', '5', ...args],
];

/** Makes the folder before the tests of a file, and removes it after them. */
export function exitStore(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-exit-'));
    simulator = await startSimulate(folder, ['--now', NOW]);
    expect((await backfill(...SAMPLE, 'ALFA', 'BRIQ', '--store', 'sound')).code).toBe(0);
    await cp(join(folder, 'sound'), join(folder, 'damaged'), { recursive: true });
    await truncate(join(folder, 'damaged/bars/interval=1d/ticker=BRIQ/period=all/bars.parquet'), 100);
  }, 60_000);

  afterAll(async () => {
    await simulator.stop();
    await rm(folder, { recursive: true });
  });
}

/** A server that answers everything alike. */
export const answering = async (status: number): Promise<{ url: string; close: () => void }> => {
  const server = createServer((_, response) => response.writeHead(status).end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => void server.close() };
};
