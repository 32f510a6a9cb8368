import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tmpdir } from 'node:os';
import { run } from './one-process.ts';

const NOW = '2026-11-20T22:00:00Z';
const RANGE = ['--start', '2023-06-01', '--end', '2023-07-31', '--now', NOW];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-discover-'));
});
afterAll(() => rm(folder, { recursive: true }));

const backfill = (...args: string[]) => run('backfill', [...args, '--store', join(folder, 'data')]);

describe('backfill discover', () => {
  it('writes a universe that a run fills within its lives, and says what', async () => {
    const found = await backfill('discover', 'us_equities', '--provider', 'sample', '--now', NOW);
    const path = join(folder, 'data/universes/us_equities_2026-11-20.json');
    expect(found).toMatchObject({
      code: 0,
      stdout: `Wrote ${path}: 25 members from sample (equity 25; 3 of them delisted)\n`,
    });
    expect(await readFile(path, 'utf8')).toContain('"ticker":"TARN"');
    const filled = await backfill(
      '--symbols',
      'us_equities',
      '--provider',
      'sample',
      ...RANGE,
      '--no-progress',
    );
    expect(filled.stderr + filled.stdout).toContain('Errors: 0');
    const report = await backfill('check-data', '--symbols', 'us_equities', ...RANGE, '--json');
    const { totals, series } = JSON.parse(report.stdout);
    expect(totals).toMatchObject({ series: 25, missing: 0, coverage: 100 });
    expect(series.find(({ ticker }: { ticker: string }) => ticker === 'TARN')).toMatchObject({
      last: '2023-06-29',
      absent: 0,
    });
  }, 120_000);

  it('says that a limit left some out, and that a longer list of the day is gone', async () => {
    const list = ['discover', 'fx', '--provider', 'sample', '--now', NOW];
    const all = await backfill(...list);
    const [, count = ''] = /: (\d+) members from sample/.exec(all.stdout) ?? [];
    expect(all.stderr).toBe('');
    const { code, stdout, stderr } = await backfill(...list, '--limit', '2');
    expect(code).toBe(0);
    expect(stdout).toContain(`: 2 of ${count} members from sample (fx 2)`);
    expect(stderr).toBe(
      `It has the first 2 of ${count} by ticker, in place of ${count} that the list of that day had: ` +
        '--tickers fx means these alone while there is no newer list; discover fx without --limit lists all.\n',
    );
  });

  it('prints JSON, and what nobody lists on stderr', async () => {
    const { stdout, stderr } = await backfill(
      'discover',
      'all',
      '--provider',
      'sample',
      '--json',
      '--now',
      NOW,
    );
    expect(JSON.parse(stdout)).toMatchObject({ name: 'all', date: '2026-11-20', sources: ['sample'] });
    expect(stderr).toBe('Without options, indices, otc: no source of all that was asked lists it.\n');
  });

  it.each([
    [['nothing'], 'discover nothing: there is no such category; there are us_equities, etf,'],
    [['sp500', '--provider', 'sample'], '--provider sample: sp500 is a list of its own; leave it out'],
    [['etf', '--limit', '0'], '--limit 0'],
    [['etf', '--as-of', '2026-02-30'], '--as-of'],
    [
      ['us_equities', '--provider', 'sample', '--as-of', '2099-01-01', '--now', NOW],
      '--as-of 2099-01-01: that day',
    ],
    [['etf', '--list-url', 'dow=http://127.0.0.1'], 'NAME one of nasdaqtrader, sp500'],
    [[], 'backfill discover needs CATEGORY; --help shows how'],
  ])('refuses %s in one line', async (args, message) => {
    const { code, stderr } = await backfill('discover', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('names its categories, and a bad entry of a file by its line', async () => {
    expect((await run('backfill', ['discover', '--help'])).stdout.replaceAll(/\s+/g, ' ')).toContain(
      'us_equities (shares of the exchanges of the United States), etf (',
    );
    await writeFile(join(folder, 'bad.csv'), 'ticker,delisted\nALFA,soon\nA$B,\n');
    const { code, stderr } = await backfill('-t', `@${join(folder, 'bad.csv')}`, '--provider', 'sample');
    expect(code).toBe(2);
    expect(stderr).toContain('bad.csv, line 2: its delisted "soon" is not a date');
    expect(stderr).toContain('bad.csv, line 3: "A$B" is not a ticker');
  });
});
