import { afterEach, beforeEach, expect, it } from 'vitest';
import { backfill } from '../../../src/backfill/backfill.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import { openSample } from '../../../src/providers/sample/index.ts';
import { openStore } from '../../../src/store/open.ts';
import { temporaryFolder } from '../../store/fixtures.ts';
import { toolsInProcess } from '../in-process.ts';

const NOW = Date.parse('2025-06-20T12:00:00Z');
const WEEK = { tickers: ['ALFA', 'NYXA'], start: '2025-06-02', end: '2025-06-06' } as const;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

it('a run that cannot compare what it filled tells what it did, and leaves that to the next one', async () => {
  const store = openStore(folder.path);
  const compare = store.lookalikes.bind(store);
  store.lookalikes = () => Promise.reject(new BackfillError('store-unusable', 'the server went away'));
  const tools = toolsInProcess(openSample({ id: 'sample' }), store, () => NOW);
  expect(await backfill(WEEK, tools)).toMatchObject({
    ...{ fetched: 2, notRun: 0, bars: 10 },
    stopped: { reason: 'store-failed', message: 'the server went away' },
  });
  expect(await store.firstFills.list()).toHaveLength(1);
  store.lookalikes = compare;
  expect(await backfill(WEEK, tools)).toMatchObject({ complete: 2, stopped: null });
  expect(await store.firstFills.list()).toEqual([]);
});
