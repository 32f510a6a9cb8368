import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startCluster } from '../../test/store/postgres/cluster.ts';
import { POSTGRES_PROGRAMS } from '../../test/store/postgres/server-programs.ts';
import { type Measured, measure } from '../harness/measure.ts';
import type { BenchOptions, Question } from '../harness/question.ts';
import { fill, measureFill, program } from '../market/backfill.ts';
import { inventDaily } from '../market/invented.ts';
import { growthOf, runStep, type Steps } from './growth.ts';

const SESSIONS = 1260;
const END = '2026-11-20';
const WORKERS = 2;
const INTO_POSTGRES = 500;

export const copy: Question = {
  asks: 'What does a copy of a store take, by series?',
  long: true,
  answer: async (options) => {
    const steps: Steps = new Map();
    for (const count of options.quick ? [200] : [INTO_POSTGRES, 10_000]) {
      const scratch = join(options.scratch, String(count));
      await mkdir(scratch);
      await atSize({ ...options, scratch }, count, steps);
    }
    return {
      notes: [
        `invented daily series of ${SESSIONS.toLocaleString('en')} sessions; whole processes, which end once both stores were read and compared`,
        ...(POSTGRES_PROGRAMS === undefined
          ? ['SKIPPED: no PostgreSQL']
          : ['PostgreSQL on the same machine']),
      ],
      ...growthOf(steps, 'series'),
    };
  },
};

async function atSize({ quick, scratch, tell }: BenchOptions, count: number, steps: Steps): Promise<void> {
  const market = await inventDaily(scratch, { tickers: count, sessions: SESSIONS, end: END });
  const stored = join(scratch, 'stored');
  await measureFill(fill(market, { store: stored, workers: WORKERS }));
  const copyTo = async (to: string): Promise<Measured> => {
    const measured = await measure(program('backfill', ['copy', stored, to, '--json']));
    assertEqual(measured, count);
    return measured;
  };
  await runStep(steps, 'folder to folder', count, () => copyTo(join(scratch, 'copied')), tell);
  if (POSTGRES_PROGRAMS === undefined || (!quick && count !== INTO_POSTGRES)) return;
  const cluster = await startCluster();
  try {
    await runStep(steps, 'folder to PostgreSQL', count, () => copyTo(cluster.url('copied')), tell);
  } finally {
    await cluster.destroy();
  }
}

/** A copy that says less is none. */
function assertEqual({ stdout }: Measured, count: number): void {
  const said = JSON.parse(stdout) as { isEqual: boolean; equal: { to: { series: number } } };
  if (!said.isEqual || said.equal.to.series !== count) throw new Error(`no copy: ${stdout.slice(0, 500)}`);
}
