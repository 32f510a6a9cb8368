import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { parquetMetadataAsync } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../../src/core/bars/bar-builder.ts';
import type { Bar, Series } from '../../../../src/core/bars/bars.ts';
import { calendarById } from '../../../../src/core/calendar/calendars.ts';
import { MS_PER_DAY, parseDay } from '../../../../src/core/session/day.ts';
import { digestOfBody } from '../../../../src/store/parquet/codec/body.ts';
import { bytesAsFile } from '../../../../src/store/parquet/codec/bytes-at.ts';
import { digestOf } from '../../../../src/store/parquet/codec/digest.ts';
import { encodeBars, encodeParts } from '../../../../src/store/parquet/codec/encode.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { encodeKnowledge } from '../../../../src/store/parquet/partition/knowledge.ts';
import { barsPath } from '../../../../src/store/parquet/files/layout.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import { LONG_RUNS } from '../../../needs.ts';
import { AAPL, APPLE, barAt, coverage, NOON, temporaryFolder, update } from '../../fixtures.ts';
import { rowsIn } from '../../rows.ts';
import { alteringDisk, flipped, forgetfulMemory } from '../altering-disk.ts';

const MSFT: Series = { ticker: 'MSFT', interval: '1d' };
const SESSIONS = calendarById('XNYS').sessions({ from: parseDay('2025-01-02'), to: parseDay('2026-02-28') });

let root: string;
let remove: () => Promise<void>;
let store: BarStore;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(root);
});
afterEach(() => remove());

const bar = (i: number, change: Partial<Bar> = {}): Bar => {
  const low = 100 + (i % 17) / 8;
  const values = { open: low + 0.5, high: low + 2, low, close: low + 1 + (i % 7) / 16, volume: 1000 + i };
  return barAt((SESSIONS[i] ?? 0) * MS_PER_DAY, { ...values, ...change });
};
const barsOf = (from: number, to: number): Bar[] =>
  Array.from({ length: to - from }, (_, n) => bar(from + n));
const learned = (bars: readonly Bar[]) =>
  coverage({ present: bars.map(({ ts }) => ({ from: ts / MS_PER_DAY, to: ts / MS_PER_DAY + 1 })) });
const put = (bars: readonly Bar[], series = AAPL, into = store) =>
  into.upsert(update(bars, { series, learned: learned(bars) }));

const pathOf = (series = AAPL): string => join(root, barsPath({ series, period: 'all' }));

/** Rows by row group, and the bytes of the file. */
async function fileOf(series = AAPL) {
  const bytes = new Uint8Array(await readFile(pathOf(series)));
  const { row_groups, metadata_length } = await parquetMetadataAsync(bytesAsFile(bytes));
  const [first] = row_groups;
  const ends = (first?.columns ?? []).map(({ meta_data: chunk }) =>
    Number(
      (chunk?.dictionary_page_offset ?? chunk?.data_page_offset ?? 0n) + (chunk?.total_compressed_size ?? 0n),
    ),
  );
  return {
    bytes,
    rows: row_groups.map(({ num_rows }) => Number(num_rows)),
    footerAt: bytes.length - 8 - metadata_length,
    body: Buffer.from(bytes.subarray(4, Math.max(...ends))),
  };
}

