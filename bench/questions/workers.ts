import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Measured, measure } from '../harness/measure.ts';
import type { Answer, BenchOptions, Chart, Question, Row, Table } from '../harness/question.ts';
import { inRounds, told } from '../harness/rounds.ts';
import { ratioOf, spreadOf } from '../harness/spread.ts';
import { runFolder } from '../harness/scratch.ts';
import { fill, measureFill } from '../market/backfill.ts';
import { inventDaily } from '../market/invented.ts';
import { firstTickers, fiveYears } from '../market/market.ts';
import type { DailyMarket } from '../market/daily-market.ts';
import { prerender, serve } from '../market/simulator.ts';
import { peakOf } from './growth.ts';
import { type Limits, kneeOf, limitOf } from './knee.ts';

const WORKERS = [1, 2, 4, 8, 16];

/** One set of circumstances, over all numbers of workers. */
interface Circumstances {
  readonly name: string;
  readonly title: string;
  readonly market: DailyMarket;
  readonly latencyMs: number;
  /** Requests a second that the server admits and the client keeps to; null: no quota. */
  readonly perSecond: number | null;
  /** Fetches in flight a worker; null: its default. */
  readonly inFlight: number | null;
  readonly runs: number;
}

interface Run extends Measured {
  /** Start-up, scan and plan alone, by a dry run. */
  readonly before: Measured;
  /** Part of all CPUs that was busy, with whatever, during the run. */
  readonly busy: number;
}

export const workers: Question = {
  asks: 'What do more workers bring, what do they cost, and what is the limit?',
  answer: async (options) => {
    const parts: Pick<Answer, 'tables' | 'charts'>[] = [];
    for (const circumstances of await allCircumstances(options)) {
      parts.push(await under(circumstances, options));
    }
    return {
      notes: [
        'whole processes from start to exit; engine: without what a dry run of the same takes (start-up, scan, plan)',
        'limit: CPU where over 85 % of all CPUs were busy, with other programs too; else the quota or the network, where they explain the time',
        'knee: the fewest workers that are within 15 % of the fastest',
      ],
      tables: parts.flatMap(({ tables }) => tables),
      charts: parts.flatMap(({ charts }) => charts),
    };
  },
};

async function allCircumstances({ scratch, quick }: BenchOptions): Promise<Circumstances[]> {
  const year = await inventDaily(scratch, { tickers: quick ? 16 : 48, sessions: 252, end: '2026-11-20' });
  const all = await fiveYears(scratch);
  const years = quick ? await firstTickers(all, 100, scratch) : all;
  const open = { market: years, perSecond: null, inFlight: null, runs: 1 };
  return [
    {
      ...{
        name: 'second',
        title: '1 s latency, one fetch in flight a worker',
        market: year,
        latencyMs: 1000,
      },
      ...{ perSecond: null, inFlight: 1, runs: 1 },
    },
    { ...open, name: 'none', title: 'no latency', latencyMs: 0, runs: 2 },
    { ...open, name: 'quarter', title: '250 ms latency', latencyMs: 250 },
    { ...open, name: 'quota', title: 'a quota of 50 a second', latencyMs: 0, perSecond: 50 },
  ];
}

