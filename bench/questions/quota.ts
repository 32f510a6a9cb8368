import { join } from 'node:path';
import type { Measured } from '../harness/measure.ts';
import type { Question, Row } from '../harness/question.ts';
import { inRounds, told } from '../harness/rounds.ts';
import { spreadOf } from '../harness/spread.ts';
import { runFolder } from '../harness/scratch.ts';
import { fill, measureFill } from '../market/backfill.ts';
import { inventDaily } from '../market/invented.ts';
import type { DailyMarket } from '../market/daily-market.ts';
import { serve } from '../market/simulator.ts';
import { type QuotaUse, useOf } from './quota-use.ts';

const WORKERS = [1, 4, 16];
const QUOTA = { requests: 100, seconds: 5 };
const SESSIONS = 21;

interface Run extends Measured, QuotaUse {}

export const quota: Question = {
  asks: 'How much of a quota is used, and how often does a server that enforces it refuse?',
  answer: async ({ quick, scratch, tell }) => {
    const market = await inventDaily(scratch, {
      tickers: quick ? 150 : 300,
      sessions: SESSIONS,
      end: '2026-11-20',
    });
    const contestants = WORKERS.map((workers) =>
      told({ name: `${workers} workers`, run: () => keepTo(market, workers, scratch) }, tell),
    );
    const measured = await inRounds(contestants, { warmUps: 0, runs: quick ? 2 : 3 });
    const rows = [...measured].map(([name, runs]): Row => ({
      name,
      cells: {
        used: spreadOf(runs.map(({ used }) => used)),
        refused: spreadOf(runs.map(({ refused }) => refused)),
        admitted: spreadOf(runs.map(({ admitted }) => admitted)),
        wall: spreadOf(runs.map(({ wallMs }) => wallMs)),
        cpu: spreadOf(runs.map(({ cpuMs }) => cpuMs)),
      },
    }));
    const { requests, seconds } = QUOTA;
    const columns = [
      { key: 'used', title: 'of the quota used', unit: 'percent' },
      { key: 'refused', title: 'refused', unit: 'count' },
      { key: 'admitted', title: 'admitted', unit: 'count' },
      { key: 'wall', title: 'wall', unit: 'ms' },
      { key: 'cpu', title: 'CPU', unit: 'ms' },
    ] as const;
    const title = `A quota of ${requests} requests in any ${seconds} s`;
    const used = [...measured.values()].map((runs) => spreadOf(runs.map((run) => run.used)).median);
    return {
      notes: [
        `${market.what}; the server refuses what comes faster, the client is told of the quota`,
        'used: from the first to the last request that was admitted, by the server’s own clock',
      ],
      tables: [{ title, columns, rows }],
      charts: [
        {
          ...{ name: 'used', title, kind: 'bar', xTitle: '', unit: 'percent' },
          x: WORKERS.map((workers) => `${workers} workers`),
          series: [{ name: 'used', values: used }],
        },
      ],
    };
  },
};

/** Fills a new store from a new server: no request of another run stands in its window. */
async function keepTo(market: DailyMarket, workers: number, scratch: string): Promise<Run> {
  const folder = await runFolder(scratch);
  const rate = `${QUOTA.requests}/${QUOTA.seconds}s`;
  const server = await serve(market, join(folder, 'requests.ndjson'), ['--limit', rate]);
  try {
    const more = ['--rate-limit', rate];
    const measured = await measureFill(
      fill(market, { store: join(folder, 'store'), workers, url: server.url, more }),
    );
    return { ...measured, ...useOf(await server.log(), QUOTA) };
  } finally {
    await server.stop();
  }
}
