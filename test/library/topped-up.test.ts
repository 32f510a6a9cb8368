import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openHistory } from '../../src/index.ts';
import { Engine } from '../../src/library/engine.ts';
import { failedWhole } from '../../src/backfill/runner.ts';
import { errorData } from '../../src/core/errors.ts';
import { lostByQueue } from '../../src/queue/outcomes.ts';
import { temporaryFolder } from '../store/fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await folder.remove();
});

type Start = Engine['startRunner'];

/** A run of three tickers whose queue loses the task of one of them so many times. */
async function runLosing(times: number) {
  let lost = 0;
  const start = Object.getOwnPropertyDescriptor(Engine.prototype, 'startRunner')?.value as Start;
  vi.spyOn(Engine.prototype, 'startRunner').mockImplementation(async function losing(this: Engine, ...asked) {
    const runner = await start.apply(this, asked);
    return {
      ...runner,
      run: (order) => {
        if (order.task.wants[0]?.series.ticker !== 'BRIQ' || lost === times) return runner.run(order);
        lost++;
        return Promise.resolve(failedWhole(order.task, (about) => errorData(lostByQueue('gone'), about)));
      },
    };
  });
  const history = openHistory({
    ...{ store: folder.path, provider: { id: 'sample' }, stateFolder: folder.path, workers: 1 },
    clock: () => Date.parse('2026-03-02T23:00:00Z'),
  });
  const summary = await history.backfill({ tickers: ['ALFA', 'BRIQ', 'NYXA'], days: 5 });
  await history.close();
  return summary;
}

it('what the queue of a run lost is planned again at its end, and done', async () => {
  const summary = await runLosing(1);
  expect(summary).toMatchObject({ series: 3, fetched: 3, failed: 0, failures: [], left: [], stopped: null });
});

it('what a queue loses for ever is named in the end, and tried by the next run', async () => {
  const summary = await runLosing(99);
  expect(summary).toMatchObject({
    ...{ series: 3, fetched: 2, failed: 1, stopped: null },
    failures: [{ ticker: 'BRIQ', code: 'queue-unusable', message: 'gone' }],
  });
});
