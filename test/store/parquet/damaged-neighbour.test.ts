import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { barsPath } from '../../../src/store/parquet/files/layout.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { AAPL_5M, at, coverage, days, temporaryFolder, update } from '../fixtures.ts';
import { rotRows } from '../rot.ts';
import { rowsIn } from '../rows.ts';

const BEFORE = at('2025-12-31T15:00Z');
const AFTER = at('2026-01-02T15:00Z');
const NEW_YEAR = days('2025-12-30', '2026-01-06');
const DAMAGED = barsPath({ series: AAPL_5M, period: '2025' });

let root: string;
let store: BarStore;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(root);
  const present = [days('2025-12-31', '2026-01-01'), days('2026-01-02', '2026-01-03')];
  await store.upsert(update([BEFORE, AFTER], { series: AAPL_5M, learned: coverage({ present }) }));
  await rotRows(join(root, DAMAGED));
});
afterEach(() => remove());

describe('a series read to be written on top of, of which a file is damaged', () => {
  it('has what the others hold, and names that one', async () => {
    const { content, damaged } = await store.edit(AAPL_5M, NEW_YEAR);
    expect(content?.coverage.present).toEqual([days('2026-01-02', '2026-01-03')]);
    expect([...(content?.bars.ts ?? [])]).toEqual([AFTER.ts]);
    expect(damaged).toMatchObject([
      { days: days('2025-01-01', '2026-01-01'), error: { code: 'store-corrupt', ticker: 'AAPL' } },
    ]);
    expect(damaged?.[0]?.error.message).toContain(DAMAGED);
  });

  it('takes what changes the others, and refuses what changes that one', async () => {
    const later = at('2026-01-05T15:00Z');
    const edit = await store.edit(AAPL_5M, NEW_YEAR);
    expect(await edit.commit({ bars: update([later]) })).toMatchObject({ inserted: 1, partitions: 1 });
    expect(await rowsIn(store, AAPL_5M, days('2026-01-01', '2026-01-06'))).toEqual([AFTER, later]);
    const onTop = { bars: update([at('2025-12-30T15:00Z')]) };
    await expect(edit.commit(onTop)).rejects.toMatchObject({ code: 'store-corrupt' });
  });

  it('names nothing where no such file is reached', async () => {
    expect(await store.edit(AAPL_5M, days('2026-01-01', '2026-01-06'))).not.toHaveProperty('damaged');
  });
});
