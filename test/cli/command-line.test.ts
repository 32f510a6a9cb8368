import { describe, expect, it } from 'vitest';
import { backfillCommand } from '../../src/cli/backfill-command.ts';
import { checkDataCommand } from '../../src/cli/check-data-command.ts';
import { COMMANDS, EVERY_COMMAND } from '../../src/cli/commands.ts';
import { connectionOf } from '../../src/cli/provider-options.ts';
import { interpret } from '../../src/cli/program.ts';
import type { Setting } from '../../src/cli/settings.ts';

const BACKFILL = { name: 'backfill', main: backfillCommand, commands: COMMANDS, everyCommand: EVERY_COMMAND };
const CHECK_DATA = { name: 'check-data', main: checkDataCommand, commands: [], everyCommand: EVERY_COMMAND };

/** The words of a line; quotes hold one together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

function meant(line: string, settings: Readonly<Record<string, unknown>> = {}, program = BACKFILL) {
  const all = Object.entries(settings).map(([name, value]): [string, Setting] => [
    name,
    { value, source: 'backfill.config.json' },
  ]);
  return interpret(program, wordsOf(line), () => new Map(all));
}

function valuesOf(...args: Parameters<typeof meant>): Readonly<Record<string, unknown>> {
  const line = meant(...args);
  if (line.asked !== undefined) throw new Error(`it is read as a wish for ${line.asked}`);
  return line.values;
}

describe('the command of a line', () => {
  it.each([
    ['', 'backfill'],
    ['AAPL MSFT', 'backfill'],
    ['--days 5', 'backfill'],
    ['@tickers.txt --days 5', 'backfill'],
    ['check-data', 'check-data'],
    ['check-data AAPL', 'check-data'],
    ['--store x check-data', 'check-data'],
    ['--json check-data', 'check-data'],
    ['-t AAPL export', 'export'],
    ['--store=x export', 'export'],
    ['--tickers export', 'backfill'],
    ['-- export', 'backfill'],
    ['VERI', 'backfill'],
    ['QURE', 'backfill'],
    ['aapl', 'backfill'],
    ['sp500', 'backfill'],
    ['^GSPC EURUSD=X 600519 BRK-B', 'backfill'],
  ])('backfill %s', (line, name) => {
    expect(meant(line).command.name).toBe(name);
  });

  it.each([
    ['exprot', 'there is no command "exprot"; did you mean export? (for the ticker: --tickers EXPROT)'],
    ['exprot AAPL --out x.csv', 'there is no command "exprot"; did you mean export?'],
    ['--store x exprot', 'there is no command "exprot"; did you mean export?'],
    ['EXPORT', 'there is no command "EXPORT"; did you mean export? (for the ticker: --tickers EXPORT)'],
    ['Export', 'did you mean export?'],
    ['check_data', 'check_data'],
    ['checkdata', 'did you mean check-data?'],
    ['chek-data', 'did you mean check-data?'],
    ['forgt AAPL', 'did you mean forget?'],
    ['veri', 'did you mean verify?'],
    ['hlep', 'did you mean help?'],
    ['status', 'did you mean check-data?'],
    ['delete AAPL', 'did you mean forget?'],
    ['sql', 'did you mean query?'],
    [
      'run',
      'there is no command "run"; backfill alone fetches what is missing (for the ticker: --tickers RUN)',
    ],
    ['download AAPL', 'backfill alone fetches what is missing'],
    ['AAPL export', 'the command comes first: backfill export AAPL …'],
    ['help exprot', 'did you mean export?'],
  ])('backfill %s is no ticker', (line, message) => {
    if (line === 'check_data') expect(meant(line).command.name).toBe('backfill');
    else
      expect(() => meant(line)).toThrow(
        expect.objectContaining({ message: expect.stringContaining(message) as string }),
      );
  });

  it.each([
    ['--help', 'backfill', 'help'],
    ['-h', 'backfill', 'help'],
    ['help', 'backfill', 'help'],
    ['export --help', 'export', 'help'],
    ['--help export', 'export', 'help'],
    ['help export', 'export', 'help'],
    ['export -h --nonsense', 'export', 'help'],
    ['forget --help', 'forget', 'help'],
    ['--version', 'backfill', 'version'],
    ['-V', 'backfill', 'version'],
    ['export --version', 'export', 'version'],
  ] as const)('backfill %s asks for help or the version', (line, name, asked) => {
    expect(meant(line)).toMatchObject({ command: { name }, asked });
  });

  it('of check-data alone has tickers for words, and help', () => {
    expect(valuesOf('AAPL export', {}, CHECK_DATA)).toMatchObject({ tickers: 'AAPL,export' });
    expect(meant('help', {}, CHECK_DATA)).toMatchObject({ command: { name: 'check-data' }, asked: 'help' });
  });
});

describe('tickers', () => {
  it.each([
    ['AAPL MSFT', 'AAPL,MSFT'],
    ['AAPL,MSFT', 'AAPL,MSFT'],
    ['--days 5 AAPL --json MSFT', 'AAPL,MSFT'],
    ['--tickers AAPL MSFT', 'AAPL,MSFT'],
    ['-t AAPL -t MSFT,IBM', 'AAPL,MSFT,IBM'],
    ['-tAAPL', 'AAPL'],
    ['000001 600519', '000001,600519'],
    ['-- AAPL -X', 'AAPL,-X'],
    ['@a.txt AAPL portfolio', '@a.txt,AAPL,portfolio'],
  ])('may be words, and are added up: %s', (line, tickers) => {
    expect(valuesOf(line)).toMatchObject({ tickers });
    expect(valuesOf(`check-data ${line}`)).toMatchObject({ tickers });
    expect(valuesOf(`export ${line.replace('--days 5', '').replace('--json', '')}`)).toMatchObject({
      tickers,
    });
    expect(valuesOf(`verify ${line}`)).toMatchObject({ tickers });
  });

  it('on the command line replace those of the settings', () => {
    expect(valuesOf('AAPL', { tickers: 'MSFT' })).toMatchObject({ tickers: 'AAPL' });
    expect(valuesOf('', { tickers: ['MSFT', 'IBM'] })).toMatchObject({ tickers: 'MSFT,IBM' });
  });
});

describe('a command line that cannot be meant is refused', () => {
  it.each([
    [
      '--tciker AAPL',
      'there is no option --tciker; backfill --help lists the options; did you mean --tickers?',
    ],
    ['--ticker AAPL', 'did you mean --tickers?'],
    ['--day 5', 'did you mean --days?'],
    ['--Days 5', 'did you mean --days?'],
    ['-days 5', 'there is no option -days; backfill --help lists the options; did you mean --days?'],
    ['-v', 'there is no option -v; backfill --help lists the options; did you mean -V?'],
    ['--frobnicate', 'there is no option --frobnicate; backfill --help lists the options'],
    [
      'export --outt x.csv',
      'there is no option --outt; backfill export --help lists the options; did you mean --out?',
    ],
    ['--fix', '--fix is no option of backfill, but of doctor'],
    ['doctor --tickers AAPL', '--tickers is no option of doctor, but of backfill, check-data'],
    ['--no-json', 'there is no option --no-json; --json is off where it is not given'],
    ['--no-days', 'there is no option --no-days'],
    ['--json=false', '--json false: it takes no value; it is on where it is given, and off where it is not'],
    ['--json true', '--json true: it takes no value'],
    ['--no-gaps=1', '--no-gaps 1: it takes no value'],
    ['--days 5 --days 6', '--days is given 2 times (5, 6); give it once'],
    ['--days=5 --days=5', '--days is given 2 times (5, 5); give it once'],
    ['--provider sample --provider yahoo', '--provider is given 2 times (sample, yahoo); give it once'],
    ['--days', '--days needs a value: --days N'],
    ['--days --json', '--days needs a value: --days N'],
    ['--store -t AAPL', '--store needs a value: --store FOLDER'],
    ['--days -5', '--days -5: must be a whole number of at least 1'],
    [
      '--rate-limit -5/min',
      '--rate-limit -5/min: a value that begins with a dash is written --rate-limit=-5/min',
    ],
    ['--store ""', '--store is empty; give it a value, or leave it out'],
    ['--tickers ""', '--tickers is empty; give it a value, or leave it out'],
    ['""', 'TICKERS is empty; give it, or leave it out'],
    ['query ""', 'SQL is empty; give it, or leave it out'],
    ['query SELECT 1', 'backfill query does not know what to do with "1"'],
    ['actions AAPL MSFT', 'backfill actions does not know what to do with "MSFT"'],
    ['doctor AAPL', 'backfill doctor does not know what to do with "AAPL"'],
    ['simulate 8080', 'backfill simulate does not know what to do with "8080"'],
    ['actions', 'backfill actions needs TICKER; --help shows how'],
    ['--interval 1day', 'there is no such interval; there are 1m, 5m, 15m, 1h, 1d; did you mean 1d?'],
    [
      '--provider yaho',
      'there is no provider "yaho"; there are: yahoo, alphavantage, alpaca, binance, csv, sample; did you mean yahoo?',
    ],
    ['--provider Yahoo', 'did you mean yahoo?'],
    ['--provider-url yaho=http://x', 'there is no provider "yaho"'],
    ['--provider-url yahoo=http://a --provider-url yahoo=http://b', '--provider-url yahoo=… is given twice'],
    ['--basis adjusted --provider csv', '--basis adjusted: it must be raw or split-adjusted'],
    ['export --adjust split', '--adjust split: it must be none, splits or all; did you mean splits?'],
    ['export --format cvs', '--format cvs: it must be csv, ndjson or parquet; did you mean csv?'],
    ['query "SELECT 1" --format parquet', '--format parquet: it must be table, csv, json or ndjson'],
    ['export --as-of 2024-02-30 --adjust all', '--as-of "2024-02-30" is not a date; write it as YYYY-MM-DD'],
    ['forget AAPL --start 01/02/2024', '--start "01/02/2024" is not a date; write it as YYYY-MM-DD'],
    ['rename A B --on 2024-1-2', '--on "2024-1-2" is not a date; write it as YYYY-MM-DD'],
    ['--provider csv --basis split-adjusted --csv-as-of today', '--csv-as-of "today" is not a date'],
    ['simulate --port 99999', '--port 99999: must be 0 (any free one) to 65535'],
    ['simulate --latency 5', '--latency 5: say the unit, such as 5s or 5ms'],
    ['--timeout 5', '--timeout 5: say the unit, such as 5s or 5ms'],
    ['--timeout 5 --provider sample', '--timeout 5: say the unit, such as 5s or 5ms'],
    ['verify --timeout 5', '--timeout 5: say the unit, such as 5s or 5ms'],
    ['verify --sample 1', '--sample 1: say which it is, 1% or 100%'],
    ['check-data --fail-under 0.99', '--fail-under 0.99: say which it is, 0.99% or 99%'],
    ['--rate-limit 5', '--rate-limit "5" is no rate; write it as 5/min, 100/10s, 30/h or 500/day'],
    ['--years 0', '--years 0: must be a whole number of at least 1'],
    ['--workers 0', '--workers 0: must be "auto" or a whole number above 0'],
    ['--days 1e3', '--days 1e3: must be a whole number of at least 1'],
  ])('backfill %s', async (line, message) => {
    const connect = async (): Promise<void> => {
      const parsed = meant(line);
      if (parsed.asked === undefined) await connectionOf(parsed.values as never);
    };
    await expect(connect()).rejects.toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) as string }),
    );
  });
});

describe('an option that the others leave without effect is refused', () => {
  it.each([
    ['--csv-zone UTC', '--csv-zone UTC has no effect with --provider yahoo; it belongs to --provider csv'],
    [
      '--basis raw --provider sample',
      '--basis raw has no effect with --provider sample; it belongs to --provider csv',
    ],
    ['--csv-stamps end', '--csv-stamps end has no effect with --provider yahoo'],
    ['--csv-as-of 2024-01-02', '--csv-as-of 2024-01-02 has no effect with --provider yahoo'],
    [
      '--csv-as-of 2024-01-02 --provider csv --basis raw',
      '--csv-as-of 2024-01-02 has no effect with --basis raw; it belongs to --basis split-adjusted',
    ],
    [
      '--csv-as-of 2024-01-02 --provider csv',
      '--csv-as-of 2024-01-02 has no effect without --basis split-adjusted',
    ],
    ['--seed 7', '--seed 7 has no effect with --provider yahoo; it belongs to --provider sample'],
    ['verify --seed 7', '--seed 7 has no effect with --provider yahoo; it belongs to --provider sample'],
    [
      '--provider-url csv=./my-csv',
      '--provider-url csv=./my-csv has no effect with --provider yahoo; it belongs to --provider csv',
    ],
    [
      '--provider sample --provider-url yahoo=http://127.0.0.1:1',
      '--provider-url yahoo=http://127.0.0.1:1 has no effect with --provider sample; it belongs to --provider yahoo',
    ],
    ['--provider sample --rate-limit 5/min', '--rate-limit 5/min has no effect with --provider sample'],
    [
      '--provider csv --provider-url csv=. --rate-limit 5/min',
      '--rate-limit 5/min has no effect with --provider csv; it belongs to --provider yahoo, --provider alphavantage, --provider alpaca, --provider binance or --provider sample',
    ],
    [
      '--provider csv --timeout 5s',
      '--timeout 5s has no effect with --provider csv; it belongs to --provider yahoo',
    ],
    [
      'export --as-of 2024-01-02',
      '--as-of 2024-01-02 has no effect with --adjust none; it belongs to --adjust splits or --adjust all',
    ],
    [
      'query "SELECT 1" --adjust none --as-of 2024-01-02',
      '--as-of 2024-01-02 has no effect with --adjust none',
    ],
    ['query --write-sql v.sql --format csv', '--format csv has no effect without SQL'],
    ['--resume --reset', '--resume has no effect with --reset'],
    ['--no-gaps --resume', '--resume has no effect with --no-gaps'],
    ['simulate --fault-seed 2', '--fault-seed 2 has no effect without --fault'],
    ['simulate --limit-retry-after date', '--limit-retry-after date has no effect without --limit'],
    [
      'simulate --from ./prices --seed 2',
      '--seed 2 has no effect with --from ./prices; it belongs to --from sample',
    ],
    ['check-data --json --missing', '--missing has no effect with --json'],
  ])('backfill %s', (line, message) => {
    expect(() => meant(line)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) as string }),
    );
  });

  it('but not where it has one, nor where it only says again what another says', () => {
    for (const line of [
      '--provider csv --provider-url csv=x --basis split-adjusted --csv-as-of 2024-01-02 --csv-zone UTC',
      '--provider sample --seed 7',
      '--rate-limit 5/min --timeout 5s',
      '--provider ./a=b.mjs --provider-url ./a=b.mjs=http://h --rate-limit 5/min --timeout 5s',
      '--dry-run --strict --quiet --no-progress --no-gaps --reset --workers 2',
      'export --adjust splits --as-of 2024-01-02',
      'simulate --fault all=5% --fault-seed 2 --limit 5/min --limit-retry-after date',
      'query "SELECT 1" --as-of 2024-01-02 --format csv',
    ])
      expect(() => meant(line)).not.toThrow();
  });

  it('nor where it is a setting, which is meant for many commands', () => {
    const settings = {
      'csv-zone': 'UTC',
      basis: 'raw',
      seed: 7,
      'provider-url': ['csv=x', 'yahoo=http://h'],
    };
    expect(valuesOf('', settings)).toMatchObject({
      provider: 'yahoo',
      csvZone: 'UTC',
      providerUrl: [
        { id: 'csv', url: 'x' },
        { id: 'yahoo', url: 'http://h' },
      ],
    });
    expect(valuesOf('--csv-zone UTC', { provider: 'csv' })).toMatchObject({ provider: 'csv' });
  });

  it('and a setting tells a provider only what it takes', async () => {
    const settings = { tier: '75', seed: 7, basis: 'raw' };
    const told = async (line: string): Promise<unknown> =>
      (await connectionOf(valuesOf(line, settings) as never)).provider?.settings;
    expect(await told('')).toEqual({});
    expect(await told('--provider sample')).toEqual({ seed: 7 });
    expect(await told('--provider csv --provider-url csv=x')).toEqual({ basis: 'raw' });
    expect(await told('--provider alphavantage --provider-setting actions=none')).toEqual({
      ...{ actions: 'none', tier: '75' },
    });
  });
});

describe('a setting', () => {
  it.each([
    [{ timeout: 5 }, 'backfill.config.json: --timeout 5: say the unit, such as 5s or 5ms'],
    [{ timeout: '5' }, 'backfill.config.json: --timeout 5: say the unit, such as 5s or 5ms'],
    [{ days: 1.5 }, 'backfill.config.json: --days 1.5: must be a whole number of at least 1'],
    [{ days: '1e3' }, 'backfill.config.json: --days 1e3: must be a whole number'],
    [{ 'rate-limit': 5 }, 'backfill.config.json: --rate-limit "5" is no rate'],
    [{ interval: '1day' }, 'backfill.config.json: --interval 1day: there is no such interval'],
    [{ provider: 'yaho' }, 'backfill.config.json: there is no provider "yaho"'],
    [{ start: '2024-02-30' }, 'backfill.config.json: --start "2024-02-30" is not a date'],
    [{ json: 'maybe' }, 'backfill.config.json: the setting json is "maybe"; it must be true or false'],
    [{ store: { a: 1 } }, 'backfill.config.json: the setting store is {"a":1}; it must be a text'],
    [{ store: null }, 'backfill.config.json: the setting store is null; it must be a text'],
    [{ store: 5 }, 'backfill.config.json: the setting store is 5; it must be a text'],
    [{ store: true }, 'backfill.config.json: the setting store is true; it must be a text'],
    [{ store: ['a', 'b'] }, 'backfill.config.json: the setting store is ["a","b"]; it must be a text'],
    [{ state: 5 }, 'backfill.config.json: the setting state is 5; it must be a text'],
    [{ tickers: 600519 }, 'backfill.config.json: the setting tickers is 600519; it must be a text'],
    [{ tickers: ['AAPL', 700] }, 'the setting tickers is ["AAPL",700]; it must be a text'],
    [{ days: true }, 'backfill.config.json: the setting days is true; it must be a text or a number'],
    [{ days: [5] }, 'backfill.config.json: the setting days is [5]; it must be a text or a number'],
    [{ interval: ['1d', null] }, 'the setting interval is ["1d",null]; it must be a text or a number'],
    [{ json: [true] }, 'backfill.config.json: the setting json is [true]; it must be true or false'],
    [{ json: null }, 'backfill.config.json: the setting json is null; it must be true or false'],
    [{ store: '' }, 'backfill.config.json: the setting store is empty'],
    [{ tickers: [] }, 'backfill.config.json: the setting tickers is []'],
  ])('%j is judged as an option is, and says where it stands', (settings, message) => {
    expect(() => meant('', settings)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) as string }),
    );
  });

  it('gives way to the command line, and a range to any other range', () => {
    expect(valuesOf('--timeout 5s', { timeout: 5 })).toMatchObject({ timeout: 5000 });
    expect(valuesOf('--start 2024-01-02', { days: 3 })).toMatchObject({
      start: '2024-01-02',
      days: undefined,
    });
    expect(valuesOf('export --out x.csv', { format: 'ndjson' })).toMatchObject({ format: undefined });
    expect(valuesOf('--resume', { reset: true, 'no-gaps': true })).toMatchObject({
      reset: false,
      noGaps: false,
    });
    expect(valuesOf('', { json: 1, quiet: 'off' })).toMatchObject({ json: true, quiet: false });
    expect(valuesOf('', { interval: ['1d', '1h'], tickers: ['A', 'B'] })).toMatchObject({
      interval: ['1d', '1h'],
      tickers: 'A,B',
    });
  });

  it('is not heeded where only the user’s own words will do', () => {
    expect(valuesOf('forget AAPL', { start: '2024-01-02', interval: '5m' })).toMatchObject({
      start: undefined,
      interval: undefined,
    });
    expect(valuesOf('forget', { tickers: 'AAPL', all: true, yes: true })).toMatchObject({
      tickers: undefined,
      all: false,
      yes: false,
    });
    expect(valuesOf('doctor', { fix: true })).toMatchObject({ fix: false });
  });
});
