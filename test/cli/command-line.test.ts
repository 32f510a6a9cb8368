import { describe, expect, it } from 'vitest';
import { checkDataCommand } from '../../src/cli/check-data-command.ts';
import { backfillCommand } from '../../src/cli/backfill-command.ts';
import { EVERY_COMMAND } from '../../src/cli/commands.ts';
import { meant, valuesOf } from './meant.ts';

const CHECK_DATA = { name: 'check-data', main: checkDataCommand, commands: [], everyCommand: EVERY_COMMAND };

describe('a word that stands alone', () => {
  it('is named as the help does where it is none of its choices', () => {
    expect(() => valuesOf('completion tcsh')).toThrow(/^SHELL tcsh: it must be bash, zsh or fish$/);
    expect(() => valuesOf('completion bassh')).toThrow(/^SHELL bassh: .*; did you mean bash\?$/);
    expect(valuesOf('completion fish')).toMatchObject({ shell: 'fish' });
    expect(() => valuesOf('export --format xls')).toThrow(/^--format xls: /);
  });
});

describe('the command of a line', () => {
  it.each([
    ['', 'backfill'],
    ['AAPL MSFT', 'backfill'],
    ['--days 5', 'backfill'],
    ['@tickers.txt --days 5', 'backfill'],
    ['status', 'status'],
    ['status AAPL', 'status'],
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
    ['stats', 'did you mean status?'],
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

describe("an option's name without its dashes", () => {
  const names = [...new Set(EVERY_COMMAND.flatMap(({ options }) => Object.keys(options)))];
  // The name of a command is that.
  const long = names.filter(
    (name) => name.replaceAll('-', '').length > 3 && !EVERY_COMMAND.some((one) => one.name === name),
  );

  it.each(long)('%s is no ticker, and in capitals one', (name) => {
    const own = name in backfillCommand.options;
    const says = own
      ? `"${name}" is no ticker; did you mean --${name}?`
      : new RegExp(`^"${name}" is no ticker, but an option of .*: --${name}`);
    expect(() => meant(name)).toThrow(says);
    expect(() => meant(`AAPL ${name}`)).toThrow(says);
    expect(valuesOf(`AAPL ${name.toUpperCase()}`)).toMatchObject({ tickers: `AAPL,${name.toUpperCase()}` });
    expect(valuesOf(`--tickers ${name}`)).toMatchObject({ tickers: name });
  });

  it.each([
    ['AAPL dry-run', '"dry-run" is no ticker; did you mean --dry-run? (for the ticker: --tickers DRY-RUN)'],
    ['dryrun', '"dryrun" is no ticker; did you mean --dry-run? (for the ticker: --tickers DRYRUN)'],
    ['AAPL,quiet', '"quiet" is no ticker; did you mean --quiet? (for the ticker: --tickers QUIET)'],
    ['timeframes', '"timeframes" is no ticker; did you mean --timeframes?'],
    ['provider', 'did you mean --provider? Or the command providers? (for the ticker'],
    ['check-data AAPL json', '"json" is no ticker; did you mean --json?'],
    ['export AAPL per_ticker', '"per_ticker" is no ticker; did you mean --per-ticker?'],
    ['export dry-run', '"dry-run" is no ticker, but an option of backfill'],
    ['plot quiet', '"quiet" is no ticker, but an option of '],
    ['continue', 'the same backfill once more goes on with a run that stopped'],
  ])('is told of: backfill %s', (line, message) => {
    expect(() => meant(line)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) as string }),
    );
  });

  it('is one for check-data alone too', () => {
    expect(() => meant('AAPL retry-failed', {}, CHECK_DATA)).toThrow('"retry-failed" is no ticker, but');
  });

  it.each(['now', 'all', 'out AAPL', '-- json', '@json AAPL', '--profile gentle AAPL', 'inspect json'])(
    'is none where it is short, behind --, a value or a path: backfill %s',
    (line) => {
      expect(() => meant(line)).not.toThrow();
    },
  );
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
