import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { encodeActions, encodeRevisions } from '../../../src/store/parquet/codec/encode.ts';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { actionsPath, barsPath, revisionsPath } from '../../../src/store/parquet/files/layout.ts';
import type { Damage } from '../../../src/store/damage.ts';
import type { BarStore } from '../../../src/store/store.ts';
import type { Scan, SeriesState } from '../../../src/store/scan.ts';
import {
  AAPL,
  AAPL_5M,
  absence,
  at,
  coverage,
  daily,
  days,
  NOON,
  temporaryFolder,
  update,
} from '../fixtures.ts';
import { ownWords, unsealedWords } from './own-words.ts';
import { fileOf, rowsIn, seriesIn } from '../rows.ts';
import { tellActions } from '../told-actions.ts';

const BARS = [
  daily('2026-02-24', { volume: 1000 }),
  daily('2026-02-25', { volume: 2000, trades: 7 }),
  daily('2026-02-26', { volume: 3000 }),
];
const LEARNED = coverage({
  present: [days('2026-02-24', '2026-02-27')],
  provisional: [days('2026-02-26', '2026-02-27')],
  absent: [absence(days('2026-02-23', '2026-02-24'))],
});
const REBUILT = coverage({ present: LEARNED.present });
const FILE = barsPath({ series: AAPL, period: 'all' });
const YEAR = days('2020-01-02', '2021-01-01');
const SPLIT = { kind: 'split', exDay: 18_505, ratio: 4 } as const;
const EDITED = 'what it says of itself was changed after it was written';

let root: string;
let store: BarStore;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(root);
  await store.upsert(update(BARS, { learned: LEARNED }));
});
afterEach(() => remove());

const path = (): string => join(root, FILE);

async function stateNow(): Promise<[SeriesState | undefined, Scan['distrusted']]> {
  const scan = await store.scan();
  return [scan.series.get('AAPL 1d'), scan.distrusted];
}

async function damages(fix = false): Promise<Pick<Damage, 'path' | 'kind' | 'what' | 'mended'>[]> {
  const { damages: found } = await store.examine({ fix, now: NOON });
  return found.map(({ path: of, kind, what, mended }) => ({ path: of, kind, what, mended }));
}

/** Rows of the file as a reader of the store gets them, with nothing known of themselves but what `words` say. */
async function put(words: string, bars: readonly Bar[] = BARS): Promise<void> {
  await writeFile(path(), fileOf(bars, words));
}

/** Changes a part of what the file says of itself, as an editor would. */
async function edit(from: string, to: string, bars?: readonly Bar[]): Promise<void> {
  const words = await ownWords(path());
  expect(words).toContain(from);
  await put(words.replace(from, to), bars);
}

const EDITS: [string, string, string][] = [
  ['a session known as present', '["2026-02-24","2026-02-27"]', '["2026-02-24","2026-02-28"]'],
  ['no session provisional', '"provisional":[["2026-02-26","2026-02-27"]]', '"provisional":[]'],
  ['another reason of an absence', '"no-trades"', '"delisted"'],
  ['a retry put off', '"attempts":1', '"attempts":9'],
  ['another currency', '"USD"', '"EUR"'],
  ['a later fetch', '"fetchedAt":"2026-03-02T12:00:00.000Z"', '"fetchedAt":"2027-03-02T12:00:00.000Z"'],
  ['a space', '"basis":"raw"', '"basis": "raw"'],
  ['a word more', '"basis":"raw"', '"basis":"raw","checked":true'],
  ['an older version', '"version":3', '"version":2'],
];

