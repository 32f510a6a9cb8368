import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import {
  type History,
  type HistoryOptions,
  type Interval,
  type SimulatorOptions,
  openHistory,
} from '../../src/index.ts';
import { type Logged, NOW, start, stopAll } from '../simulator/running.ts';

/** A history that asks a server of lists of the sample market, whose requests say which sessions they are for. */
export interface Counted {
  readonly history: History;
  readonly options: HistoryOptions;
  readonly server: Logged;
  /** By `ALFA 1d 2025-06-02`: how often each session was asked for. */
  asked(): Map<string, number>;
  close(): Promise<void>;
}

const open: Counted[] = [];

export async function openCounted(
  latencyMs = 0,
  hostility: Partial<Pick<SimulatorOptions, 'faults' | 'market'>> = {},
): Promise<Counted> {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-counted-'));
  const server = await start({ wire: 'sample', latencyMs, ...hostility });
  const options = {
    store: join(folder, 'data'),
    provider: { id: 'sample', url: server.url },
    stateFolder: join(folder, 'state'),
    workers: 1,
    clock: () => NOW,
  };
  const history = openHistory(options);
  const counted = {
    ...{ history, options, server },
    asked: () => sessionsAsked(server),
    close: async () => {
      await history.close();
      await rm(folder, { recursive: true });
    },
  };
  open.push(counted);
  return counted;
}

export async function closeAllCounted(): Promise<void> {
  for (const one of open.splice(0)) await one.close();
  await stopAll();
}

function sessionsAsked({ entries }: Logged): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path, query } of entries) {
    const asked = new URLSearchParams(query);
    if (path !== '/v1/bars') throw new Error(`a request that nobody counts: ${path}`);
    const range = { from: parseDay(asked.get('from') ?? ''), to: parseDay(asked.get('to') ?? '') };
    for (const ticker of asked.get('symbols')?.split(',') ?? [])
      for (const day of calendarFor(ticker).sessions(range)) {
        const key = `${ticker} ${asked.get('interval')} ${formatDay(day)}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
  }
  return counts;
}

export const series = (ticker: string, interval: Interval = '1d') => ({ ticker, interval });

/** What was asked, as the server has it: `ALFA,NYXA 1d 2025-06-02..2025-07-01`. */
export function requests({ server }: Pick<Counted, 'server'>, since = 0): string[] {
  return server.entries.slice(since).map(({ query }) => {
    const asked = new URLSearchParams(query);
    return `${asked.get('symbols')} ${asked.get('interval')} ${asked.get('from')}..${asked.get('to')}`;
  });
}
