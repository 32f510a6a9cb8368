import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measure } from '../harness/measure.ts';
import { fromRoot } from '../harness/paths.ts';
import { fill, program } from './backfill.ts';
import type { DailyMarket, Until } from './daily-market.ts';

/** A market on Yahoo's wire, served by a process of its own. */
export interface Server {
  readonly url: string;
  /** One line a request so far, oldest first. */
  log(): Promise<readonly LogEntry[]>;
  stop(): Promise<void>;
}

export interface LogEntry {
  readonly arrivedMs: number;
  readonly query: string;
  readonly outcome: string;
}

/** Serves a market that renders each answer once. */
export async function serve(market: DailyMarket, log: string, more: readonly string[] = []): Promise<Server> {
  const options = ['--from', market.folder, '--cache', '--now', market.now, '--log', log, ...more];
  const { program: node, args } = program('backfill', ['simulate', ...options]);
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    log: async () => {
      const lines = (await readFile(log, 'utf8').catch(() => '')).split('\n').filter(Boolean);
      return lines.map((text) => JSON.parse(text) as LogEntry);
    },
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}

/**
 * Has a server render what `backfill` will ask of it, so that no run pays for that: one ticker is filled into a store
 * of its own up to each end, and what was asked for it is asked for all. Gives the queries.
 */
export async function prerender(
  server: Server,
  market: DailyMarket,
  scratch: string,
  ends: readonly Until[] = [market],
): Promise<readonly string[]> {
  const tickerFile = join(scratch, 'first.txt');
  await writeFile(tickerFile, market.tickers[0] ?? '');
  const folder = await mkdtemp(join(scratch, 'first-'));
  const queries: string[] = [];
  for (const { end, now } of ends) {
    const store = join(folder, 'store');
    await measure(fill({ ...market, tickerFile, end, now }, { store, workers: 1, url: server.url }));
    const query = (await server.log()).at(-1)?.query ?? '';
    await measure(download(server.url, query, market, { threads: 1, mode: 'discard' }));
    queries.push(query);
  }
  return queries;
}

/** Asks for every ticker with one query, many requests in flight. */
export function download(
  url: string,
  query: string,
  market: DailyMarket,
  { threads, mode }: { readonly threads: number; readonly mode: 'discard' | 'parse' },
): { program: string; args: readonly string[] } {
  const script = fromRoot('bench/programs/download.mjs');
  return { program: process.execPath, args: [script, url, query, market.tickerFile, String(threads), mode] };
}
