import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Series } from '../../../src/core/bars/bars.ts';
import { openFolder } from '../../../src/store/parquet/files/folder.ts';
import { barsPath } from '../../../src/store/parquet/files/layout.ts';
import { findLookalikes } from '../../../src/store/parquet/lookalikes.ts';
import { openStore } from '../../../src/store/open.ts';
import { openScanCache } from '../../../src/store/parquet/partition/scan-cache.ts';
import { marksSaid } from '../../../src/store/parquet/partition/said.ts';
import { coverage, daily, days, temporaryFolder, update } from '../fixtures.ts';
import { fileOf } from '../rows.ts';
import { unsealedWords } from './own-words.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const OLD: Series = { ticker: 'OLD', interval: '1d' };
const FRESH: Series = { ticker: 'FRESH', interval: '1d' };
const OTHER: Series = { ticker: 'OTHER', interval: '1d' };
const BARS = ['2026-01-05', '2026-01-06', '2026-02-02'].map((date, i) =>
  daily(date, { close: 101 + i / 10 }),
);
const PRESENT = coverage({ present: [days('2026-01-05', '2026-02-03')] });

it('files of a version that knew no marks are found by their rows, which are read once', async () => {
  const store = openStore(folder.path);
  for (const series of [OLD, FRESH, OTHER]) {
    const bars = series === OTHER ? BARS.map((bar) => ({ ...bar, volume: bar.volume + 1 })) : BARS;
    await store.upsert(update(bars, { series, learned: PRESENT }));
  }
  const path = barsPath({ series: OLD, period: 'all' });
  const { marks, ...words } = await unsealedWords(join(folder.path, path));
  expect(marks).toBeDefined();
  await writeFile(join(folder.path, path), fileOf(BARS, JSON.stringify(words)));

  const blobs = openFolder(folder.path);
  const held = { cache: await openScanCache(blobs, 10_000) };
  for (let time = 0; time < 2; time++)
    expect([...(await findLookalikes(blobs, [FRESH], held))]).toEqual([['FRESH 1d', [OLD]]]);
  const version = await blobs.version(path);
  const said = version === undefined ? undefined : held.cache?.recall(path, version);
  expect(said && marksSaid(said)).toEqual({ from: (2026 - 1970) * 12, of: (marks as [number, string])[1] });
});

it('of many that are alike each is told some, not all', async () => {
  const store = openStore(folder.path);
  const many = Array.from({ length: 24 }, (_, i): Series => ({ ticker: `T${i}`, interval: '1d' }));
  for (const series of many) await store.upsert(update(BARS, { series, learned: PRESENT }));
  const found = await findLookalikes(openFolder(folder.path), many, undefined);
  expect(found.size).toBe(24);
  for (const others of found.values()) expect([19, 20]).toContain(others.length);
});
