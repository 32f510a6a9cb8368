import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actionsPath, revisionsPath } from '../../../src/store/parquet/files/layout.ts';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { LONG_RUNS } from '../../needs.ts';
import { AAPL, days, NOON, temporaryFolder, update } from '../fixtures.ts';
import { tellActions } from '../told-actions.ts';
import { daily, everyByte, learnedOf, orCode, someBytes, withByte } from './changed-bytes.ts';

let root: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterAll(() => remove());

describe('a byte of a file beside the bars that is another', () => {
  const STORE = 'beside';
  const RANGE = days('2015-01-02', '2015-02-02');
  const BESIDE = [
    ['splits and dividends', actionsPath('AAPL')],
    ['revisions', revisionsPath({ series: AAPL, period: 'all' })],
  ] as const;

  beforeAll(async () => {
    const store = openParquetStore(join(root, STORE));
    await store.upsert(update(daily(20), { learned: learnedOf(20) }));
    const revised = daily(20)
      .slice(3, 6)
      .map((bar) => ({ ...bar, volume: 7, fetchedAt: NOON + 1 }));
    await store.upsert(update(revised, { fetchedAt: NOON + 1 }));
    const dividend = { kind: 'dividend', exDay: RANGE.from + 9, amount: 0.625, currency: 'GBX' } as const;
    const split = { kind: 'split', exDay: RANGE.from + 4, ratio: 1.05 } as const;
    await tellActions(store, 'AAPL', [split, dividend], RANGE, 'sample', NOON);
  });

  it.each(BESIDE)('is named by the doctor: %s', { timeout: 900_000 }, async (name, path) => {
    const store = openParquetStore(join(root, STORE));
    expect((await store.examine({ now: NOON })).damages).toEqual([]);
    const read = (): Promise<unknown> =>
      name === 'revisions' ? store.readRevisions(AAPL) : store.readActions('AAPL');
    const sound = JSON.stringify(await read());
    const file = await readFile(join(root, STORE, path));
    const changes = LONG_RUNS ? everyByte(file, 0, file.length, name) : someBytes(file, 80, name);
    const missed: object[] = [];
    for (const change of changes) {
      await writeFile(join(root, STORE, path), withByte(file, change));
      const { damages } = await store.examine({ now: NOON });
      if (!damages.some((damage) => damage.path === path)) missed.push({ by: 'the doctor', ...change });
      const other = await orCode(read().then((content) => JSON.stringify(content)));
      if (other !== sound && other !== 'store-corrupt') missed.push({ by: 'a reader', ...change });
    }
    await writeFile(join(root, STORE, path), file);
    expect(missed).toEqual([]);
  });
});