async function under(
  circumstances: Circumstances,
  { scratch, tell }: BenchOptions,
): Promise<Pick<Answer, 'tables' | 'charts'>> {
  const { name, title, market, latencyMs, perSecond, inFlight, runs } = circumstances;
  const folder = join(scratch, name);
  await mkdir(folder);
  const hostile = perSecond === null ? [] : ['--limit', `${perSecond}/s`];
  const server = await serve(market, join(folder, 'requests.ndjson'), [
    '--latency',
    `${latencyMs}ms`,
    ...hostile,
  ]);
  try {
    // Under a quota it would be refused, and is not the limit.
    if (perSecond === null) await prerender(server, market, folder);
    const more = [
      ...(inFlight === null ? [] : ['--concurrency', String(inFlight)]),
      ...(perSecond === null ? [] : ['--rate-limit', `${perSecond}/s`]),
    ];
    const contestants = WORKERS.map((count) =>
      told(
        {
          name: `${title}, ${count} workers`,
          run: async (): Promise<Run> => {
            const store = join(await runFolder(folder), 'store');
            const asked = { store, workers: count, url: server.url };
            const before = await measure(fill(market, { ...asked, more: [...more, '--dry-run'] }));
            const idle = busyClock();
            const measured = await measureFill(fill(market, { ...asked, more }));
            return { ...measured, before, busy: idle() };
          },
        },
        tell,
      ),
    );
    const measured = await inRounds(contestants, { warmUps: 0, runs });
    return partOf(circumstances, [...measured.values()]);
  } finally {
    await server.stop();
  }
}

/** Gives, when it is asked, which part of all CPUs was busy since. */
function busyClock(): () => number {
  const times = (): { all: number; idle: number } => {
    const each = cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({
      all: user + nice + sys + idle + irq,
      idle,
    }));
    return each.reduce((sum, { all, idle }) => ({ all: sum.all + all, idle: sum.idle + idle }));
  };
  const start = times();
  return () => {
    const end = times();
    return 1 - (end.idle - start.idle) / (end.all - start.all);
  };
}

function partOf(
  { name, title, market, latencyMs, perSecond, inFlight }: Circumstances,
  byWorkers: readonly (readonly Run[])[],
): Pick<Answer, 'tables' | 'charts'> {
  const wallsOf = (runs: readonly Run[]): number[] => runs.map(({ wallMs }) => wallMs);
  const first = wallsOf(byWorkers[0] ?? []);
  const walls = byWorkers.map((runs) => spreadOf(wallsOf(runs)).median);
  const limits = (count: number, runs: readonly Run[]): Limits => ({
    requests: market.tickers.length,
    ...{ latencyMs, perSecond },
    inFlight: inFlight === null ? null : inFlight * count,
    engineMs: spreadOf(runs.map((run) => run.wallMs - run.before.wallMs)).median,
    busy: spreadOf(runs.map(({ busy }) => busy)).median,
  });
  const rows = byWorkers.map((runs, i): Row => {
    const count = WORKERS[i] ?? 0;
    return {
      name: count === 1 ? '1 worker' : `${count} workers`,
      cells: {
        wall: spreadOf(wallsOf(runs)),
        speedUp: ratioOf(first, wallsOf(runs)),
        engine: spreadOf(runs.map((run) => run.wallMs - run.before.wallMs)),
        cpu: spreadOf(runs.map(({ cpuMs }) => cpuMs)),
        engineCpu: spreadOf(runs.map((run) => run.cpuMs - run.before.cpuMs)),
        peak: peakOf(runs),
        limit: limitOf(limits(count, runs)),
      },
    };
  });
  const knee = WORKERS[kneeOf(walls)] ?? 0;
  const table = { title: `${market.what}, ${title}; knee: ${knee} workers`, columns: COLUMNS, rows };
  return { tables: [table], charts: [chartOf(name, `${title}: wall time by workers`, walls)] };
}

const COLUMNS: Table['columns'] = [
  { key: 'wall', title: 'wall', unit: 'ms' },
  { key: 'speedUp', title: 'speed-up', unit: 'times' },
  { key: 'engine', title: 'engine', unit: 'ms' },
  { key: 'cpu', title: 'CPU', unit: 'ms' },
  { key: 'engineCpu', title: 'engine CPU', unit: 'ms' },
  { key: 'peak', title: 'peak memory', unit: 'bytes' },
  { key: 'limit', title: ' limit', unit: 'text' },
];

function chartOf(name: string, title: string, values: readonly number[]): Chart {
  const x = WORKERS.map(String);
  return { name, title, kind: 'line', x, xTitle: 'workers', unit: 'ms', series: [{ name: 'wall', values }] };
}
