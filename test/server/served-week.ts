import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Dashboard, type History, openHistory, startDashboard } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import {
  absence,
  at,
  coverage,
  daily,
  days,
  NOON,
  temporaryFolder,
  update,
  WEEK,
  WEEK_DAYS,
} from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';
import { type Answer, ask } from './ask.ts';

export const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
const HOURS = { ticker: 'AAPL', interval: '1h' } as const;

/** A store with a dashboard before it. */
export interface Served {
  readonly store: string;
  readonly history: History;
  readonly dashboard: Dashboard;
  /** What it says below `/api/`, as text. */
  asked(query: string, headers?: Record<string, string>): Promise<Answer>;
  /** The same of an answer that is well, read as JSON. */
  json<T>(query: string): Promise<T>;
  close(): Promise<void>;
}

/**
 * A week of Apple with a split and a dividend, of which not all is known; the hours of two of its days; and Microsoft, which
 * lacks two sessions of that week and is known to have none on a third.
 */
export async function serveWeek(): Promise<Served> {
  const folder = await temporaryFolder();
  const store = join(folder.path, 'prices');
  const of = openStore(store);
  const week = [
    daily('2026-02-23', { close: 404, high: 408, open: 400, low: 396, vwap: 400.1, trades: 12 }),
    daily('2026-02-24', { volume: Number.NaN, source: 'polygon' }),
    daily('2026-02-25', { open: 103 }),
    ...WEEK.slice(3),
  ];
  const provisional = [days('2026-02-27', '2026-02-28')];
  await of.upsert(update(week, { learned: coverage({ present: [WEEK_DAYS], provisional }) }));
  const split = { kind: 'split', exDay: days('2026-02-24', '2026-02-24').from, ratio: 4 } as const;
  const dividend = { kind: 'dividend', exDay: days('2026-02-26', '2026-02-26').from, amount: 0.3 } as const;
  await tellActions(of, 'AAPL', [split, dividend], days('2026-02-01', '2026-03-10'), 'sample', NOON);
  const hours = ['2026-02-26T14:30Z', '2026-02-26T15:30Z', '2026-02-27T14:30Z'].map((start) => at(start));
  const covered = coverage({ present: [days('2026-02-26', '2026-02-28')] });
  await of.upsert(update(hours, { series: HOURS, learned: covered }));
  const known = {
    present: [days('2026-02-23', '2026-02-25')],
    absent: [absence(days('2026-02-25', '2026-02-26'))],
  };
  const msft = { series: { ticker: 'MSFT', interval: '1d' }, learned: coverage(known) } as const;
  await of.upsert(update(WEEK.slice(0, 2), msft));
  const history = openHistory({ store, provider: 'none', clock: () => Date.parse('2026-02-28T12:00Z') });
  const dashboard = await startDashboard({ history, store, port: 0 });
  const asked: Served['asked'] = (query, headers) => ask(dashboard.url, `/api/${query}`, headers);
  return {
    ...{ store, history, dashboard, asked },
    json: async <T>(query: string) => {
      const { status, headers, body } = await asked(query);
      expect([status, headers['content-type']], body).toEqual([
        200,
        expect.stringContaining('application/json'),
      ]);
      return JSON.parse(body) as T;
    },
    close: async () => {
      await dashboard.close();
      await history.close();
      await folder.remove();
    },
  };
}

/** An answer that has begun. What cuts it off is told to whoever reads it. */
export async function begun(url: string): Promise<IncomingMessage> {
  const request = get(url).on('error', () => undefined);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

/** An answer as it comes, not as text. */
export async function bytes(path: string, of: Dashboard): Promise<Buffer> {
  const response = await begun(`${of.url}api/${path}`);
  return Buffer.concat(await response.toArray());
}
