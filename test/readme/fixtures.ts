/**
 * What the blocks of the README need to be run as they stand there, by the test beside this file. To add a recipe to the
 * README, write it there; if its command lines fail here, say what they need:
 *
 * - a file, another run before it, another exit code, a server that goes on: an entry of `FIXTURES`, found by a text of
 *   the command line that no other edit is likely to change;
 * - a path or an address that cannot be had here: an entry of `INSTEAD`;
 * - a ticker that `MARKET` has not: add it there;
 * - a file of the project that is shown whole: an entry of `FILES`, by the name in the block's first line;
 * - a block that is not run but shown (an output, a drawing, a file): an entry of `SHOWN`, by its first line.
 *
 * An entry that no line of the README needs any more fails too.
 */
import { reach } from '../../bench/questions/reach.ts';
import { PORTFOLIO_TEXT } from '../../src/backfill/want/portfolio.ts';
import { membersInText } from '../../src/core/universe/members-text.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { JQ, type Need } from '../needs.ts';
import { csvOf, marketOf } from './market.ts';

/** The instant of every run: that of the output of `npm start` in the README. */
export const NOW = '2026-11-20T22:00:00Z';

const PORTFOLIO = membersInText(PORTFOLIO_TEXT, 'portfolio').map(({ ticker }) => ticker);

export const MARKET = marketOf([...PORTFOLIO, 'FB', 'NWSA', 'FOXA', 'TFCFA', 'ACME']);

/** What Binance has. */
export const PAIRS = marketOf(['BTC-USDT']);

interface Fixture {
  /** A text of the command lines that it is for. */
  readonly of: string;
  /** Files to be there first, by their paths in the working folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Command lines to be run first. */
  readonly before?: readonly string[];
  /** Exit code, where it is another than 0. */
  readonly exit?: number;
  /** What it needs of the machine. */
  readonly need?: Need;
  /** It serves until another one does; a `PORT` of the lines after it is the one that it prints. */
  readonly serves?: true;
  /** Of a program: what it does besides, and prints. */
  readonly besides?: string;
  readonly prints?: string;
}

export const FIXTURES: readonly Fixture[] = [
  { of: 'import { batchesOf, joinRuns', prints: '0\n' },
  { of: 'history.batches(', prints: 'AAPL 20 true\nMSFT 20 true\n0\n' },
  {
    of: 'history.replay(',
    prints: ['05', '06', '07', '08']
      .flatMap((day) => ['MSFT', 'AAPL'].map((ticker) => `2026-01-${day}T21:00:00.000Z ${ticker}\n`))
      .join(''),
  },
  { of: 'await arrowTable(', prints: 'ticker ts close is_final adjusted true\n' },
  { of: 'history.record(', prints: 'provisional yahoo recorded yahoo\ntrue 270.6 yahoo\n' },
  { of: 'await history.ensureRange(', prints: 'true []\n' },
  { of: "from 'backfill/qmtl'", prints: '30\n' },
  { of: 'await reader.missing(', prints: 'true\n' },
  { of: 'universe/etf_20241201.json', files: { 'universe/etf_20241201.json': '["AAPL"]' } },
  { of: 'universe/us_equities_*.json', files: { 'universe/us_equities_20241201.json': '["AAPL", "MSFT"]' } },
  // There is no such host.
  { of: 'postgres://me@db.example', exit: 2 },
  { of: 'questdb://me@db.example', exit: 2 },
  { of: 'redis://queue.example', exit: 2 },
  // Nobody has keys.
  { of: 's3://', exit: 2 },
  { of: '@tickers.txt', files: { 'tickers.txt': 'AAPL\nMSFT  # a comment\n' } },
  // The recipe before it has removed some.
  { of: '--out prices.parquet', before: ['backfill --tickers @tickers.txt --start 2015-01-02'] },
  { of: 'rename FB META', before: ['backfill --tickers FB --start 2022-05-02 --end 2022-06-08'] },
  {
    of: 'tfcfa.csv',
    files: { 'tfcfa.csv': '20130628,nwsa\n20190319,foxa\n20501231,tfcfa\n' },
    before: [
      'backfill --tickers NWSA --start 2013-06-03 --end 2013-06-28',
      'backfill --tickers FOXA --start 2019-03-01 --end 2019-03-19',
    ],
  },
  {
    of: './my-csv',
    files: {
      'my-csv/ACME.csv': csvOf(MARKET, 'ACME', { from: parseDay('2013-02-08'), to: parseDay('2026-11-21') }),
    },
  },
  { of: 'backfill simulate', serves: true },
  { of: 'backfill serve', serves: true },
  // Nothing is mailed here, which is no success.
  { of: 'Prices: $BACKFILL_RESULT', exit: 1 },
  { of: 'jq -', need: JQ },
  {
    of: "read({ ticker: 'AAPL', interval: '1d' }",
    besides: 'console.log(summary.failed, report.series.length, bars.length > 200);',
    prints: '0 1 true\n',
  },
  {
    of: 'revisions/interval=1d',
    before: [
      'backfill --provider sample --tickers ALFA --interval 5m,1m --days 2',
      "sed -i '100s/[^,]*$/1/' my-csv/ACME.csv",
      'backfill --provider csv --provider-url csv=./my-csv --basis raw --start 2013-02-08 --no-gaps',
    ],
  },
];

