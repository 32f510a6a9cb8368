import { join } from 'node:path';
import { type Command, measureInside } from '../harness/measure.ts';
import { fromRoot } from '../harness/paths.ts';
import type { BenchOptions, Question, Row } from '../harness/question.ts';
import { type Contestant, type Cost, inRounds, told } from '../harness/rounds.ts';
import { ratioOf, spreadOf } from '../harness/spread.ts';
import { fill, measureFill } from '../market/backfill.ts';
import { inventDaily, sessionsBefore } from '../market/invented.ts';
import { pythonForPeers } from '../peers/python.ts';

const WORKERS = 2;
/** Sessions that are there before the first top-up. */
const BEFORE = 252;

/** Of one time, warm. */
interface Read extends Cost {
  readonly rows: number;
}

export const readers: Question = {
  asks: 'Do other programs read a store that was topped up every day as quickly as one that was written at once?',
  long: true,
  answer: async (options) => {
    const { quick, tell } = options;
    const [tickers, topUps] = quick ? [20, 20] : [100, 252];
    const python = await pythonForPeers(tell);
    const stores = await storesOf(options, tickers, topUps);
    const libraries: [string, (store: string) => Command][] = [
      ['DuckDB', (store) => node('read.mjs', store)],
      ...('lack' in python
        ? []
        : ['polars', 'pandas'].map((library): [string, (store: string) => Command] => [
            library,
            (store) => ({
              program: python.interpreter,
              args: [fromRoot('bench/programs/read.py'), library, store],
            }),
          ])),
    ];
    const contestants = libraries.flatMap(([library, command]) =>
      Object.entries(stores).map(([kind, store]): Contestant<Read> =>
        told({ name: `${library}, ${kind}`, run: () => measureInside<Read>(command(store)) }, tell),
      ),
    );
    const measured = await inRounds(contestants, { warmUps: 1, runs: quick ? 2 : 5 });
    const wallsOf = (name: string): number[] => (measured.get(name) ?? []).map(({ wallMs }) => wallMs);
    const rows = libraries.map(([library]): Row => {
      const [often, atOnce] = [`${library}, ${OFTEN}`, `${library}, ${AT_ONCE}`];
      return {
        name: library,
        cells: {
          often: spreadOf(wallsOf(often)),
          atOnce: spreadOf(wallsOf(atOnce)),
          times: ratioOf(wallsOf(often), wallsOf(atOnce)),
          rows: measured.get(often)?.[0]?.rows ?? null,
          rowsAtOnce: measured.get(atOnce)?.[0]?.rows ?? null,
        },
      };
    });
    return {
      notes: [
        `${tickers} invented series of ${BEFORE} sessions and ${topUps} more, a run a session; all bars by one glob, warm`,
        ...('lack' in python ? [`SKIPPED: polars and pandas: ${python.lack}`] : []),
      ],
      tables: [
        {
          title: 'Reading all bars',
          columns: [
            { key: 'often', title: OFTEN, unit: 'ms' },
            { key: 'atOnce', title: AT_ONCE, unit: 'ms' },
            { key: 'times', title: 'times', unit: 'times' },
            { key: 'rows', title: 'rows', unit: 'count' },
            { key: 'rowsAtOnce', title: 'rows', unit: 'count' },
          ],
          rows,
        },
      ],
      charts: [],
    };
  },
};

const OFTEN = 'topped up';
const AT_ONCE = 'at once';

/** Two stores of the same bars. */
async function storesOf(
  { scratch, tell }: BenchOptions,
  tickers: number,
  topUps: number,
): Promise<Record<typeof OFTEN | typeof AT_ONCE, string>> {
  const market = await inventDaily(scratch, { tickers, sessions: BEFORE + topUps, end: '2026-11-20' });
  const stores = { [OFTEN]: join(scratch, 'often', 'store'), [AT_ONCE]: join(scratch, 'once', 'store') };
  await measureFill(fill(market, { store: stores[AT_ONCE], workers: WORKERS }));
  const started = performance.now();
  for (const until of sessionsBefore(market, topUps)) {
    await measureFill(fill({ ...market, ...until }, { store: stores[OFTEN], workers: WORKERS }));
  }
  tell(`${topUps} top-ups of ${tickers} series: ${Math.round((performance.now() - started) / 1000)} s`);
  return stores;
}

function node(script: string, store: string): Command {
  return { program: process.execPath, args: [fromRoot(`bench/programs/${script}`), store] };
}