describe('a partition', () => {
  it('has a body once it is longer than a tail may be', async () => {
    await put(barsOf(0, 40));
    expect((await fileOf()).rows).toEqual([40]);
    await put(barsOf(40, 100));
    expect((await fileOf()).rows).toEqual([68, 32]);
    expect(await rowsIn(store, AAPL)).toEqual(barsOf(0, 100));
  });

  it('keeps the bytes of its body when it is topped up', async () => {
    await put(barsOf(0, 100));
    const { body } = await fileOf();
    const corrected = bar(98, { close: 102.5 });
    expect(await put([corrected, ...barsOf(99, 102)])).toMatchObject({ inserted: 2, changed: 1, revised: 1 });
    const after = await fileOf();
    expect(after.rows).toEqual([68, 34]);
    expect(after.body.equals(body)).toBe(true);
    expect(await rowsIn(store, AAPL)).toEqual([...barsOf(0, 98), corrected, ...barsOf(99, 102)]);
  });

  it('is written whole when a row of its body changes or comes in between', async () => {
    const all = [...barsOf(0, 20), ...barsOf(21, 100)];
    await put(all);
    const corrected = bar(5, { close: 101.25 });
    expect(await put([corrected])).toMatchObject({ inserted: 0, changed: 1, revised: 1 });
    expect(await put(barsOf(20, 21))).toMatchObject({ inserted: 1 });
    expect((await fileOf()).rows).toEqual([68, 32]);
    expect(await rowsIn(store, AAPL)).toEqual([...barsOf(0, 5), corrected, ...barsOf(6, 100)]);
  });

  it('takes a tail into its body that has become long, each ticker at its own length', async () => {
    const longest = new Set<number>();
    for (const ticker of ['AAPL', 'MSFT', 'IBM', 'KO', 'GE', 'T']) {
      const series: Series = { ticker, interval: '1d' };
      await put(barsOf(0, 100), series);
      let most = 0;
      for (let i = 100; i < 170; i++) {
        await put([bar(i)], series);
        const { rows } = await fileOf(series);
        expect(rows).toHaveLength(2);
        most = Math.max(most, rows[1] ?? 0);
      }
      expect(most).toBeGreaterThanOrEqual(49);
      expect(most).toBeLessThanOrEqual(64);
      longest.add(most);
      expect(await rowsIn(store, series)).toEqual(barsOf(0, 170));
    }
    expect(longest.size).toBeGreaterThan(2);
  });

  it('of the first form, in one group, is read, and written in two as it is touched', async () => {
    await put(barsOf(0, 10));
    const bars = storedBarsOf(barsOf(0, 150));
    const knowledge = {
      ...{ calendar: 'XNYS', identity: APPLE, fetchedAt: NOON },
      coverage: coverage({ present: [{ from: SESSIONS[0] ?? 0, to: (SESSIONS[149] ?? 0) + 1 }] }),
    };
    const ends = { rows: 150, firstTs: bars.ts.at(0) ?? null, lastTs: bars.ts.at(-1) ?? null };
    const words = encodeKnowledge({ series: AAPL, period: 'all' }, knowledge, {
      ...ends,
      digest: digestOf(bars),
    });
    await writeFile(pathOf(), encodeBars(bars, words));
    expect((await fileOf()).rows).toEqual([150]);
    expect(await rowsIn(store, AAPL)).toEqual(barsOf(0, 150));
    expect((await store.scan()).series.get('AAPL 1d')).toMatchObject({ rows: 150 });
    await put([bar(150)]);
    expect((await fileOf()).rows).toEqual([119, 32]);
    expect(await rowsIn(store, AAPL)).toEqual(barsOf(0, 151));
  });

  it('is read alike by DuckDB, by one glob over both forms', async () => {
    await put(barsOf(0, 120));
    await put(barsOf(120, 125));
    await put(barsOf(0, 30), MSFT);
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const glob = join(root, 'bars/**/*.parquet');
    const sql = `SELECT ticker, count(*)::INT AS n, sum(close) AS total, max(ts)::VARCHAR AS last
      FROM read_parquet('${glob}', hive_partitioning = true) WHERE ts >= TIMESTAMP '2025-01-10' GROUP BY ticker ORDER BY ticker`;
    const found = (await connection.runAndReadAll(sql)).getRowObjectsJson();
    connection.closeSync();
    instance.closeSync();
    const expected = [['AAPL', 125] as const, ['MSFT', 30] as const].map(([ticker, to]) => {
      const bars = barsOf(0, to).filter(({ ts }) => ts >= Date.UTC(2025, 0, 10));
      const last = new Date(bars.at(-1)?.ts ?? 0).toISOString().replace('T', ' ').slice(0, 19);
      return { ticker, n: bars.length, total: bars.reduce((sum, { close }) => sum + close, 0), last };
    });
    expect(found).toEqual(expected);
  });

  it('holds what a map by time would after any answers, in two groups at most', async () => {
    const answer = fc.record({
      from: fc.nat(220),
      length: fc.integer({ min: 1, max: 60 }),
      close: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 12 }), async (answers) => {
        const { path, remove: removeIt } = await temporaryFolder();
        const own = openParquetStore(path);
        const expected = new Map<number, Bar>();
        for (const [n, { from, length, close }] of answers.entries()) {
          const change = { fetchedAt: NOON + n, ...(close !== undefined && { close: 101 + close / 16 }) };
          const bars = Array.from({ length }, (_, i) => bar(from + i, change));
          await put(bars, AAPL, own);
          for (const one of bars) {
            const before = expected.get(one.ts);
            if (before === undefined || before.close !== one.close) expected.set(one.ts, one);
            else expected.set(one.ts, { ...before, fetchedAt: one.fetchedAt });
          }
          const file = await readFile(join(path, barsPath({ series: AAPL, period: 'all' })));
          const { row_groups } = await parquetMetadataAsync(bytesAsFile(file));
          expect(row_groups.length).toBeLessThanOrEqual(2);
        }
        const rows = [...expected.values()].toSorted((a, b) => a.ts - b.ts);
        expect(await rowsIn(own, AAPL)).toEqual(rows);
        await removeIt();
      }),
      { numRuns: 40 },
    );
  });
});