/** What the commands that install say in a scratch project: the packages are lent, and the tests are what runs this. */
export const DONE_ALREADY: readonly string[] = ['npm ci', 'npm test'];

/** Texts of blocks that are something else here: the provider is a simulator at `url`. */
export const INSTEAD: Readonly<Record<string, (url: string, binance: string) => string>> = {
  '/srv/prices': () => '.',
  '/var/lib/node_exporter': () => '.',
  '/tmp/try': () => './try',
  'serve --daily': () => 'serve --port 0 --daily',
  "'https://api.binance.com/api": (_, binance) => `'${binance}/api`,
  'serve --store': () => 'serve --port 0 --store',
  '127.0.0.1:8321/api': () => '127.0.0.1:PORT/api',
  '--provider binance --tickers': () => '--dry-run --provider binance --tickers',
  "provider: 'none'": () => `provider: 'none', clock: () => Date.parse('${NOW}')`,
  "provider: { id: 'yahoo' }": (url) =>
    `provider: { id: 'yahoo', url: '${url}' }, clock: () => Date.parse('${NOW}')`,
};

/** Files of the project that are shown whole, by the name in the first line of their block. */
export const FILES: Readonly<Record<string, string>> = {
  'klines.mjs': 'test/providers/toy/klines.mjs',
  'toy.mjs': 'test/providers/toy/toy.mjs',
  'wire.mjs': 'test/providers/toy/wire.mjs',
  'toy.check.mjs': 'test/providers/toy/toy.check.mjs',
};

export type Shown = 'output of npm start' | 'files of the store' | 'nothing of a run';

/** An event, which is held against what events have. */
export const EVENT_SHOWN =
  '{"level":"info","time":"2026-11-20T22:00:01.307Z","pid":4711,"event":"backfill.ticker_done","run":"20261120T220000Z-3f9a","provider":"yahoo","ticker":"AAPL","interval":"1d","result":"fetched","bars":252,"inserted":252,"changed":0,"revised":0,"rejected":0,"missing":0,"fetch_ms":241,"store_ms":18,"done":42,"total":503}';

/** Blocks that are shown, by their first line, and what they are compared with. */
export const SHOWN: Readonly<Record<string, Shown>> = {
  '62 tickers that sample lists, the last 252 sessions of 1d': 'output of npm start',
  ' main thread                                        worker threads': 'nothing of a run',
  'data/': 'files of the store',
  [EVENT_SHOWN]: 'nothing of a run',
  'Copied 499 series, 611,520 bars, 0 splits and dividends, 0 replaced values, 3 documents':
    'nothing of a run',
  // Whether systemd takes them is asked by a test of their own.
  '# /etc/systemd/system/backfill.service': 'nothing of a run',
  '# /etc/systemd/system/backfill.timer': 'nothing of a run',
  '# /etc/systemd/system/backfill-daily.service': 'nothing of a run',
  '48 tickers x 252 sessions, 1000 ms latency, one fetch in flight a worker': 'nothing of a run',
  // Held by a test of its own.
  [reach.asks]: 'nothing of a run',
};
