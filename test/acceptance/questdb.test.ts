import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith, LONG_RUNS, QUESTDB, REAL_DATA } from '../needs.ts';
import { realData } from '../realdata.ts';
import { PASSWORD, type Quest, startQuest } from '../store/questdb/quest.ts';
import { type Finished, run, runWith } from '../cli/one-process.ts';
import { type RunningSimulator, ended, start, startSimulate } from './programs.ts';

const TICKERS = LONG_RUNS ? 499 : 40;
const WORKERS = LONG_RUNS ? 4 : 2;
const FOLDER = realData('daily-sp500-2013-2018');
const TIMEOUT = 300_000;

let folder = '';
let quest: Quest;
/** All that the programs said. */
let said = '';

async function told(running: Promise<Finished>): Promise<Finished> {
  const result = await running;
  said += result.stdout + result.stderr;
  return result;
}

describeWith(QUESTDB)('the command line on a QuestDB store', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-questdb-line-'));
    quest = await startQuest();
  });
  afterAll(async () => {
    await quest.destroy();
    await rm(folder, { recursive: true });
  });

  describeWith(REAL_DATA)(`with ${TICKERS} real tickers over five years`, () => {
    let simulator: RunningSimulator;
    beforeAll(async () => {
      const all = (await readdir(FOLDER)).toSorted().map((name) => name.replace('_data.csv', ''));
      const names = all.slice(0, TICKERS);
      await writeFile(join(folder, 'tickers.txt'), names.join('\n'));
      simulator = await startSimulate(folder, ['--from', FOLDER, '--latency', '20ms']);
      const rows: string[] = ['ts,open,high,low,close,volume,ticker'];
      for (const name of names) {
        const text = await readFile(join(FOLDER, `${name}_data.csv`), 'utf8');
        for (const line of text.split('\n').slice(1))
          if (line !== '') rows.push(line.replace(/,[^,]*$/, (ticker) => ticker.replace('.', '-')));
      }
      const double = ['open', 'high', 'low', 'close', 'volume'].map((name) => ({ name, type: 'DOUBLE' }));
      const schema = [
        { name: 'ts', type: 'TIMESTAMP', pattern: 'yyyy-MM-dd' },
        ...double,
        { name: 'ticker', type: 'SYMBOL' },
      ];
      await quest.load('given', JSON.stringify(schema), rows.join('\n'));
    });
    afterAll(() => simulator.stop());

    const args = (store: string): string[] => [
      ...['--store', store, '--tickers', `@${folder}/tickers.txt`, '--workers', `${WORKERS}`],
      ...['--start', '2013-02-08', '--end', '2018-02-07', '--provider-url', `yahoo=${simulator.url}`],
    ];
    const count = async (statement: string): Promise<number> => Number((await quest.sql(statement))[0]?.[0]);
    const CAN_BE = 'g.low <= least(g.open, g.close) AND g.high >= greatest(g.open, g.close)';
    /** Asserts that every row of the files that can be is stored, value for value, and no other. Gives their number. */
    async function assertSame(prefix: string): Promise<number> {
      const stored = `(SELECT * FROM ${prefix}bars_1d WHERE NOT gone)`;
      const near = ['open', 'high', 'low', 'close'].map((name) => `abs(b.${name} / g.${name} - 1) < 2e-7`);
      const isSame = `b.close IS NOT NULL AND ${near.join(' AND ')} AND b.volume = g.volume`;
      const on = 'b.ticker = g.ticker AND b.ts = g.ts';
      const lacking = `SELECT count() FROM given AS g LEFT JOIN ${stored} AS b ON ${on} WHERE ${CAN_BE} AND NOT (${isSame})`;
      const foreign = `SELECT count() FROM ${stored} AS b LEFT JOIN given AS g ON ${on} WHERE g.ticker IS NULL`;
      const rows = await count(`SELECT count() FROM ${stored}`);
      // Some more may be, within the precision of a wire.
      const least = await count(`SELECT count() FROM given AS g WHERE ${CAN_BE}`);
      expect([await count(lacking), await count(foreign), rows >= least]).toEqual([0, 0, true]);
      return rows;
    }

    it('has every valid row, value for value, and nothing else', { timeout: TIMEOUT }, async () => {
      const { code, stderr } = await told(run('backfill', args(quest.url('whole_'))));
      expect(stderr).toContain(`Fetched: ${TICKERS}  Errors: 0  Skipped: 0`);
      // Of all of them some have rows that cannot be.
      expect(LONG_RUNS ? [1] : [0, 1]).toContain(code);
      const rows = await assertSame('whole_');
      if (LONG_RUNS) expect(rows).toBe(611_520);
      expect(await quest.sql('SELECT count(), sum(rows) FROM whole_backfill_parts WHERE NOT gone')).toEqual([
        [TICKERS, rows],
      ]);
    });

    it('asks for nothing again and sends no row', { timeout: TIMEOUT }, async () => {
      const asked = (await simulator.asked()).length;
      const taken =
        "SELECT name, sequencerTxn FROM wal_tables() WHERE name LIKE 'whole_bars%' OR name LIKE 'whole_backfill_parts' OR name LIKE 'whole_backfill_books' ORDER BY name";
      const before = await quest.sql(taken);
      const { code, stderr } = await told(run('backfill', args(quest.url('whole_'))));
      expect([code, stderr]).toEqual([0, expect.stringContaining('Nothing to do')]);
      expect(await quest.sql(taken)).toEqual(before);
      expect(await simulator.asked()).toHaveLength(asked);
    });

    it(
      'is the same after runs that were killed, with no series asked for twice',
      { timeout: TIMEOUT },
      async () => {
        const before = (await simulator.asked()).length;
        for (const [round, patience] of [300, 600, 900].entries()) {
          const child = start('backfill', args(quest.url('killed_')));
          const end = ended(child);
          while ((await stored('killed_')) <= round * (TICKERS / 10)) await sleep(20);
          await sleep(patience);
          child.kill('SIGKILL');
          await end;
        }
        await told(run('backfill', args(quest.url('killed_'))));
        await assertSame('killed_');
        // A killed run had at most so many under way.
        expect((await simulator.asked()).length - before).toBeLessThanOrEqual(TICKERS + 3 * WORKERS * 6);
      },
    );

    const stored = (prefix: string): Promise<number> =>
      count(`SELECT count() FROM ${prefix}backfill_parts`).catch(() => 0);
  });

  describe('says in one line what is wrong, with exit code 2 and no request', () => {
    const ask = (store: string): Promise<Finished> =>
      told(run('backfill', ['ALFA', '--provider', 'sample', '--days', '2', '--store', store], folder));
    it.each([
      [
        'nobody listens',
        (url: string) => url.replace(/:\d+$/, ':1'),
        /QuestDB server 127\.0\.0\.1:1 cannot be reached: nobody listens there; check/,
      ],
      [
        'a wrong password',
        (url: string) => url.replace(PASSWORD, 'other-secret'),
        /does not let this user in: .*; check the user and the password/,
      ],
      [
        'no password',
        (url: string) => url.replace(`:${PASSWORD}`, ''),
        /wants a password, and there is none; set PGPASSWORD/,
      ],
      ['no host', () => 'questdb:///qdb', /names no server; write questdb:/],
      [
        'a word that it does not know',
        (url: string) => `${url}?schema=x`,
        /says schema, which is none of prefix/,
      ],
      ['a prefix that is no name', (url: string) => `${url}?prefix=a-b`, /has a prefix of other signs/],
    ])('%s', async (_, change, words) => {
      const { code, stdout, stderr } = await ask(change(quest.url()));
      expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1]);
      expect(stderr).toMatch(words);
      expect(stderr).not.toMatch(/not-to-be-seen|other-secret/);
    });

    it('a table of somebody else where one of the store belongs', async () => {
      await quest.sql('CREATE TABLE theirs_actions (a INT)');
      const { code, stderr } = await ask(quest.url('theirs_'));
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining('has tables of its own where those of the store belong (theirs_actions)'),
      ]);
    });

    it('nothing stored yet, for who only asks', async () => {
      const { code, stderr } = await told(run('check-data', ['--store', quest.url('empty_')]));
      expect([code, stderr]).toEqual([2, expect.stringContaining('there is no store in this database')]);
    });
  });

  it('does all that it does on files', { timeout: TIMEOUT }, async () => {
    const store = ['--store', quest.url('all_')];
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
    expect(await quest.sql('SELECT DISTINCT ticker FROM all_bars_1d WHERE NOT gone ORDER BY ticker')).toEqual(
      [['ALFA'], ['CORV'], ['CORX']],
    );
    for (const command of ['status', 'runs', 'actions CORX', 'doctor'])
      expect((await line(...command.split(' '))).code, command).toBe(0);
    expect((await line('status', '--json')).stdout).toContain(
      `questdb://tester@127.0.0.1:${quest.port}?prefix=all_`,
    );
    expect((await line('query', '--write-sql', join(folder, 'views.sql'))).stderr).toContain(
      'needs no views of files',
    );
    const named = await told(runWith({ BACKFILL_STORE: quest.url('all_') }, ['config'], folder));
    expect(named.stdout).toContain('BACKFILL_STORE');
  });

  it('refuses a bar from before 1970 in one line, and stores the other series', async () => {
    const csv = join(folder, 'old');
    await mkdir(csv);
    const head = 'Date,Open,High,Low,Close,Volume\n';
    await writeFile(join(csv, 'OLD.csv'), `${head}1969-12-30,1,2,1,2,10\n1969-12-31,2,3,2,3,10\n`);
    await writeFile(join(csv, 'NEW.csv'), `${head}1970-01-02,1,2,1,2,10\n1970-01-05,2,3,2,3,10\n`);
    const { code, stderr } = await told(
      run('backfill', [
        ...[
          'OLD',
          'NEW',
          '--provider',
          'csv',
          '--provider-url',
          `csv=${csv}`,
          '--basis',
          'raw',
          '--start',
          '1969-12-30',
        ],
        ...['--end', '1970-01-05', '--store', quest.url('old_')],
      ]),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('QuestDB keeps no bar from before 1970, and OLD 1d has one of 1969-12-30');
    expect(await quest.sql('SELECT DISTINCT ticker FROM old_bars_1d')).toEqual([['NEW']]);
  });

  it('shows no password in anything that it says or keeps', async () => {
    expect(said.length).toBeGreaterThan(1000);
    expect(said).not.toContain(PASSWORD);
    const pieces = await quest.sql('SELECT data FROM all_backfill_document_parts WHERE data IS NOT NULL');
    const kept = pieces.map(([data]) => Buffer.from(String(data), 'base64').toString('latin1')).join(' ');
    expect(kept).toContain('sample');
    expect(kept).not.toContain(PASSWORD);
  });
});