describe('a file whose knowledge was edited', () => {
  it.each(EDITS)(
    '(%s) is believed no more: its rows tell what is known, and it is said',
    async (_, from, to) => {
      await edit(from, to);
      const [state, distrusted] = await stateNow();
      expect(state).toMatchObject({ coverage: REBUILT, fetchedAt: null, rows: 3 });
      expect(distrusted).toEqual([{ path: FILE, reason: EDITED, ...AAPL }]);
      expect(await rowsIn(store, AAPL)).toEqual(BARS);
      expect((await seriesIn(store, AAPL))?.coverage).toEqual(REBUILT);
      expect(await damages()).toEqual([
        { path: FILE, kind: 'knowledge-edited', what: EDITED, mended: false },
      ]);
    },
  );

  it('is sealed again by the next write, and by the doctor', async () => {
    const answer = update([daily('2026-02-24')], {
      learned: coverage({ present: [days('2026-02-24', '2026-02-25')] }),
    });
    for (const write of [() => store.upsert(answer), () => damages(true)]) {
      await edit('"USD"', '"EUR"', await rowsIn(store, AAPL));
      expect((await stateNow())[1]).toHaveLength(1);
      await write();
      expect((await stateNow())[1]).toEqual([]);
      expect(await damages()).toEqual([]);
    }
  });

  it('without its seal is edited too', async () => {
    const words = await ownWords(path());
    await put(words.replace(/,"seal":"[^"]*"/, ''));
    expect((await stateNow())[1]).toMatchObject([{ reason: EDITED }]);
    await put(words.replace(/"seal":"../, '"seal":"zz'));
    expect((await stateNow())[1]).toMatchObject([{ reason: EDITED }]);
  });

  it('and in which a value was changed too is damaged', async () => {
    await edit('"USD"', '"EUR"', BARS.with(1, daily('2026-02-25', { close: 101.5 })));
    await expect(rowsIn(store, AAPL)).rejects.toThrow('its rows are not those that were written');
    expect(await damages()).toMatchObject([{ kind: 'damaged-rows' }]);
  });

  it('and in which a day has many bars has all its days asked for again', async () => {
    const bars = [at('2026-02-26T14:30Z'), at('2026-02-27T14:30Z')];
    const present = [days('2026-02-26', '2026-02-28')];
    await store.upsert(update(bars, { series: AAPL_5M, learned: coverage({ present }) }));
    const file = join(root, barsPath({ series: AAPL_5M, period: '2026' }));
    const words = await ownWords(file);
    await writeFile(file, fileOf(bars, words.replace('"USD"', '"EUR"')));
    const known = (await store.scan()).series.get('AAPL 5m')?.coverage;
    expect(known).toEqual(coverage({ present, provisional: present }));
  });
});

describe('a file of an older version, without a seal', () => {
  it('is read as it is, and sealed as soon as it is written', async () => {
    await put(JSON.stringify(await unsealedWords(path())));
    expect(await stateNow()).toMatchObject([{ coverage: LEARNED, fetchedAt: NOON }, []]);
    expect(await damages()).toEqual([]);
    await store.upsert(update([daily('2026-02-27')]));
    const words = await ownWords(path());
    expect(words).toMatch(/^\{"version":3,.*,"seal":"[\da-f]{32}"\}$/);
    await edit('"USD"', '"EUR"', await rowsIn(store, AAPL));
    expect((await stateNow())[1]).toHaveLength(1);
  });
});

describe('splits and dividends whose knowledge was edited', () => {
  const file = (): string => join(root, actionsPath('AAPL'));
  beforeEach(() => tellActions(store, 'AAPL', [SPLIT], YEAR, 'manual', NOON));

  it('are kept, prove no ex-date, and are named; the doctor seals them again', async () => {
    const words = await ownWords(file());
    const rows = [{ action: SPLIT, source: 'manual', fetchedAt: NOON }];
    await writeFile(file(), encodeActions(rows, words.replace('2020-01-02', '2010-01-02')));
    const scan = await store.scan();
    expect([scan.actions.get('AAPL'), scan.distrusted]).toEqual([
      [],
      [{ path: actionsPath('AAPL'), reason: EDITED, ticker: 'AAPL', interval: null }],
    ]);
    expect(await store.readActions('AAPL')).toEqual([SPLIT]);
    expect(await damages(true)).toMatchObject([{ kind: 'knowledge-edited', mended: true }]);
    expect(await damages()).toEqual([]);
    expect(await store.readActionBook('AAPL')).toMatchObject({ entries: rows, covered: [] });
  });

  it.each([
    ['an amount', [{ ...SPLIT, ratio: 5 }]],
    ['a row less', []],
    ['a row more', [SPLIT, { ...SPLIT, exDay: SPLIT.exDay + 40 }]],
  ])('are damaged where %s was changed under a whole seal', async (_, actions) => {
    const rows = actions.map((action) => ({ action, source: 'manual', fetchedAt: NOON }));
    await writeFile(file(), encodeActions(rows, await ownWords(file())));
    await expect(store.readActions('AAPL')).rejects.toThrow('its rows are not those that were written');
    expect(await damages()).toMatchObject([{ kind: 'damaged-actions' }]);
  });
});

describe('revisions', () => {
  const file = (): string => join(root, revisionsPath({ series: AAPL, period: 'all' }));
  beforeEach(() => store.upsert(update([daily('2026-02-24', { close: 100.5 })], { learned: LEARNED })));

  it('with edited knowledge are read and named; the doctor seals them again', async () => {
    const revisions = await store.readRevisions(AAPL);
    const words = (await ownWords(file())).replace('}', ',"x":1}');
    await writeFile(file(), encodeRevisions(revisions, words));
    expect(await store.readRevisions(AAPL)).toEqual(revisions);
    expect(await damages(true)).toMatchObject([{ kind: 'knowledge-edited', mended: true }]);
    expect(await damages()).toEqual([]);
    expect(await store.readRevisions(AAPL)).toEqual(revisions);
  });

  it('of which one was cut out under a whole seal are damaged', async () => {
    await writeFile(file(), encodeRevisions([], await ownWords(file())));
    await expect(store.readRevisions(AAPL)).rejects.toThrow('its rows are not those that were written');
  });
});

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
