import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, type Measured, measure } from '../harness/measure.ts';
import { fromRoot } from '../harness/paths.ts';
import type { Answer, Chart, Question, Row, Table } from '../harness/question.ts';
import { inRounds, told } from '../harness/rounds.ts';
import { runFolder } from '../harness/scratch.ts';
import { ratioOf, spreadOf } from '../harness/spread.ts';
import { peakOf } from './growth.ts';
import { fill, filledBars } from '../market/backfill.ts';
import { firstTickers, fiveYears } from '../market/market.ts';
import type { DailyMarket } from '../market/daily-market.ts';
import { download, prerender, serve } from '../market/simulator.ts';
import { type Python, pythonForPeers } from '../peers/python.ts';

/** The peer that the goals are about. */
const FAIR = fromRoot('bench/peers/dask_fair.py');

const DAY_S = 86_400;

const WORKERS = [2, 8];

/** A client of the same bodies, as a program that fills a new store. */
interface Client {
  readonly name: string;
  readonly workers: number;
  readonly isFair: boolean;
  readonly command: (store: string, market: DailyMarket) => Command;
  readonly rowsOf: (stdout: string) => number;
}

interface Filled extends Measured {
  readonly rows: number;
}

const wallOf = ({ wallMs }: Filled): number => wallMs;
const cpuOf = ({ cpuMs }: Filled): number => cpuMs;

export const peers: Question = {
  asks: 'How fast is a fill beside other ways to do it, on the same bodies in the same run?',
  answer: async ({ quick, scratch, tell }) => {
    const whole = await fiveYears(scratch);
    const market = quick ? await firstTickers(whole, 150, scratch) : whole;
    const python = await pythonForPeers(tell);
    const server = await serve(market, join(scratch, 'requests.ndjson'));
    try {
      tell(`rendering ${market.what}`);
      await prerender(server, market, scratch);
      const shared = { threads: 1, mode: 'discard' } as const;
      await measure(download(server.url, peersQuery(market), market, shared));
      const clients = clientsOf(server.url, python);
      const few = await firstTickers(market, 8, scratch);
      for (const client of clients) await filled(client, few, scratch);
      const contestants = clients.map((client) =>
        told({ name: client.name, run: () => filled(client, market, scratch) }, tell),
      );
      const measured = await inRounds(contestants, { warmUps: 0, runs: quick ? 2 : 3 });
      return answerOf(market, clients, measured, await notesOf(market, python));
    } finally {
      await server.stop();
    }
  },
};

/** What all peers ask a ticker with, so that it is rendered before. */
function peersQuery({ start, end }: DailyMarket): string {
  const [from, to] = [Date.parse(start) / 1000, Date.parse(end) / 1000 + DAY_S];
  return `period1=${from}&period2=${to}&interval=1d&events=div%2Csplits`;
}

function clientsOf(url: string, python: Python): Client[] {
  const ours = WORKERS.map((workers): Client => ({
    ...{ name: `backfill, ${workers} workers`, workers, isFair: false },
    command: (store, market) => fill(market, { store, workers, url }),
    rowsOf: filledBars,
  }));
  const node: Client = {
    ...{ name: 'Node, one after the other', workers: 1, isFair: false, rowsOf: saidRows },
    command: (store, { start, end, tickerFile }) => ({
      program: process.execPath,
      args: [fromRoot('bench/peers/sequential.mjs'), url, store, start, end, tickerFile],
    }),
  };
  return [...ours, ...('lack' in python ? [] : pythonClients(url, python.interpreter)), node];
}

function pythonClients(url: string, interpreter: string): Client[] {
  const client = (name: string, script: string, workers: number, more: string[] = []): Client => ({
    ...{ name, workers, isFair: script === FAIR, rowsOf: saidRows },
    command: (store, { start, end, tickerFile }) => ({
      program: interpreter,
      args: [script, url, store, String(workers), start, end, tickerFile, ...more],
    }),
  });
  const [perTicker, asyncio] = ['per_ticker', 'asyncio_pandas'].map((name) =>
    fromRoot(`bench/peers/${name}.py`),
  );
  return [
    ...WORKERS.map((n) => client(`dask_fair.py, ${n} threads`, FAIR, n)),
    // As many as there are CPUs usually; eight start for longer than they work.
    client('dask_fair.py, 2 processes', FAIR, 2, ['--processes']),
    ...WORKERS.map((n) => client(`per_ticker.py, ${n} threads`, perTicker ?? '', n)),
    client('asyncio_pandas.py, 8 in flight', asyncio ?? '', 8),
  ];
}

