import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { type Finished, run } from './one-process.ts';
import { coverage, daily, days, update } from '../store/fixtures.ts';

let folder = '';
const backfill = (...args: string[]): Promise<Finished> => run('backfill', args, folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-rename-'));
  const store = openStore(join(folder, 'data'));
  const bars = [daily('2022-06-07'), daily('2022-06-08')];
  const learned = coverage({ present: [days('2022-06-07', '2022-06-09')] });
  await store.upsert(update(bars, { series: { ticker: 'FB', interval: '1d' }, learned }));
  const own = [daily('2022-06-08', { close: 100.5 })];
  const present = [days('2022-06-08', '2022-06-09')];
  const meta = { ticker: 'META', interval: '1d' } as const;
  await store.upsert(update(own, { series: meta, learned: coverage({ present }) }));
  await writeFile(join(folder, 'spwr.csv'), '20051117,spwr\n20080929,spwr\n20111116,spwra\n20501231,spwr\n');
  await writeFile(join(folder, 'twx.1.csv'), '19980102,twx\n20010111,twx\n');
  await writeFile(join(folder, 'ibm.csv'), '19980102,ibm\n20501231,ibm\n');
});
afterAll(() => rm(folder, { recursive: true }));

describe('a rename that cannot be meant', () => {
  it.each([
    ['', 'rename needs both tickers: backfill rename OLD NEW --on DATE'],
    ['FB', 'rename needs both tickers: backfill rename OLD NEW --on DATE'],
    ['--undo', 'rename --undo needs both tickers: backfill rename --undo OLD NEW'],
    ['--undo FB', 'rename --undo needs both tickers: backfill rename --undo OLD NEW'],
    [
      '--undo --map-file twx.1.csv',
      '--undo takes back one rename: give its tickers, OLD and NEW, instead of --map-file',
    ],
    ['--undo FB META --keep-new', '--keep-new has no effect with --undo'],
    ['FB META', 'since when is it META? Give --on DATE, the first session so called'],
    ['FB META --start 2022-06-09', 'since when is it META?'],
    ['FB META --on yesterday', '--on "yesterday" is not a date; write it as YYYY-MM-DD'],
    ['FB META --start 2022-6-1 --on 2022-06-09', '--start "2022-6-1" is not a date'],
    ['FB META --end 20220608', '--end "20220608" is not a date'],
    ['FB fb --on 2022-06-09', 'FB is both the old ticker and the new one'],
    ['FB FB', 'FB is both the old ticker and the new one'],
    ['BRK.B BRK-B --start 2022-06-09', 'BRK-B is both the old ticker and the new one'],
    ['FB FB2A.DE', 'FB (calendar XNYS) cannot become FB2A.DE (calendar XETR)'],
    ['FB ../etc --end 2022-06-08', '"../etc" is not a ticker'],
    ['FB FB2A.DE --on 2022-06-09', 'FB (calendar XNYS) cannot become FB2A.DE (calendar XETR)'],
    [
      'FB META --on 2022-06-09 --end 2022-06-08',
      '--on 2022-06-09 and --end 2022-06-08 contradict each other',
    ],
    ['FB META --map-file spwr.csv', '--map-file spwr.csv says all: give no tickers and no dates with it'],
    ['--map-file spwr.csv --on 2022-06-09', '--map-file spwr.csv says all'],
    ['--map-file nowhere.csv', 'nowhere.csv: cannot be read: there is no such file'],
    ['--map-file twx.1.csv', 'twx.1.csv: is of an earlier instrument that was called TWX'],
  ])('backfill rename %s: one line, exit 2', async (line, message) => {
    const words = line.split(' ').filter((word) => word !== '');
    const { code, stdout, stderr } = await backfill('rename', ...words);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('backfill rename', () => {
  it('says what it moved and what it left', async () => {
    const refused = await backfill('rename', 'fb', 'meta', '--on', '2022-06-09');
    expect(refused).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'backfill: FB and META have other 1d prices on 2022-06-08; nothing is moved. Is it one instrument? ' +
        "Leave sessions out with --start or --end, or keep META's and put FB's aside: --keep-new\n",
    });
    const first = await backfill('rename', 'fb', 'meta', '--on', '2022-06-09', '--keep-new');
    const [, id = ''] = /backfill restore (\S+) /.exec(first.stderr) ?? [];
    expect(first.stderr).toBe(
      'FB became META on 2022-06-09: moved 1 bar, 0 splits and dividends before 2022-06-09.\n' +
        "META's own stay where both know a session; of FB 1 differ and are in quarantine/: " +
        `backfill restore ${id} brings 1 bar of its sessions back.\n`,
    );
    expect((await backfill('restore')).stdout).toContain(id);
    expect([first.code, first.stdout]).toEqual([0, '']);
    const again = await backfill('rename', 'fb', 'meta', '--on', '2022-06-09');
    expect(again.stderr).toBe(
      'FB became META on 2022-06-09: nothing of FB is stored before 2022-06-09. The rename is recorded.\n',
    );
    expect(again.code).toBe(0);
  });

  it('takes one back, once', async () => {
    await backfill('rename', 'META', 'MEAT', '--on', '2022-06-09');
    const undone = await backfill('rename', '--undo', 'meta', 'meat');
    expect(undone).toEqual({
      code: 0,
      stdout: '',
      stderr:
        'No more is recorded that META became MEAT on 2022-06-09: 2 bars, 0 splits and dividends before 2022-06-09 went ' +
        'back to META.\n',
    });
    expect(await backfill('rename', 'META', 'MEAT', '--undo')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'backfill: no rename of META to MEAT is recorded; recorded is: FB became META on 2022-06-09; nothing is moved\n',
    });
    await backfill('rename', 'NWSA', 'FOXA', '--on', '2013-06-29', '--in-advance');
    expect((await backfill('rename', '--undo', 'NWSA', 'FOXA')).stderr).toBe(
      'No more is recorded that NWSA became FOXA on 2013-06-29: nothing had moved before 2013-06-29.\n',
    );
  });

  it('takes the renames of a map file', async () => {
    const { code, stderr } = await backfill('rename', '--map-file', 'spwr.csv');
    expect(stderr).toBe(
      'SPWRA became SPWR on 2011-11-17: nothing of SPWRA is stored from 2008-09-30 to 2011-11-16. ' +
        'The rename is recorded.\n',
    );
    expect(code).toBe(0);
    expect(await backfill('rename', '--map-file', 'ibm.csv')).toMatchObject({
      code: 0,
      stderr: 'ibm.csv tells of no rename.\n',
    });
  });

  it('refuses what contradicts an earlier rename, with a way out', async () => {
    const line = ['rename', 'NWSA', 'FOXA', '--on', '2013-06-29'];
    expect(await backfill(...line)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'backfill: nothing is stored of NWSA or FOXA: is that how they are spelt? ' +
        'To record a rename before anything is fetched: --in-advance\n',
    });
    await backfill(...line, '--in-advance');
    const { code, stderr } = await backfill('rename', 'NWSA', 'NWS', '--on', '2014-01-02');
    expect(stderr).toBe(
      "backfill: NWSA's sessions before 2013-06-29 are FOXA's by an earlier rename: they cannot be NWS's too; " +
        'leave them out with --start or --end\n',
    );
    expect(code).toBe(2);
    const rest = await backfill('rename', 'NWSA', 'NWS', '--start', '2013-06-29', '--on', '2014-01-02');
    expect(rest.code).toBe(0);
  });
});
