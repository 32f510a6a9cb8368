import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { measureInside } from '../harness/measure.ts';
import { npmPackage } from '../harness/npm-package.ts';
import { fromRoot } from '../harness/paths.ts';
import type { BenchOptions, Question, Row } from '../harness/question.ts';
import { type Cost, inRounds, told } from '../harness/rounds.ts';
import { ratioOf, spreadOf } from '../harness/spread.ts';
import { fill, measureFill } from '../market/backfill.ts';
import { fiveYears, firstTickers } from '../market/market.ts';
import { minutes } from '../market/minutes.ts';

interface Library {
  readonly name: string;
  /** As the program takes it. */
  readonly argument: string;
}

/** Of one time, warm. */
interface Once extends Cost {
  readonly bytes: number;
}

const OURS = 'hyparquet';
const OPERATIONS = ['encode', 'decode'] as const;

export const formats: Question = {
  asks: 'What does a partition cost to encode and to decode, by which library?',
  answer: async (options) => {
    const { quick, tell } = options;
    const baseline = await npmPackage('parquetjs-lite', '0.8.7', tell);
    const libraries: Library[] = [
      { name: OURS, argument: OURS },
      { name: 'DuckDB', argument: 'duckdb' },
      ...('lack' in baseline ? [] : [{ name: 'parquetjs-lite', argument: baseline.folder }]),
    ];
    const partitions = await partitionsOf(options);
    const contestants = partitions.flatMap(({ name: partition, path }) =>
      OPERATIONS.flatMap((operation) =>
        libraries.map(({ name, argument }) =>
          told(
            { name: [partition, operation, name].join(', '), run: () => once(path, argument, operation) },
            tell,
          ),
        ),
      ),
    );
    const measured = await inRounds(contestants, { warmUps: 0, runs: quick ? 2 : 5 });
    const rows = [...measured].map(([name, runs]): Row => {
      const ours = measured.get([...name.split(', ').slice(0, -1), OURS].join(', ')) ?? [];
      const cpuOf = (of: readonly Once[]): number[] => of.map(({ cpuMs }) => cpuMs);
      return {
        name,
        cells: {
          wall: spreadOf(runs.map(({ wallMs }) => wallMs)),
          cpu: spreadOf(cpuOf(runs)),
          times: ratioOf(cpuOf(runs), cpuOf(ours)),
          kilobytes: (runs[0]?.bytes ?? 0) / 1024,
        },
      };
    });
    const title = 'One time, in a warm process';
    return {
      notes: [
        'the partitions are the store’s own, with all its columns; encoding begins with columns (parquetjs-lite: rows) in memory, decoding ends with them',
        'DuckDB reads and writes a file, its thread included; parquetjs-lite writes one, and its times are plain integers',
        ...('lack' in baseline ? [`SKIPPED: parquetjs-lite: ${baseline.lack}`] : []),
      ],
      tables: [
        {
          title,
          columns: [
            { key: 'wall', title: 'wall', unit: 'ms' },
            { key: 'cpu', title: 'CPU', unit: 'ms' },
            { key: 'times', title: `times ${OURS}’s CPU`, unit: 'times' },
            { key: 'kilobytes', title: 'KB', unit: 'count' },
          ],
          rows,
        },
      ],
      charts: [
        {
          ...{
            name: 'cpu',
            title: `${title}: CPU time`,
            kind: 'bar',
            xTitle: '',
            unit: 'ms',
            logarithmic: true,
          },
          x: rows.map(({ name }) => name),
          series: [
            {
              name: 'CPU',
              values: [...measured.values()].map((runs) => spreadOf(runs.map(({ cpuMs }) => cpuMs)).median),
            },
          ],
        },
      ],
    };
  },
};

/** The largest daily and the largest minute partition of stores that the built program fills. */
async function partitionsOf({ scratch }: BenchOptions): Promise<{ name: string; path: string }[]> {
  const daily = await firstTickers(await fiveYears(scratch), 1, scratch);
  const minute = await minutes(scratch);
  const found: { name: string; path: string }[] = [];
  for (const [name, market, more] of [
    ['daily', daily, []],
    ['minute', minute, ['--interval', '1m']],
  ] as const) {
    const store = join(scratch, name, 'store');
    await measureFill(fill(market, { store, workers: 1, more }));
    found.push({ name, path: await largestFile(join(store, 'bars')) });
  }
  return found;
}

async function largestFile(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.parquet'));
  const sized = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), size: (await stat(join(folder, name))).size })),
  );
  const [largest] = sized.toSorted((a, b) => b.size - a.size);
  if (largest === undefined) throw new Error(`no bars in ${folder}`);
  return largest.path;
}

function once(path: string, library: string, operation: string): Promise<Once> {
  const script = fromRoot('bench/programs/formats.mjs');
  return measureInside({ program: process.execPath, args: [script, path, library, operation] });
}
