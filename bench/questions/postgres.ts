import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, startCluster } from '../../test/store/postgres/cluster.ts';
import { POSTGRES_PROGRAMS } from '../../test/store/postgres/server-programs.ts';
import { measureInside } from '../harness/measure.ts';
import { fromRoot } from '../harness/paths.ts';
import type { Answer, BenchOptions, Question, Row } from '../harness/question.ts';
import { type Cost, inRounds, told } from '../harness/rounds.ts';
import { ratioOf, spreadOf } from '../harness/spread.ts';
import { fill, measureFill } from '../market/backfill.ts';
import { inventDaily, sessionBefore } from '../market/invented.ts';
import { newestRows } from './top-up.ts';

const SESSIONS = 1225;
const TOP_UP = { sessions: 253, end: '2026-11-20', workers: 2 };

export const postgres: Question = {
  asks: 'A store in PostgreSQL beside a bare COPY into the same table: what does it take?',
  long: true,
  answer: async (options) => {
    if (POSTGRES_PROGRAMS === undefined) return { notes: ['SKIPPED: no PostgreSQL'], tables: [], charts: [] };
    const cluster = await startCluster();
    try {
      return await withServer(cluster, options);
    } finally {
      await cluster.destroy();
    }
  },
};

async function withServer(cluster: Cluster, options: BenchOptions): Promise<Answer> {
  const { quick } = options;
  const series = quick ? 100 : 499;
  const filled = await fillBesideCopy(cluster, series, options);
  const tickers = quick ? 1000 : 10_000;
  const sent = await rowsOfARepetition(cluster, series);
  const topUps = await topUp(cluster, tickers, options);
  const rows: Row[] = [
    ...filled.rows,
    { name: 'the same again', cells: { rows: sent } },
    { name: `a session more of ${tickers.toLocaleString('en')} series`, cells: { wall: spreadOf(topUps) } },
  ];
  return {
    notes: [
      `${(await cluster.sql('SELECT version()')).split(',')[0]}, as it is installed, on loopback of the same machine`,
      `a fill: ${series} series × ${SESSIONS.toLocaleString('en')} sessions, four answers at a time, by one thread; a bare COPY: the same rows by psql into a table with the same key`,
      `rows of a repetition: inserted, updated and deleted ones of the table of bars by pg_stat_user_tables`,
      `a session more: whole processes with ${TOP_UP.workers} workers, out of a file of the last rows of all; ${TOP_UP.sessions - 1} sessions are stored`,
    ],
    tables: [
      {
        title: 'PostgreSQL',
        columns: [
          { key: 'wall', title: 'wall', unit: 'ms' },
          { key: 'times', title: 'of a bare COPY', unit: 'times' },
          { key: 'rows', title: 'rows sent', unit: 'count' },
        ],
        rows,
      },
    ],
    charts: [],
  };
}

async function fillBesideCopy(
  cluster: Cluster,
  series: number,
  { quick, tell }: BenchOptions,
): Promise<{ rows: Row[] }> {
  await sharedFill(cluster.url('first'), series);
  const lines = await cluster.sql('COPY first.bars TO STDOUT');
  let round = 0;
  const fresh = async (): Promise<string> => {
    await cluster.sql('CHECKPOINT');
    return `round_${++round}`;
  };
  const [copy, store] = ['a bare COPY', 'a fill'];
  const costs = await inRounds<Cost>(
    [
      {
        name: copy,
        run: async () => {
          const table = await fresh();
          await cluster.sql(`CREATE TABLE ${table} (LIKE first.bars INCLUDING ALL)`);
          const started = performance.now();
          await cluster.sql(`COPY ${table} FROM STDIN`, lines);
          return { wallMs: performance.now() - started, cpuMs: 0 };
        },
      },
      { name: store, run: async () => sharedFill(cluster.url(await fresh()), series) },
    ].map((one) => told(one, tell)),
    { warmUps: 1, runs: quick ? 2 : 5 },
  );
  const wall = (name: string): number[] => (costs.get(name) ?? []).map(({ wallMs }) => wallMs);
  return {
    rows: [
      { name: copy, cells: { wall: spreadOf(wall(copy)) } },
      { name: store, cells: { wall: spreadOf(wall(store)), times: ratioOf(wall(store), wall(copy)) } },
    ],
  };
}

function sharedFill(url: string, series: number): Promise<Cost> {
  const args = [fromRoot('bench/programs/shared-fill.mjs'), url, String(series), String(SESSIONS)];
  return measureInside<Cost>({ program: process.execPath, args });
}

async function rowsOfARepetition(cluster: Cluster, series: number): Promise<number> {
  const changed = async (): Promise<number> => {
    // What a server does is counted up to a second later.
    await sleep(2000);
    return Number(
      await cluster.sql(
        `SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE schemaname = 'first' AND relname = 'bars'`,
      ),
    );
  };
  const before = await changed();
  if (before < series * SESSIONS) throw new Error(`the server counted ${before} rows of a fill`);
  await sharedFill(cluster.url('first'), series);
  return (await changed()) - before;
}

/** What a session more of so many series took, ms, each time from the same store. */
async function topUp(
  cluster: Cluster,
  tickers: number,
  { quick, scratch, tell }: BenchOptions,
): Promise<number[]> {
  const { sessions, end, workers } = TOP_UP;
  const market = await inventDaily(scratch, { tickers, sessions, end });
  const newest = { ...market, folder: await newestRows(market, scratch) };
  const database = async (name: string, like: string): Promise<string> => {
    await cluster.sql(`CREATE DATABASE ${name} TEMPLATE ${like}`);
    return cluster.url().replace(/\/postgres$/, `/${name}`);
  };
  const at = { state: `${scratch}/state`, workers };
  const stored = await database('stored', 'template0');
  await measureFill(fill({ ...market, ...sessionBefore(market) }, { store: stored, ...at }));
  const walls: number[] = [];
  for (let run = 0; run < (quick ? 1 : 3); run++) {
    const store = await database(`run_${run}`, 'stored');
    const name = `a session more of ${tickers.toLocaleString('en')} series`;
    const { wallMs } = await told(
      { name, run: () => measureFill(fill(newest, { store, ...at })) },
      tell,
    ).run();
    walls.push(wallMs);
  }
  return walls;
}
