import { join } from 'node:path';
import { type Command, type Measured, measure } from '../harness/measure.ts';
import type { Answer, Question } from '../harness/question.ts';
import { runFolder } from '../harness/scratch.ts';
import { filledBars, program } from '../market/backfill.ts';
import type { GroupedMarket } from '../market/grouped.ts';
import { type GroupedServer, serveGrouped } from '../market/grouped-server.ts';
import { type Steps, growthOf, runStep } from './growth.ts';

const WORKERS = 2;

/** Options that say how a whole market is asked for, and what there is to know about it. */
interface How {
  readonly args: readonly string[];
  readonly note: string;
}

/** Fills a store with a market, session by session, once, and looks whether any is lacking. */
export async function fillMarket(
  { scratch, tell }: Pick<Parameters<Question['answer']>[0], 'scratch' | 'tell'>,
  market: GroupedMarket,
  how: How,
): Promise<Answer> {
  const steps: Steps = new Map();
  const server = await serveGrouped(market, join(scratch, 'requests.ndjson'));
  try {
    const store = join(await runFolder(scratch), 'store');
    const run = fill(market, store, server.url, how.args);
    const step = (name: string, measured: () => Promise<Measured>): Promise<void> =>
      runStep(steps, name, market.tickers, measured, tell);
    await step(`fill ${market.sessions} sessions`, () => measureFill(run));
    const requests = await requestsOnce(market, server);
    await step('nothing to do', () => measure(run));
    return answerOf(market, requests, how.note, steps);
  } finally {
    await server.stop();
  }
}

function fill(
  { tickerFile, start, end, now }: GroupedMarket,
  store: string,
  url: string,
  how: readonly string[],
): Command {
  const { program: node, args } = program('backfill', [
    ...['--store', store, '--state', join(store, '..', 'state'), '--tickers', `@${tickerFile}`],
    ...['--provider', 'polygon', '--tier', 'starter', '--provider-url', `polygon=${url}`, ...how],
    ...['--start', start, '--end', end, '--now', now, '--workers', String(WORKERS)],
    ...['--no-progress', '--json'],
  ]);
  // A server on this machine takes any key.
  const keys = ['POLYGON_API_KEY', 'POLYGON_S3_ACCESS_KEY', 'POLYGON_S3_SECRET_KEY'];
  return { program: 'env', args: [...keys.map((name) => `${name}=bench`), node, ...args], codes: [0, 1] };
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

function answerOf(market: GroupedMarket, requests: number, note: string, steps: Steps): Answer {
  const lists = requests - market.sessions;
  const notes = [
    `${market.what}: ${market.sessions} requests, and ${lists} pages of splits and dividends, none twice`,
    `${note}; ${WORKERS} workers; no latency; whole processes from start to exit; bodies rendered before, by a process of its own`,
  ];
  // Of one size there is no curve.
  return { notes, tables: growthOf(steps, 'ticker').tables, charts: [] };
}
