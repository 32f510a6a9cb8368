import { expect, it } from 'vitest';
import { pacedBy } from '../../../../src/store/parquet/files/paced.ts';

/** What is asked how, for calls in place that take so many ms. */
async function ways(times: readonly number[], patience?: number): Promise<string> {
  let now = 0;
  const paced = pacedBy(() => now, patience);
  let said = '';
  for (const ms of times) {
    said += await paced(
      () => {
        now += ms;
        return '.';
      },
      () => Promise.resolve('p'),
    );
  }
  return said;
}

it('asks in place while the system answers at once, also after one interruption', async () => {
  expect(await ways([0.1, 0.4, 9, 0.1, 9, 0.1])).toBe('......');
});

it('asks through the thread pool for a while where two answers in a row kept it waiting', async () => {
  expect(await ways([0.1, 9, 9, ...Array.from({ length: 258 }, () => 0.1)])).toBe(`...${'p'.repeat(256)}..`);
});

it('counts an error like an answer, and passes it on', async () => {
  let now = 0;
  const paced = pacedBy(() => now);
  const failing = (): never => {
    now += 9;
    throw new Error('EIO');
  };
  const pooled = (): Promise<string> => Promise.resolve('pooled');
  expect(() => paced(failing, pooled)).toThrow('EIO');
  expect(() => paced(failing, pooled)).toThrow('EIO');
  expect(await paced(failing, pooled)).toBe('pooled');
});

it('is as patient as it is told to be', async () => {
  expect(await ways([0.1, 4, 4, 0.1, 6, 6, 0.1], 5)).toBe('......p');
});
