import { measureInside } from '../harness/measure.ts';
import { fromRoot } from '../harness/paths.ts';
import type { Question, Row } from '../harness/question.ts';
import { spreadOf } from '../harness/spread.ts';

/** What a run takes besides its tasks, ms, and keeps of a series, bytes. */
interface Overhead {
  readonly plan: number;
  readonly dispatch: number;
  readonly summary: number;
  readonly bytes: number;
}

const STEPS = ['plan', 'dispatch', 'summary'] as const;

export const run: Question = {
  asks: 'What do a plan, a dispatch and a summary take, and keep in memory, by series?',
  answer: async ({ quick, tell }) => {
    const sizes = quick ? [1000, 10_000] : [1000, 10_000, 100_000];
    const measured = new Map<number, Overhead[]>();
    for (let round = 0; round < (quick ? 2 : 3); round++) {
      for (const size of sizes) {
        const args = ['--expose-gc', fromRoot('bench/programs/run.mjs'), String(size)];
        const overhead = await measureInside<Overhead>({ program: process.execPath, args });
        tell(`${size.toLocaleString('en')} series: ${overhead.bytes.toFixed(0)} bytes kept a series`);
        measured.set(size, [...(measured.get(size) ?? []), overhead]);
      }
    }
    const rows = [...measured].map(([size, runs]): Row => {
      const steps = STEPS.map((step) => [step, spreadOf(runs.map((one) => one[step]))]);
      return {
        name: size.toLocaleString('en'),
        cells: { ...Object.fromEntries(steps), bytes: spreadOf(runs.map(({ bytes }) => bytes)) },
      };
    });
    return {
      notes: [
        'daily series of which five years are missing; every task is answered at once by numbers alone',
      ],
      tables: [
        {
          title: 'By series',
          columns: [
            ...STEPS.map((step) => ({ key: step, title: step, unit: 'ms' as const })),
            { key: 'bytes', title: 'bytes kept a series', unit: 'count' },
          ],
          rows,
        },
      ],
      charts: [],
    };
  },
};
