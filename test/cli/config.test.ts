import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Finished, run } from '../acceptance/programs.ts';

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
    expect(all.get('store')).toBe('prices from backfill.config.json');
    expect(all.get('tickers')).toBe('AAPL,MSFT from backfill.config.json');
    expect(all.get('provider')).toBe('yahoo from default');
  });

  it('shows no password', async () => {
    await write('.env', 'BACKFILL_PROVIDER_URL=yahoo=http://me:hunter2@127.0.0.1:1/path\n');
    const { stdout } = await backfill('config');
    expect(stdout).toContain('yahoo=http://me:***@127.0.0.1:1/path');
    expect(stdout).not.toContain('hunter2');
  });

  it('reads another file in place of .env', async () => {
    await write('.env', 'BACKFILL_DAYS=30\n');
    await write('other.env', 'BACKFILL_WORKERS=3\n');
    const all = await configured('--env-file', 'other.env');
    expect(all.get('workers')).toBe('3 from BACKFILL_WORKERS in other.env line 1');
    expect(all.get('days')).toMatch(/ from default$/);
  });

  it('refuses a file that is not there', async () => {
    // Some versions of Node look for such an option themselves, and end.
    const { code, stderr } = await backfill('config', '--env-file', 'none.env');
    expect(stderr).toMatch(/none\.env: (?:there is no such file|not found)\n$/);
    expect(code).not.toBe(0);
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
