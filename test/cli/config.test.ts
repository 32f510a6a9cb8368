import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, ended, runWith, start } from '../acceptance/programs.ts';
import { run } from './one-process.ts';

let folder = '';
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'backfill-config-'))));
afterEach(() => rm(folder, { recursive: true }));

const backfill = (...args: readonly string[]): Promise<Finished> => run('backfill', args, folder);
const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

/** What is in force, by option: its value and where that comes from. */
async function configured(...args: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { code, stdout } = await backfill('config', '--json', ...args);
  expect(code).toBe(0);
  const all = JSON.parse(stdout) as readonly Record<'option' | 'value' | 'source', string>[];
  return new Map(all.map(({ option, value, source }) => [option, `${value} from ${source}`]));
}

describe('backfill config', () => {
  it('shows what is in force, and where it comes from', async () => {
    await write('.env', 'BACKFILL_DAYS=30\nBACKFILL_STRICT=no\n');
    await write('backfill.config.json', '{ "store": "prices", "tickers": ["AAPL", "MSFT"], "days": 5 }');
    const all = await configured();
    expect(all.get('days')).toBe('30 from BACKFILL_DAYS in .env line 1');
    expect(all.get('strict')).toBe('off from BACKFILL_STRICT in .env line 2');
    expect(all.get('store')).toBe('prices from backfill.config.json line 1 column 3');
    expect(all.get('tickers')).toBe('AAPL,MSFT from backfill.config.json line 1 column 22');
    expect(all.get('provider')).toBe('yahoo from default');
  });

  it('shows where the use of quotas is kept, where the home is elsewhere', async () => {
    const stateOf = async (XDG_STATE_HOME: string): Promise<unknown> => {
      const { stdout } = await runWith({ XDG_STATE_HOME }, ['config', '--json'], folder);
      return (JSON.parse(stdout) as readonly { option: string }[]).find(({ option }) => option === 'state');
    };
    expect(await stateOf(folder)).toEqual({
      ...{ option: 'state', value: join(folder, 'backfill'), source: 'XDG_STATE_HOME' },
    });
    // One that is no path from the root counts as none.
    expect(await stateOf('here')).toMatchObject({ value: '~/.local/state/backfill', source: 'default' });
    await write('backfill.config.json', '{ "state": "quotas" }');
    expect(await stateOf(folder)).toMatchObject({
      value: 'quotas',
      source: 'backfill.config.json line 1 column 3',
    });
  });

  it('shows no password', async () => {
    await write('.env', 'BACKFILL_PROVIDER_URL=yahoo=http://me:hunter2@127.0.0.1:1/path\n');
    const { stdout } = await backfill('config');
    expect(stdout).toContain('yahoo=http://me:***@127.0.0.1:1/path');
    expect(stdout).not.toContain('hunter2');
  });

  it('shows no key in the query of a URL', async () => {
    await write(
      'backfill.config.json',
      '{ "provider-url": "polygon=http://127.0.0.1:1/?apiKey=hunter2&v=hunter3" }',
    );
    for (const args of [[], ['--json']]) {
      const { stdout } = await backfill('config', ...args);
      expect(stdout).toContain('polygon=http://127.0.0.1:1/?apiKey=***&v=***');
      expect(stdout).not.toContain('hunter');
    }
  });

  it('reads another file in place of .env', async () => {
    await write('.env', 'BACKFILL_DAYS=30\n');
    await write('other.env', 'BACKFILL_WORKERS=3\n');
    const all = await configured('--env-file', 'other.env');
    expect(all.get('workers')).toBe('3 from BACKFILL_WORKERS in other.env line 1');
    expect(all.get('days')).toMatch(/ from default$/);
  });

  it('says of each value that a run refuses what that says, and fails', async () => {
    const refused = [
      ['BACKFILL_DAYS=0', 'days', '--days 0: must be a whole number of at least 1'],
      ['BACKFILL_PROVIDER=yaho', 'provider', 'there is no provider "yaho"; there are: '],
      ['BACKFILL_STRICT=maybe', 'strict', 'the setting strict is "maybe"; it must be true or false'],
      ['BACKFILL_FORMAT=xml', 'format', '--format xml: it must be csv, ndjson or parquet'],
      ['POLYGON_RATE_LIMIT=x', 'rate-limit of polygon', '--rate-limit "x" is no rate; write it as 5/min'],
    ] as const;
    await write('.env', refused.map(([line]) => `${line}\n`).join(''));
    await write('backfill.config.json', '{ "workers": 1.5, "store": 7, "tickers": ["AAPL"] }');
    const { code, stdout } = await backfill('config', '--json');
    expect(code).toBe(2);
    const all = JSON.parse(stdout) as readonly Record<'option' | 'source' | 'refused', string>[];
    const said = new Map(all.map(({ option, refused: message }) => [option, message]));
    for (const [i, [line, option, message]] of refused.entries())
      expect(said.get(option)).toContain(`${line.split('=')[0]} in .env line ${i + 1}: ${message}`);
    expect(said.get('workers')).toBe(
      'backfill.config.json line 1 column 3: --workers 1.5: must be "auto" or a whole number above 0',
    );
    expect(said.get('store')).toBe(
      'backfill.config.json line 1 column 19: the setting store is 7; it must be a text',
    );
    expect([said.get('tickers'), said.get('timeout')]).toEqual([undefined, undefined]);
    const { stdout: text, code: textCode } = await backfill('config');
    expect(text).toMatch(/^days +0 +BACKFILL_DAYS in .env line 1 +BACKFILL_DAYS in .env line 1: --days 0: /m);
    expect(textCode).toBe(2);
  });

  it('says what a run does of values that are wrong together, with where they stand', async () => {
    for (const [lines, option, message] of [
      ['BACKFILL_START=2024-02-01\nBACKFILL_END=2024-01-01', 'start', '--start 2024-02-01 is after --end'],
      [
        'BACKFILL_TIER=gold\nBACKFILL_PROVIDER=alphavantage',
        'tier',
        '--tier gold: there is no such plan; alphavantage has free, legacy, 75',
      ],
      ['BACKFILL_PROVIDER=./none.mjs', 'provider', 'provider ./none.mjs: there is no file '],
      [
        'BACKFILL_PROVIDER_SETTING=pln=free\nBACKFILL_PROVIDER=alpaca',
        'provider-setting',
        'provider alpaca has no setting "pln"',
      ],
    ] as const) {
      await write('.env', lines);
      const variable = `BACKFILL_${option.replace('-', '_').toUpperCase()} in .env line 1: ${message}`;
      const { code, stdout } = await backfill('config');
      expect([code, stdout]).toEqual([2, expect.stringContaining(variable)]);
      const plan = await backfill('AAPL', '--dry-run');
      expect([plan.code, plan.stderr]).toEqual([2, expect.stringContaining(`backfill: ${variable}`)]);
      expect(stdout).toContain(plan.stderr.replace('backfill: ', ''));
    }
  });

  it('refuses nothing that another command takes, or that a command line makes good', async () => {
    await write('.env', 'BACKFILL_FORMAT=table\nBACKFILL_PROVIDER=csv\n');
    expect((await configured()).get('format')).toBe('table from BACKFILL_FORMAT in .env line 1');
  });

  it('shows no password of what is refused', async () => {
    await write('.env', 'BACKFILL_PROVIDER_URL=yahoo=htp://me:hunter2@127.0.0.1:1/path\n');
    const { code, stdout, stderr } = await backfill('config');
    expect(code).toBe(2);
    expect(stdout).toContain('is no URL');
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it.each([
    ['none.env', 'there is no such file'],
    ['folder', 'cannot be read: it is a folder, not a file'],
  ])('refuses %s in place of .env: %s', async (name, why) => {
    await mkdir(join(folder, 'folder'));
    // Node looks for the file of such an option first, wherever that stands on a line that has no `--` before it.
    const seen = await ended(start('backfill', ['config', '--env-file', name], folder, ['--']));
    expect(seen).toEqual({ code: 2, stdout: '', stderr: `backfill: --env-file ${name}: ${why}\n` });
    const { code, stdout, stderr } = await backfill('config', '--env-file', name);
    if (code !== seen.code) expect([code, stderr]).toEqual([9, expect.stringMatching(`: ${name}: `)]);
    expect(stdout).toBe('');
  });
});

describe('backfill providers', () => {
  it('lists what each can do, and what it needs', async () => {
    const { code, stdout } = await backfill('providers');
    const [yahoo] = stdout.split('\n\n');
    expect(yahoo).toBe(
      [
        'yahoo',
        '  serves  whatever it has',
        '  bars    1m of the last 29 days, 5m of the last 59 days, 15m of the last 59 days, 1h of the last 729 days, 1d; ' +
          'with splits and dividends',
        '  quota   none declared; --rate-limit sets one',
        '  key     none needed',
      ].join('\n'),
    );
    expect(stdout).toContain('\n  url     --provider-url csv=… must be given\n');
    expect(code).toBe(0);
  });
});