describe('rot', () => {
  /** A file with a body, one of its bytes flipped, then a top-up. */
  async function topUpOver(at: number, bytes: Uint8Array): Promise<string> {
    await writeFile(pathOf(), flipped(new Uint8Array(bytes), at));
    try {
      await put([bar(101)]);
      expect(await rowsIn(store, AAPL)).toEqual(barsOf(0, 102));
      return 'unharmed';
    } catch (error) {
      expect(error).toMatchObject({ code: 'store-corrupt' });
      expect(await rowsIn(store, AAPL)).toEqual([]);
      return 'found';
    }
  }

  it.each([
    ['body', LONG_RUNS ? 9 : 61],
    ['tail', LONG_RUNS ? 5 : 31],
    ['footer', LONG_RUNS ? 3 : 19],
  ] as const)(
    'in the %s never passes into the next version of the file',
    { timeout: 120_000 },
    async (where, step) => {
      await put(barsOf(0, 101));
      const { bytes, body, footerAt } = await fileOf();
      const tailAt = 4 + body.length;
      const parts = {
        body: [4, tailAt],
        tail: [tailAt, footerAt],
        footer: [footerAt, bytes.length],
      } as const;
      const [from, to] = parts[where];
      const seen = new Set<string>();
      for (let at = from; at < to; at += step) seen.add(await topUpOver(at, bytes));
      expect(seen).toContain('found');
    },
  );

  it('in the values of the body is found by a top-up, and nothing is written', async () => {
    await put(barsOf(0, 101));
    const { bytes, body } = await fileOf();
    const at = 4 + Math.floor(body.length / 2);
    expect(await topUpOver(at, bytes)).toBe('found');
    expect((await readdir(join(root, 'quarantine'), { recursive: true })).length).toBeGreaterThan(0);
  });
});

describe('bytes that change on their way to the disk', () => {
  it.each([
    ['the disk', alteringDisk],
    ['the memory', forgetfulMemory],
  ])('by %s put no top-up in place that says something else', async (_, failing) => {
    await put(barsOf(0, 101));
    const before = await readFile(pathOf());
    let refused = 0;
    for (let at = 5; at < before.length; at += LONG_RUNS ? 61 : 151) {
      await writeFile(pathOf(), before);
      const disk = failing(root, (bytes, path) => (path.includes('.bars.') ? flipped(bytes, at) : undefined));
      const writing = put([bar(101)], AAPL, openParquetStore(root, disk));
      await expect(writing, `byte ${at}`).rejects.toMatchObject({ code: 'store-unusable' });
      expect(Buffer.compare(await readFile(pathOf()), before)).toBe(0);
      refused++;
    }
    expect(refused).toBeGreaterThan(before.length / (LONG_RUNS ? 61 : 151) - 1);
  });
});

it('has the digest by which files of before are known: of its bytes, and of its places as JSON with texts for numbers', () => {
  const bars = storedBarsOf([bar(0, { vwap: 100.7, trades: 3 }), bar(1), bar(2, { volume: 0 })]);
  let found = 0;
  encodeParts(bars, bars, (body) => {
    const places = JSON.stringify(body.groups, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    const digest = createHash('sha256').update(body.bytes).update(places).digest('hex').slice(0, 32);
    expect(places).toContain('"dictionary_page_offset":"');
    expect(places).toContain('"statistics":{"min_value":"');
    expect(digestOfBody(body)).toBe(digest);
    found++;
    return '';
  });
  expect(found).toBe(1);
});
