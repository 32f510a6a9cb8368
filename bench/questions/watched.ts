import { join } from 'node:path';
import type { Measured } from '../harness/measure.ts';
import type { Question, Row } from '../harness/question.ts';
import { type Contestant, inRounds, told } from '../harness/rounds.ts';
import { runFolder } from '../harness/scratch.ts';
import { ratioOf, spreadOf } from '../harness/spread.ts';
import { fill, measureFill } from '../market/backfill.ts';
import type { DailyMarket } from '../market/daily-market.ts';
import { firstTickers, fiveYears } from '../market/market.ts';
import { prerender, serve } from '../market/simulator.ts';
import { freePorts, lookAt } from '../market/watchers.ts';
import { peakOf } from './growth.ts';

const WORKERS = 2;

const PLAIN = 'fill';
const WATCHED = 'fill with dashboard, metrics and log';

export const watched: Question = {
  asks: 'What do a dashboard that is looked at, metrics that are scraped and a log cost a fill, together?',
  answer: async ({ quick, scratch, tell }) => {
    const whole = await fiveYears(scratch);
    const market = quick ? await firstTickers(whole, 150, scratch) : whole;
    const server = await serve(market, join(scratch, 'requests.ndjson'));
    try {
      tell(`rendering ${market.what}`);
      await prerender(server, market, scratch);
      const contestants = contestantsOf(market, server.url, scratch).map((one) => told(one, tell));
      const measured = await inRounds(contestants, { warmUps: quick ? 0 : 1, runs: quick ? 2 : 9 });
      const cpuOf = (name: string): number[] => (measured.get(name) ?? []).map(({ cpuMs }) => cpuMs);
      const rows = [...measured].map(([name, runs]): Row => ({
        name,
        cells: {
          wall: spreadOf(runs.map(({ wallMs }) => wallMs)),
          cpu: spreadOf(cpuOf(name)),
          peak: peakOf(runs),
          ...(name === WATCHED && { times: ratioOf(cpuOf(WATCHED), cpuOf(PLAIN)) }),
        },
      }));
      return {
        notes: [
          `${market.what}; no latency; ${WORKERS} workers; whole processes, in pairs, the first of a pair in turn`,
          'one browser’s worth of events is read, metrics are scraped every second, the log tells each series',
        ],
        tables: [
          {
            title: market.what,
            columns: [
              { key: 'wall', title: 'wall', unit: 'ms' },
              { key: 'cpu', title: 'CPU', unit: 'ms' },
              { key: 'peak', title: 'peak memory', unit: 'bytes' },
              { key: 'times', title: 'times the CPU of its pair', unit: 'times' },
            ],
            rows,
          },
        ],
        charts: [],
      };
    } finally {
      await server.stop();
    }
  },
};

function contestantsOf(market: DailyMarket, url: string, scratch: string): Contestant<Measured>[] {
  const run = async (more: (folder: string) => readonly string[]): Promise<Measured> => {
    const folder = await runFolder(scratch);
    return measureFill(
      fill(market, { store: join(folder, 'store'), workers: WORKERS, url, more: more(folder) }),
    );
  };
  return [
    { name: PLAIN, run: () => run(() => []) },
    {
      name: WATCHED,
      run: async () => {
        const [dashboard, metrics] = await freePorts(2);
        const looking = lookAt({ dashboard: dashboard ?? 0, metrics: metrics ?? 0 });
        const measured = await run((folder) => [
          ...['--dashboard', String(dashboard), '--metrics-port', String(metrics)],
          ...['--log-file', join(folder, 'log.ndjson')],
        ]);
        looking.stop();
        return measured;
      },
    },
  ];
}
