import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, LONG_RUNS, POSTGRES, REAL_DATA } from '../needs.ts';
import { realData } from '../realdata.ts';
import { type Cluster, PASSWORD, startCluster } from '../store/postgres/cluster.ts';
import { type Finished, run, runWith } from '../cli/one-process.ts';
import { type RunningSimulator, ended, start, startSimulate } from './programs.ts';
import { triedFiles, VALID_BARS } from './tried-files.ts';

const FOLDER = realData('daily-sp500-2013-2018');
const TIMEOUT = 240_000;

let folder = '';
let cluster: Cluster;
/** All that the programs said. */
let said = '';

async function told(running: Promise<Finished>): Promise<Finished> {
  const result = await running;
  said += result.stdout + result.stderr;
  return result;
}

/** A row of `given`, named `g`, that can be. */
const IS_VALID = 'g.low <= least(g.open, g.close) AND g.high >= greatest(g.open, g.close)';

describeWith(POSTGRES)('the command line on a PostgreSQL store', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-postgres-line-'));
    cluster = await startCluster();
  });
  afterAll(async () => {
    await cluster.destroy();
    await rm(folder, { recursive: true });
  });

  describeWith(REAL_DATA)('with real tickers over five years', () => {
    let simulator: RunningSimulator;
    let series = 0;
    /** Rows of the files that can be. */
    let valid = 0;
    beforeAll(async () => {
      const files = await triedFiles(FOLDER, 8);
      const names = files.map((name) => name.replace('_data.csv', ''));
      series = names.length;
      await writeFile(join(folder, 'tickers.txt'), names.join('\n'));
      simulator = await startSimulate(folder, ['--from', FOLDER, '--latency', '20ms']);
      const texts = await Promise.all(files.map((file) => readFile(join(FOLDER, file), 'utf8')));
      const rows = texts.flatMap((text) => text.split('\n').slice(1));
      await cluster.sql(
        'CREATE TABLE given (date date, open float8, high float8, low float8, close float8, volume float8, name text)',
      );
      await cluster.sql('COPY given FROM stdin (FORMAT csv)', rows.filter((row) => row !== '').join('\n'));
      valid = Number(await cluster.sql(`SELECT count(*) FROM given AS g WHERE ${IS_VALID}`));
      if (LONG_RUNS) expect(valid).toBe(VALID_BARS);
    });
    afterAll(() => simulator.stop());

    const args = (store: string): string[] => [
      ...['--store', store, '--tickers', `@${folder}/tickers.txt`, '--workers', '2'],
      ...['--start', '2013-02-08', '--end', '2018-02-07', '--provider-url', `yahoo=${simulator.url}`],
    ];
    /** Rows of the files that can be and are not stored as they are, those that are stored and in no file, and those stored. */
    const compared = (schema: string): Promise<string> =>
      cluster.sql(
        `SELECT count(*) FILTER (WHERE ${IS_VALID} AND NOT coalesce(
           greatest(abs(b.open / g.open - 1), abs(b.high / g.high - 1), abs(b.low / g.low - 1), abs(b.close / g.close - 1)) < 2e-7
           AND b.volume = g.volume, false)), count(*) FILTER (WHERE g.date IS NULL), count(b.ts)
         FROM given AS g FULL JOIN ${schema}.bars AS b ON b.ticker = replace(g.name, '.', '-') AND b.ts = g.date`,
      );

    it('has every valid row, value for value, and nothing else', { timeout: TIMEOUT }, async () => {
      const { code, stderr } = await told(run('backfill', args(cluster.url('whole'))));
      expect(stderr).toContain(`Fetched: ${series}  Errors: 0  Skipped: 0`);
      expect(code).toBe(1);
      expect(await compared('whole')).toBe(`0|0|${valid}`);
      const known = await cluster.sql(
        'SELECT count(*), sum(rows), (SELECT count(*) FROM whole.bars AS b LEFT JOIN whole.coverage AS c ' +
          `ON (c.ticker, c.interval) = (b.ticker, b.interval) AND b.session BETWEEN c.from_day AND c.to_day WHERE c.state IS DISTINCT FROM 'present') FROM whole.backfill_parts`,
      );
      expect(known).toBe(`${series}|${valid}|0`);
    });

    it('asks for nothing again and sends no row', { timeout: TIMEOUT }, async () => {
      const asked = (await simulator.asked()).length;
      const stamps =
        'SELECT max(xmin::text::bigint) FROM whole.bars UNION ALL SELECT max(xmin::text::bigint) FROM whole.backfill_parts';
      const before = await cluster.sql(stamps);
      const { code, stderr } = await told(run('backfill', args(cluster.url('whole'))));
      expect([code, stderr]).toEqual([0, expect.stringContaining('Nothing to do')]);
      expect(await cluster.sql(stamps)).toBe(before);
      expect(await simulator.asked()).toHaveLength(asked);
    });

    it(
      'is the same after runs that were killed, with no series asked for twice',
      { timeout: TIMEOUT },
      async () => {
        const before = (await simulator.asked()).length;
        for (const [round, patience] of (LONG_RUNS ? [700, 1000, 1300] : [200, 300, 400]).entries()) {
          const child = start('backfill', args(cluster.url('killed')));
          const end = ended(child);
          while (Number(await stored('killed')) <= round * (LONG_RUNS ? 50 : 15)) await sleep(10);
          await sleep(patience);
          child.kill('SIGKILL');
          await end;
        }
        await told(run('backfill', args(cluster.url('killed'))));
        expect(await compared('killed')).toBe(`0|0|${valid}`);
        // A killed run had at most so many under way.
        expect((await simulator.asked()).length - before).toBeLessThanOrEqual(series + 3 * 2 * 6);
      },
    );

    const stored = (schema: string): Promise<string> =>
      cluster.sql(`SELECT count(*) FROM ${schema}.backfill_parts`).catch(() => '0');
  });

  it('nothing stored yet, for who only asks', async () => {
    const { code, stderr } = await told(run('check-data', ['--store', cluster.url('empty')]));
    expect([code, stderr]).toEqual([2, expect.stringContaining('there is no store in this database')]);
  });

  it('does all that it does on files', { timeout: TIMEOUT }, async () => {
    const store = ['--store', cluster.url('all')];
    const line = (...words: string[]): Promise<Finished> =>
      told(run('backfill', [...words, ...store], folder));
    expect((await line('ALFA', 'CORV', '--provider', 'sample', '--days', '20')).code).toBe(0);
    expect((await line('query', 'SELECT count(*) FROM bars')).stdout).toContain('40');
    expect((await line('export', 'ALFA')).stdout.split('\n').length).toBeGreaterThan(20);
    expect((await line('verify', '--provider', 'sample')).code).toBe(0);
    expect((await line('doctor')).stdout).toContain('no damage');
    expect((await line('forget', 'CORV', '--yes')).stderr).toMatch(/^Forgot 20 bars/);
    const weekAgo = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10);
    const id = /backfill restore (\S+)/.exec((await line('restore')).stdout + said)?.[1] ?? '';
    expect((await line('restore', id)).code).toBe(0);
    expect((await line('rename', 'CORV', 'CORX', '--on', weekAgo)).code).toBe(0);
    expect(await cluster.sql(`SELECT string_agg(DISTINCT ticker, ',') FROM "all".bars`)).toBe(
      'ALFA,CORV,CORX',
    );
    for (const command of ['status', 'runs', 'actions CORX'])
      expect((await line(...command.split(' '))).code, command).toBe(0);
    expect((await line('status', '--json')).stdout).toContain(
      `postgres://tester@127.0.0.1:${cluster.port}/postgres?schema=all`,
    );
    expect((await line('query', '--write-sql', join(folder, 'views.sql'))).stderr).toContain(
      'needs no views of files',
    );
    const named = await told(runWith({ BACKFILL_STORE: cluster.url('all') }, ['config'], folder));
    expect(named.stdout).toContain('BACKFILL_STORE');
  });

  it('shows no password in anything that it says or keeps', async () => {
    expect(said.length).toBeGreaterThan(1000);
    expect(said).not.toContain(PASSWORD);
    const kept = await cluster.sql(
      `SELECT string_agg(encode(data, 'escape'), ' ') FROM "all".backfill_document_parts`,
    );
    expect(kept).toContain('sample');
    expect(kept).not.toContain(PASSWORD);
  });
});
