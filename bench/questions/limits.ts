import { join } from 'node:path';
import { measure, measureInside } from '../harness/measure.ts';
import { fromRoot } from '../harness/paths.ts';
import type { Chart, Question, Row, Table } from '../harness/question.ts';
import { type Contestant, type Cost, inRounds, told } from '../harness/rounds.ts';
import { ratioOf, spreadOf } from '../harness/spread.ts';
import { runFolder } from '../harness/scratch.ts';
import { fill, measureFill } from '../market/backfill.ts';
import { fiveYears, firstTickers } from '../market/market.ts';
import type { DailyMarket } from '../market/daily-market.ts';
import { type Server, download, prerender, serve } from '../market/simulator.ts';

/** What a part of a run must cost, and the part of ours that it is the limit of. */
interface Limit {
  readonly name: string;
  readonly of: typeof FILL | typeof NOTHING_TO_DO;
  readonly run: () => Promise<Cost>;
}

const FILL = 'backfill, fill';
const NOTHING_TO_DO = 'backfill, nothing to do';

const WORKERS = 2;

export const limits: Question = {
  asks: 'How far is a run from what its parts must cost at least?',
  answer: async ({ quick, scratch, tell }) => {
    const whole = await fiveYears(scratch);
    const market = quick ? await firstTickers(whole, 150, scratch) : whole;
    const server = await serve(market, join(scratch, 'requests.ndjson'));
    try {
      tell(`rendering ${market.what}`);
      const [query = ''] = await prerender(server, market, scratch);
      const filled = join(scratch, 'filled', 'store');
      await measureFill(fill(market, { store: filled, workers: WORKERS, url: server.url }));
      const parts = limitsOf(server, query, market, filled);
      const contestants = [...ours(server, market, filled, scratch), ...parts].map((one) => told(one, tell));
      const measured = await inRounds(contestants, { warmUps: 0, runs: quick ? 2 : 3 });
      return {
        notes: [
          `${market.what}; no latency; ${WORKERS} workers; bodies rendered before, by a process of its own`,
          'whole processes, or, where marked *, measured inside a warm one',
        ],
        tables: [tableOf(market, parts, measured)],
        charts: [chartOf(parts, measured)],
      };
    } finally {
      await server.stop();
    }
  },
};

function ours({ url }: Server, market: DailyMarket, filled: string, scratch: string): Contestant<Cost>[] {
  return [
    {
      name: FILL,
      run: async () => {
        const store = join(await runFolder(scratch), 'store');
        return measureFill(fill(market, { store, workers: WORKERS, url }));
      },
    },
    { name: NOTHING_TO_DO, run: () => measure(fill(market, { store: filled, workers: WORKERS, url })) },
  ];
}

function limitsOf(server: Server, query: string, market: DailyMarket, store: string): Limit[] {
  const { url } = server;
  const script = fromRoot('bench/programs/limits.mjs');
  const inner = (...args: string[]): Promise<Cost> =>
    measureInside({ program: process.execPath, args: [script, ...args] });
  const threads = WORKERS;
  return [
    {
      ...{ name: 'download and discard', of: FILL },
      run: () => measure(download(url, query, market, { threads, mode: 'discard' })),
    },
    {
      ...{ name: 'download and JSON.parse', of: FILL },
      run: () => measure(download(url, query, market, { threads, mode: 'parse' })),
    },
    { name: 'JSON.parse *', of: FILL, run: () => inner('parse', url, query, market.tickerFile) },
    { name: 'encode *', of: FILL, run: () => inner('encode', store) },
    { name: 'encode, no dictionaries *', of: FILL, run: () => inner('encode', store, 'plain') },
    { name: 'DuckDB’s partitioned write *', of: FILL, run: () => inner('write', store) },
    { name: 'DuckDB’s metadata scan *', of: NOTHING_TO_DO, run: () => inner('metadata', store) },
    { name: 'readdir and stat *', of: NOTHING_TO_DO, run: () => inner('walk', store) },
  ];
}

type Costs = ReadonlyMap<string, readonly Cost[]>;

function tableOf({ what, tickers }: DailyMarket, parts: readonly Limit[], measured: Costs): Table {
  const cpuOf = (name: string): number[] => (measured.get(name) ?? []).map(({ cpuMs }) => cpuMs);
  const row = (name: string, of?: string): Row => ({
    name,
    cells: {
      wall: spreadOf((measured.get(name) ?? []).map(({ wallMs }) => wallMs)),
      cpu: spreadOf(cpuOf(name)),
      each: spreadOf(cpuOf(name)).median / tickers.length,
      ...(of !== undefined && { of, times: ratioOf(cpuOf(of), cpuOf(name)) }),
    },
  });
  return {
    title: what,
    columns: [
      { key: 'wall', title: 'wall', unit: 'ms' },
      { key: 'cpu', title: 'CPU', unit: 'ms' },
      { key: 'each', title: 'CPU a series', unit: 'ms' },
      { key: 'times', title: 'times its CPU', unit: 'times' },
      { key: 'of', title: 'is what takes', unit: 'text' },
    ],
    rows: [row(FILL), row(NOTHING_TO_DO), ...parts.map(({ name, of }) => row(name, of))],
  };
}

function chartOf(parts: readonly Limit[], measured: Costs): Chart {
  const names = [FILL, NOTHING_TO_DO, ...parts.map(({ name }) => name)];
  const cpu = names.map((name) => spreadOf((measured.get(name) ?? []).map(({ cpuMs }) => cpuMs)).median);
  return {
    ...{ name: 'cpu', title: 'CPU time of a run and of what its parts must cost', kind: 'bar' },
    ...{ xTitle: '', unit: 'ms', logarithmic: true },
    x: names,
    series: [{ name: 'CPU', values: cpu }],
  };
}
