import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { AAPL, daily, NOON, update } from '../fixtures.ts';
import { ownWords } from './own-words.ts';
import { rowsIn } from '../rows.ts';
import { beginSealed, BARS, FILE, LEARNED, REBUILT, damages, path, stateNow, store } from './sealed-store.ts';

beginSealed();

describe('a file that DuckDB wrote anew', () => {
  /** Writes the file as `sql` makes it of its `rows`, with its knowledge or without. */
  async function rewrite(sql: string, { words = true, options = '' } = {}): Promise<void> {
    const own = (await ownWords(path())).replaceAll("'", "''");
    const kept = words ? `, KV_METADATA {backfill: '${own}'}` : '';
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    try {
      await connection.run(`CREATE TABLE rows AS FROM read_parquet('${path()}', hive_partitioning = false)`);
      await connection.run(`COPY (${sql}) TO '${path()}' (FORMAT parquet${kept}${options})`);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  it.each([
    ['as it is', 'FROM rows', ''],
    ['in many row groups', 'FROM rows', ', ROW_GROUP_SIZE 2'],
    ['without compression', 'FROM rows', ', COMPRESSION uncompressed'],
    ['with its columns in another order', 'SELECT close, * EXCLUDE (close) FROM rows', ''],
    ['with a column more', "SELECT *, 'x' AS note FROM rows", ''],
  ])('%s, with its knowledge, is believed, for its rows prove it, and named', async (_, sql, options) => {
    await rewrite(sql, { options });
    expect(await rowsIn(store, AAPL)).toEqual(BARS);
    expect(await stateNow()).toMatchObject([{ coverage: LEARNED, fetchedAt: NOON }, []]);
    const [damage, ...more] = await damages();
    expect(more).toEqual([]);
    expect(damage).toMatchObject({ path: FILE, kind: 'rewritten' });
    expect(damage?.what).toMatch(
      /^it was written by DuckDB version .*; its rows and knowledge are as they were$/,
    );
    expect(await damages(true)).toMatchObject([{ mended: true }]);
    expect(await damages()).toEqual([]);
    expect(await stateNow()).toMatchObject([{ coverage: LEARNED, fetchedAt: NOON }, []]);
  });

  it.each([
    ['with a price changed', 'SELECT * REPLACE (close + 1e-9 AS close) FROM rows'],
    ['with one price changed', 'SELECT * REPLACE (if(volume = 2000, close + 1, close) AS close) FROM rows'],
    [
      'with the time of a fetch changed',
      'SELECT * REPLACE (fetched_at + INTERVAL 1 HOUR AS fetched_at) FROM rows',
    ],
    ['with a row less', 'FROM rows LIMIT 2'],
    ['without a row', 'FROM rows LIMIT 0'],
    [
      'with a row more',
      'FROM rows UNION ALL SELECT * REPLACE (ts + INTERVAL 1 DAY AS ts) FROM rows WHERE volume = 3000',
    ],
    [
      'with a row twice as old',
      'SELECT * REPLACE (if(volume = 1000, ts - INTERVAL 1 DAY, ts) AS ts) FROM rows',
    ],
  ])('%s, with its knowledge, is damaged', async (_, sql) => {
    await rewrite(sql);
    await expect(rowsIn(store, AAPL)).rejects.toThrow('its rows are not those that were written');
    expect(await damages()).toMatchObject([{ path: FILE, kind: 'damaged-rows' }]);
    await expect(store.upsert(update([daily('2026-02-27')]))).rejects.toThrow('in quarantine now');
    expect(await store.listSetAside()).toHaveLength(1);
  });

  it('with a row less is damaged also to a scan, for its footer does not fit', async () => {
    await rewrite('FROM rows LIMIT 2');
    expect((await store.scan()).setAside).toMatchObject([{ path: FILE }]);
  });

  it('in another order, with its knowledge, is put in order by the doctor, and nothing is lost', async () => {
    await rewrite('FROM rows ORDER BY ts DESC');
    await expect(rowsIn(store, AAPL)).rejects.toThrow('not ascending');
    expect((await damages(true)).map(({ kind, mended }) => [kind, mended])).toEqual([
      ['unsorted', true],
      ['rewritten', true],
    ]);
    expect(await rowsIn(store, AAPL)).toEqual(BARS);
    expect(await stateNow()).toMatchObject([{ coverage: LEARNED, fetchedAt: NOON }, []]);
  });

  it('with rows twice, with its knowledge, loses the repetition and nothing else', async () => {
    await rewrite('FROM rows UNION ALL FROM rows ORDER BY ts');
    expect((await damages(true)).map(({ kind }) => kind)).toEqual(['duplicates', 'rewritten']);
    expect(await rowsIn(store, AAPL)).toEqual(BARS);
    expect(await stateNow()).toMatchObject([{ coverage: LEARNED }, []]);
  });

  it('without its knowledge is taken at its word, named, and asked again for what it says nothing of', async () => {
    await rewrite('FROM rows', { words: false });
    expect(await rowsIn(store, AAPL)).toEqual(BARS);
    const [state, distrusted] = await stateNow();
    expect(state).toMatchObject({ coverage: REBUILT, fetchedAt: null });
    expect(distrusted).toEqual([{ path: FILE, reason: 'it says nothing of itself', ...AAPL }]);
    expect(await damages()).toMatchObject([
      {
        kind: 'knowledge-missing',
        what: expect.stringMatching(/^it says nothing of itself: it was written by DuckDB/),
      },
    ]);
    expect(await damages(true)).toMatchObject([{ mended: true }]);
    expect(await damages()).toEqual([]);
  });

  it.each([
    ['a column less', 'SELECT * EXCLUDE (vwap) FROM rows', 'wrong-schema', 'no column vwap'],
    [
      'a column of another type',
      'SELECT * REPLACE (trades::DOUBLE AS trades) FROM rows',
      'wrong-schema',
      'trades',
    ],
    ['stamps as text', 'SELECT * REPLACE (ts::VARCHAR AS ts) FROM rows', 'wrong-schema', 'ts'],
    ['single precision', 'SELECT * REPLACE (close::FLOAT AS close) FROM rows', 'wrong-schema', 'close'],
  ])('with %s is damaged, with its knowledge or without', async (_, sql, kind, what) => {
    for (const words of [true, false]) {
      await rewrite(sql, { words });
      expect(await damages()).toMatchObject([{ kind, what: expect.stringContaining(what) }]);
      await expect(rowsIn(store, AAPL)).rejects.toMatchObject({ code: 'store-corrupt' });
      await store.examine({ fix: true, now: NOON });
      await store.upsert(update(BARS, { learned: LEARNED }));
    }
  });

  it.each(['zstd', 'gzip', 'brotli', 'lz4_raw'])(
    'compressed by %s is damaged and says by what',
    async (codec) => {
      await rewrite('FROM rows', { options: `, COMPRESSION ${codec}` });
      const [damage] = await damages();
      expect(damage).toMatchObject({
        kind: 'damaged-rows',
        what: expect.stringContaining(codec.toUpperCase()),
      });
      await expect(rowsIn(store, AAPL)).rejects.toMatchObject({ code: 'store-corrupt' });
    },
  );
});