/** `499 tickers, 611520 rows` */
function saidRows(stdout: string): number {
  return Number(/(\d+) rows/.exec(stdout)?.[1] ?? Number.NaN);
}

async function filled(client: Client, market: DailyMarket, scratch: string): Promise<Filled> {
  const folder = await runFolder(scratch);
  const measured = await measure(client.command(join(folder, 'store'), market));
  return { ...measured, rows: client.rowsOf(measured.stdout) };
}

function answerOf(
  market: DailyMarket,
  clients: readonly Client[],
  measured: ReadonlyMap<string, readonly Filled[]>,
  notes: readonly string[],
): Answer {
  const runsOf = ({ name }: Client): readonly Filled[] => measured.get(name) ?? [];
  const rows = clients.map((client): Row => {
    const runs = runsOf(client);
    const quickest = fairRuns(client, clients, runsOf, wallOf);
    const cheapest = fairRuns(client, clients, runsOf, cpuOf);
    return {
      name: client.name,
      cells: {
        wall: spreadOf(runs.map(wallOf)),
        cpu: spreadOf(runs.map(cpuOf)),
        peak: peakOf(runs),
        rows: runs[0]?.rows ?? null,
        speed: quickest && ratioOf(quickest.map(wallOf), runs.map(wallOf)),
        cpuRatio: cheapest && ratioOf(runs.map(cpuOf), cheapest.map(cpuOf)),
      },
    };
  });
  const columns = [
    { key: 'wall', title: 'wall', unit: 'ms' },
    { key: 'cpu', title: 'CPU', unit: 'ms' },
    { key: 'peak', title: 'peak memory', unit: 'bytes' },
    { key: 'rows', title: 'rows', unit: 'count' },
    { key: 'speed', title: 'its speed', unit: 'times' },
    { key: 'cpuRatio', title: 'its CPU', unit: 'times' },
  ] as const;
  return {
    notes,
    tables: [{ title: market.what, columns, rows }, threadsCost(clients.map(runsOf))],
    charts: [chartOf(market, clients, runsOf)],
  };
}

/** What more threads than CPUs cost. The first two clients are ours. */
function threadsCost([two = [], eight = []]: readonly (readonly Filled[])[]): Table {
  const cells = { cpu: ratioOf(eight.map(cpuOf), two.map(cpuOf)) };
  return {
    title: 'backfill with 8 workers against 2',
    columns: [{ key: 'cpu', title: 'CPU', unit: 'times' }],
    rows: [{ name: '8 workers', cells }],
  };
}

/** Runs of the fair peer with as many workers, of its two ways the one that does with less; for one of ours. */
function fairRuns(
  { workers, isFair, name }: Client,
  clients: readonly Client[],
  runsOf: (client: Client) => readonly Filled[],
  of: (run: Filled) => number,
): readonly Filled[] | null {
  if (isFair || !name.startsWith('backfill')) return null;
  const median = (runs: readonly Filled[]): number => spreadOf(runs.map(of)).median;
  const fair = clients.filter((client) => client.isFair && client.workers === workers).map(runsOf);
  return fair.toSorted((a, b) => median(a) - median(b))[0] ?? null;
}

function chartOf(
  market: DailyMarket,
  clients: readonly Client[],
  runsOf: (client: Client) => readonly Filled[],
): Chart {
  const medians = (of: (run: Filled) => number): number[] =>
    clients.map((client) => spreadOf(runsOf(client).map(of)).median);
  return {
    ...{ name: 'fill', title: `Filling ${market.what}`, kind: 'bar', xTitle: '', unit: 'ms' },
    x: clients.map(({ name }) => name),
    series: [
      { name: 'wall', values: medians(wallOf) },
      { name: 'CPU', values: medians(cpuOf) },
    ],
  };
}

async function notesOf({ what }: DailyMarket, python: Python): Promise<string[]> {
  const hash = createHash('sha256')
    .update(await readFile(FAIR))
    .digest('hex');
  return [
    `${what}; no latency; whole processes from start to exit; bodies rendered before, by a process of its own`,
    '“its” speed and CPU: of dask_fair.py with as many workers, the better of its threads and processes; rows: the peers keep some that do not hold up',
    `dask_fair.py sha256 ${hash}`,
    'lack' in python ? `SKIPPED: all peers in Python: ${python.lack}` : python.version,
  ];
}
