import { describe, expect, it } from 'vitest';
import { connectionOf } from '../../src/cli/provider-options.ts';
import { meant } from './meant.ts';

describe('a command line that cannot be meant is refused', () => {
  it.each([
    [
      '--tciker AAPL',
      'there is no option --tciker; backfill --help lists the options; did you mean --tickers?',
    ],
    ['--ticker AAPL', 'did you mean --tickers?'],
    ['--day 5', 'did you mean --days?'],
    ['--Days 5', 'did you mean --days?'],
    // What stands behind it may be its value, though it is a word that means something elsewhere.
    [
      '--proivder sample',
      'there is no option --proivder; backfill --help lists the options; did you mean --provider?',
    ],
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
    ['--store -t AAPL', '--store needs a value: --store STORE'],
    ['--days -5', '--days -5: must be a whole number of at least 1'],
    [
      '--rate-limit -5/min',
      '--rate-limit -5/min: a value that begins with a dash is written --rate-limit=-5/min',
    ],
    ['--store ""', '--store is empty; give it a value, or leave it out'],
    ['--tickers ""', '--tickers is empty; give it a value, or leave it out'],
    ['""', 'TICKERS is empty; give it, or leave it out'],
    ['query "" --write-sql views.sql', 'SQL is empty; give it, or leave it out'],
    ['restore ""', 'ID is empty; give it, or leave it out'],
    ['query SELECT 1', 'backfill query does not know what to do with "1"'],
    ['actions AAPL MSFT', 'backfill actions does not know what to do with "MSFT"'],
    ['doctor AAPL', 'backfill doctor does not know what to do with "AAPL"'],
    [
      'worker --worker-id "a\tb"',
      '--worker-id a\\u{9}b: it must be without line ends and other control characters',
    ],
    ['simulate 8080', 'backfill simulate does not know what to do with "8080"'],
    ['actions', 'backfill actions needs TICKER; --help shows how'],
    ['--interval 1day', 'there is no such interval; there are 1m, 5m, 15m, 1h, 1d; did you mean 1d?'],
    [
      '--provider yaho',
      'there is no provider "yaho"; there are: yahoo, alphavantage, alpaca, binance, polygon, csv, sample; did you mean yahoo?',
    ],
    ['--provider Yahoo', 'did you mean yahoo?'],
    ['--provider-url yaho=http://x', 'there is no provider "yaho"'],
    ['--provider-url yahoo=http://a --provider-url yahoo=http://b', '--provider-url yahoo=… is given twice'],
    [
      '--provider polygon,csv --provider-url polygon=http://a,csv=./b',
      'a,csv=./b: it is of one provider; give it twice: --provider-url polygon=… --provider-url csv=…',
    ],
    ['--provider-url polygon=http://a,yahoo=http://b', 'give it twice: --provider-url polygon=…'],
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

  // No more than that: they cannot be left out.
  it.each([
    ['query ""', 'SQL is empty; give it'],
    ['inspect ""', 'PATH is empty; give it'],
    ['copy data ""', 'TO is empty; give it'],
    ['rename "" META', 'OLD is empty; give it'],
  ])('backfill %s: it must be given', (line, message) => {
    expect(() => meant(line)).toThrow(expect.objectContaining({ message }));
  });
});
