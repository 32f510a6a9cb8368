import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith, LONG_RUNS, REAL_DATA } from '../needs.ts';
import { blockWith, README } from '../readme/blocks.ts';
import { realData } from '../realdata.ts';
import { startTimescale, type TimescaleServer } from '../store/timescale/server.ts';
import { type Finished, run } from '../cli/one-process.ts';
import { type RunningSimulator, startSimulate } from './programs.ts';

const FOLDER = realData('daily-sp500-2013-2018');
const TIMEOUT = 240_000;

describe('the command line on a TimescaleDB store', () => {
  let folder: string;
  let server: TimescaleServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-timescale-line-'));
    server = await startTimescale();
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const compress = (schema: string) =>
    server.sql(`SELECT compress_chunk(chunk) FROM show_chunks('${schema}.bars_1d') AS chunk`);
  const count = async (sql: string): Promise<number> => Number((await server.sql(sql))[0]?.['count']);

  describeWith(REAL_DATA)(`with ${LONG_RUNS ? 499 : 50} real tickers over five years`, () => {
    let tickers: number;
    let simulator: RunningSimulator;
    beforeAll(async () => {
      const all = (await readdir(FOLDER)).map((name) => name.replace('_data.csv', '')).toSorted();
      const names = LONG_RUNS ? all : all.filter((name, i) => i % 10 === 0 || name === 'AAPL');
      tickers = names.length;
      await writeFile(join(folder, 'tickers.txt'), names.join('\n'));
      simulator = await startSimulate(folder, ['--from', FOLDER, '--latency', '20ms']);
      const files = await Promise.all(
        names.map((name) => readFile(join(FOLDER, `${name}_data.csv`), 'utf8')),
      );
      await server.sql(
        'CREATE TABLE given (date date, open float8, high float8, low float8, close float8, volume float8, name text)',
      );
      const rows = files.flatMap((text) => text.split('\n').slice(1)).filter((row) => row !== '');
      await server.load('given', rows);
    });
    afterAll(() => simulator.stop());

    const backfill = (): Promise<Finished> =>
      run('backfill', [
        ...['--store', server.url(), '--tickers', `@${folder}/tickers.txt`, '--workers', '2'],
        ...['--start', '2013-02-08', '--end', '2018-02-07', '--provider-url', `yahoo=${simulator.url}`],
      ]);
    const VALID = 'g.low <= least(g.open, g.close) AND g.high >= greatest(g.open, g.close)';
    /** Rows of the files that can be and are not stored as they are, and those that are stored and in no file. */
    const compared = () =>
      server.sql(
        `SELECT count(*) FILTER (WHERE ${VALID} AND NOT coalesce(
           greatest(abs(b.open / g.open - 1), abs(b.high / g.high - 1), abs(b.low / g.low - 1), abs(b.close / g.close - 1)) < 2e-7
           AND b.volume = g.volume, false))::int AS lacking, count(*) FILTER (WHERE g.date IS NULL)::int AS more
         FROM given AS g FULL JOIN bars_1d AS b ON b.ticker = replace(g.name, '.', '-') AND b.ts = g.date`,
      );
    const SAME = [{ lacking: 0, more: 0 }];
    const bytesOf = (what: string): Promise<number> => count(`SELECT ${what}::text AS count`);

    it('has every valid row, value for value, and nothing else', { timeout: TIMEOUT }, async () => {
      const { stderr } = await backfill();
      expect(stderr).toContain(`Fetched: ${tickers}  Errors: 0  Skipped: 0`);
      expect(await compared()).toEqual(SAME);
      // One that a rounded price makes wrong by a hair is stored too.
      const valid = await count(`SELECT count(*) FROM given AS g WHERE ${VALID}`);
      const stored = await count('SELECT count(*) FROM bars');
      expect(stored).toBeGreaterThanOrEqual(valid);
      expect(stored).toBeLessThanOrEqual(valid + 6);
      expect(
        await count(
          `SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_schema = 'public' AND hypertable_name = 'bars_1d'`,
        ),
      ).toBe(6);
    });

    it('has them as they were once they are compressed, in less room', { timeout: TIMEOUT }, async () => {
      await server.sql('CREATE TABLE flat (LIKE bars, PRIMARY KEY (ticker, interval, ts))');
      await server.sql('INSERT INTO flat SELECT * FROM bars ORDER BY ticker, ts');
      const flat = await bytesOf(`pg_total_relation_size('flat')`);
      const loose = await bytesOf(`hypertable_size('bars_1d')`);
      await compress('public');
      const dense = await bytesOf(`hypertable_size('bars_1d')`);
      expect(await compared()).toEqual(SAME);
      expect(dense).toBeLessThan(flat / 2);
      if (!LONG_RUNS) return;
      const said =
        /take (\d+) MB in a plain table, (\d+) MB in a hypertable, and (\d+) MB/.exec(README) ?? [];
      expect(said.slice(1).map(Number)).toEqual([flat, loose, dense].map((bytes) => Math.round(bytes / 1e6)));
    });

    it('asks for nothing again and opens no chunk', { timeout: TIMEOUT }, async () => {
      const asked = (await simulator.asked()).length;
      const { stderr } = await backfill();
      expect(stderr).toContain('Nothing to do');
      expect(await simulator.asked()).toHaveLength(asked);
      // 1 of a chunk that is compressed as a whole.
      expect(
        await server.sql(
          'SELECT DISTINCT status FROM _timescaledb_catalog.chunk WHERE compressed_chunk_id IS NOT NULL',
        ),
      ).toEqual([{ status: 1 }]);
    });

    it('answers the queries of others as they stand', async () => {
      const [first, last] = [new Date('2013-02-08'), new Date('2018-02-07')];
      expect(await server.sql('SELECT COUNT(DISTINCT symbol) FROM ohlcv;')).toEqual([{ count: tickers }]);
      expect(
        await server.sql("SELECT MIN(timestamp), MAX(timestamp) FROM ohlcv WHERE symbol = 'AAPL';"),
      ).toEqual([{ min: first, max: last }]);
      const newest = await server.sql(
        "SELECT * FROM ohlcv WHERE symbol = 'AAPL' ORDER BY timestamp DESC LIMIT 5;",
      );
      expect(newest.map(({ timestamp }) => timestamp)).toEqual(
        ['2018-02-07', '2018-02-06', '2018-02-05', '2018-02-02', '2018-02-01'].map((day) => new Date(day)),
      );
      const records = await count('SELECT count(*) FROM bars');
      expect(
        await server.sql(
          'SELECT COUNT(*) as total_records, COUNT(DISTINCT symbol) as symbols, MAX(timestamp) as latest FROM price_ticks;',
        ),
      ).toEqual([{ total_records: records, symbols: tickers, latest: last }]);
    });
  });

  it('does on compressed bars what it does on files', { timeout: TIMEOUT }, async () => {
    const store = ['--store', server.url('small')];
    const line = (...words: string[]): Promise<Finished> => run('backfill', [...words, ...store], folder);
    expect((await line('ALFA', 'CORV', '--provider', 'sample', '--days', '20')).code).toBe(0);
    await compress('small');
    const { stderr } = await line('forget', 'CORV', '--yes');
    expect(stderr).toMatch(/^Forgot 20 bars/);
    const id = /backfill restore (\S+)/.exec(stderr)?.[1] ?? '';
    expect((await line('restore', id)).code).toBe(0);
    await compress('small');
    const weekAgo = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10);
    expect((await line('rename', 'CORV', 'CORX', '--on', weekAgo)).code).toBe(0);
    expect((await line('doctor')).stdout).toContain('no damage');
    expect(
      await server.sql('SELECT ticker, count(DISTINCT ts) FROM small.bars_1d GROUP BY 1 ORDER BY 1'),
    ).toEqual([
      { ticker: 'ALFA', count: 20 },
      { ticker: 'CORV', count: expect.any(Number) as number },
      { ticker: 'CORX', count: expect.any(Number) as number },
    ]);
    expect(await count('SELECT count(*) FROM small.bars')).toBe(40);
  });

  it('gives weeks by time_bucket, as the README has it', async () => {
    const { text } = blockWith('pgsql', 'time_bucket');
    const weeks = await server.sql(`SET search_path TO small, public; ${text.replace('AAPL', 'ALFA')}`);
    const own = await server.sql(
      `SELECT date_trunc('week', ts) AS week, (array_agg(open ORDER BY ts))[1] AS open, max(high) AS high, min(low) AS low,
         (array_agg(close ORDER BY ts DESC))[1] AS close, sum(volume) AS volume
       FROM small.bars_1d WHERE ticker = 'ALFA' GROUP BY 1 ORDER BY 1 DESC LIMIT 4`,
    );
    expect(weeks).toHaveLength(4);
    expect(weeks).toEqual(own);
  });
});
