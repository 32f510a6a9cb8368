import { join } from 'node:path';
import { type Command, type Measured, measure } from '../harness/measure.ts';
import type { Answer, Question } from '../harness/question.ts';
import { runFolder } from '../harness/scratch.ts';
import { filledBars, program } from '../market/backfill.ts';
import { type GroupedMarket, inventGrouped } from '../market/grouped.ts';
import { type GroupedServer, serveGrouped } from '../market/grouped-server.ts';
import { type Steps, growthOf, runStep } from './growth.ts';

const WORKERS = 2;
const END = '2026-11-20';

export const grouped: Question = {
  asks: 'A year of a whole market, a session a request: what does it take?',
  long: true,
  answer: async (options) => {
    const steps: Steps = new Map();
    const size = options.quick ? { tickers: 1000, sessions: 60 } : { tickers: 8000, sessions: 252 };
    const market = await inventGrouped(options.scratch, { ...size, end: END });
    const server = await serveGrouped(market, join(options.scratch, 'requests.ndjson'));
    try {
      const store = join(await runFolder(options.scratch), 'store');
      const run = fill(market, store, server.url);
      const step = (name: string, measured: () => Promise<Measured>): Promise<void> =>
        runStep(steps, name, market.tickers, measured, options.tell);
      await step(`fill ${market.sessions} sessions`, () => measureFill(run));
      const requests = await requestsOnce(market, server);
      await step('nothing to do', () => measure(run));
      return answerOf(market, requests, steps);
    } finally {
      await server.stop();
    }
  },
};

function fill({ tickerFile, start, end, now }: GroupedMarket, store: string, url: string): Command {
  const { program: node, args } = program('backfill', [
    ...['--store', store, '--state', join(store, '..', 'state'), '--tickers', `@${tickerFile}`],
    ...['--provider', 'polygon', '--tier', 'starter', '--provider-url', `polygon=${url}`],
    ...['--start', start, '--end', end, '--now', now, '--workers', String(WORKERS)],
    ...['--no-progress', '--json'],
  ]);
  // A server on this machine takes any key.
  return { program: 'env', args: ['POLYGON_API_KEY=bench', node, ...args], codes: [0, 1] };
}

async function measureFill(command: Command): Promise<Measured> {
  const measured = await measure(command);
  filledBars(measured.stdout);
  return measured;
}

/** How many requests a server was sent. Throws where they are not those of the market, each once. */
async function requestsOnce(market: GroupedMarket, server: GroupedServer): Promise<number> {
  const asked = (await server.asked()).map(({ path, query }) => path + query);
  if (asked.length === market.requests && new Set(asked).size === asked.length) return asked.length;
  throw new Error(`${asked.length} requests, of which ${new Set(asked).size} differ, for ${market.requests}`);
}

function answerOf(market: GroupedMarket, requests: number, steps: Steps): Answer {
  const lists = requests - market.sessions;
  const notes = [
    `${market.what}: ${market.sessions} requests, and ${lists} pages of splits and dividends, none twice`,
    `${WORKERS} workers; no latency; whole processes from start to exit; bodies rendered before, by a process of its own`,
  ];
  // Of one size there is no curve.
  return { notes, tables: growthOf(steps, 'ticker').tables, charts: [] };
}
