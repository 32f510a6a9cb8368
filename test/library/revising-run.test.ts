import { expect, it } from 'vitest';
import { runsBySpan } from '../../src/library/revising-run.ts';

const run = (id: string, provider: string, startedAt: number) => ({
  ...{ id, path: id },
  record: { id, provider, startedAt, endedAt: startedAt + 10, summary: {} },
});

it('of runs that went on at one moment a bar is of the one that asked its provider, by whatever endpoint', async () => {
  const records = [run('a', 'yahoo', 100), run('b', 'polygon', 95), run('c', 'polygon', 50)];
  const runOf = await runsBySpan({ readRuns: () => Promise.resolve(records) });
  const of = (source: string, fetchedAt = 102) => runOf({ source, fetchedAt });
  expect(['yahoo', 'polygon', 'polygon/flat', 'csv'].map((source) => of(source))).toEqual([
    'a',
    'b',
    'b',
    'a',
  ]);
  expect([of('polygon/flat', 55), of('polygon/flat', 80)]).toEqual(['c', null]);
});
