import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fromRoot } from '../harness/paths.ts';
import type { GroupedMarket } from './grouped.ts';

/** A market on Polygon's wire, served by a process of its own. */
export interface GroupedServer {
  readonly url: string;
  /** What it was asked for so far, as it came. */
  asked(): Promise<readonly GroupedAsked[]>;
  stop(): Promise<void>;
}

export interface GroupedAsked {
  readonly path: string;
  readonly query: string;
  /** Of the answer, gzipped; 0: there was none. */
  readonly bytes: number;
}

/** Serves the files of a market as they are. `log`: a file that is not there yet. */
export async function serveGrouped(
  { folder }: GroupedMarket,
  log: string,
  latencyMs = 0,
): Promise<GroupedServer> {
  const args = [fromRoot('bench/programs/grouped-server.mjs'), folder, log, String(latencyMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    asked: async () => {
      const lines = (await readFile(log, 'utf8').catch(() => '')).split('\n').filter(Boolean);
      return lines.map((text) => JSON.parse(text) as GroupedAsked);
    },
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}
