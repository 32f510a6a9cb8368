import type { Answer, Cell, Chart, Row } from '../harness/question.ts';
import type { Measured } from '../harness/measure.ts';
import { told } from '../harness/rounds.ts';
import { spreadOf } from '../harness/spread.ts';

/** Runs by step, then by size. */
export type Steps = Map<string, Map<number, Measured[]>>;

/** Measures one step at one size, says what it took, and keeps it. */
export async function runStep(
  steps: Steps,
  step: string,
  size: number,
  run: () => Promise<Measured>,
  tell: (line: string) => void,
): Promise<void> {
  const measured = await told({ name: `${step}, ${size.toLocaleString('en')}`, run }, tell).run();
  const bySize = steps.get(step) ?? new Map<number, Measured[]>();
  bySize.set(size, [...(bySize.get(size) ?? []), measured]);
  steps.set(step, bySize);
}

/** How time and memory grow with a size, in a table and two charts. `unit`: of what the size is a number. */
export function growthOf(steps: Steps, unit: string): Pick<Answer, 'tables' | 'charts'> {
  const rows = [...steps].flatMap(([step, bySize]) =>
    [...bySize].map(([size, runs]): Row => ({
      name: `${step}, ${size.toLocaleString('en')}`,
      cells: {
        wall: spreadOf(runs.map(({ wallMs }) => wallMs)),
        cpu: spreadOf(runs.map(({ cpuMs }) => cpuMs)),
        peak: peakOf(runs),
        each: spreadOf(runs.map(({ cpuMs }) => cpuMs)).median / size,
      },
    })),
  );
  const columns = [
    { key: 'wall', title: 'wall', unit: 'ms' },
    { key: 'cpu', title: 'CPU', unit: 'ms' },
    { key: 'peak', title: 'peak memory', unit: 'bytes' },
    { key: 'each', title: `CPU by ${unit}`, unit: 'ms' },
  ] as const;
  const lines = (name: string, title: string, of: (runs: readonly Measured[]) => number | null): Chart =>
    linesOf(steps, unit, { name, title, unit: name === 'memory' ? 'bytes' : 'ms' }, of);
  return {
    tables: [{ title: `By ${unit}`, columns, rows }],
    charts: [
      lines('cpu', 'CPU time', (runs) => spreadOf(runs.map(({ cpuMs }) => cpuMs)).median),
      lines('memory', 'Peak memory', (runs) => medianOf(peakOf(runs))),
    ],
  };
}

function linesOf(
  steps: Steps,
  xTitle: string,
  head: Pick<Chart, 'name' | 'title' | 'unit'>,
  of: (runs: readonly Measured[]) => number | null,
): Chart {
  const sizes = [...new Set([...steps.values()].flatMap((bySize) => [...bySize.keys()]))].toSorted(
    (a, b) => a - b,
  );
  return {
    ...{ ...head, kind: 'line', xTitle, logarithmic: true },
    x: sizes.map((size) => size.toLocaleString('en')),
    series: [...steps].map(([name, bySize]) => ({
      name,
      values: sizes.map((size) => {
        const runs = bySize.get(size);
        return runs === undefined ? null : of(runs);
      }),
    })),
  };
}

/** Of several runs; null where the system does not tell. */
export function peakOf(runs: readonly Measured[]): Cell {
  const peaks = runs.flatMap(({ peakBytes }) => peakBytes ?? []);
  return peaks.length === 0 ? null : spreadOf(peaks);
}

function medianOf(cell: Cell): number | null {
  return typeof cell === 'object' && cell !== null ? cell.median : null;
}
