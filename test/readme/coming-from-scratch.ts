import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Market } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { type Finished, built, ended } from '../acceptance/programs.ts';
import { wordsOf } from '../cli/meant.ts';
import { NOW } from './fixtures.ts';

/** A folder in which command lines run, with simulators in place of the providers and of the public lists. */
export interface Folder {
  readonly path: string;
  run(line: string): Promise<Finished>;
  remove(): Promise<void>;
}

/** By path in the folder. */
const FILES: Readonly<Record<string, string>> = {
  'data/portfolio.txt': 'AAPL MSFT TSLA GOOGL\n',
  'symbols.txt': 'BRIQ FJRD\n',
  '.env': '# nothing\n',
  '.env.production':
    'POLYGON_RATE_LIMIT=500\nWORKER_CONCURRENCY=3\nWORKER_MAX_TASKS_PER_CHILD=200\nBATCH_SIZE=100\n',
  'universe/etf_20241201.json': '["SPY"]',
  'universe/us_equities_20241201.json': '["AAPL", "MSFT"]',
  'universe/us_equities_20241202.json': JSON.stringify(manyTickers(270)),
};

/** Lists as their publishers have them, by the name of `--list-url`. */
const LISTS: Readonly<Record<string, string>> = {
  sp500: `Symbol,Security,Date added\n${manyTickers(503)
    .map((ticker) => `${ticker},Company ${ticker},2001-01-02`)
    .join('\n')}\n`,
  nasdaqtrader: [
    'Nasdaq Traded|Symbol|Security Name|Listing Exchange|Market Category|ETF|Round Lot Size|Test Issue',
    'Y|AAPL|Apple|Q|Q|N|100|N',
    'Y|MSFT|Microsoft|Q|Q|N|100|N',
    'Y|SPY|SPDR S&P 500|P| |Y|100|N',
    'File Creation Time: 1120202621:33|||||||\n',
  ].join('\n'),
};

/** Tickers, and those of the sample market that stand in for them. */
const YAHOO = { AAPL: 'ALFA', MSFT: 'WQAL', GOOG: 'DUNO', GOOGL: 'NYXA', TSLA: 'MOSK', SPY: 'KELV' };
const BINANCE = { 'BTC-USDT': 'PSDO-USDT' };

/** Commands that take long, or that a paced provider answers: they are planned only. */
const HEAVY = /--provider alphavantage|enqueue-batch|--timeframes 1m,/;

const CHILD = new URL('programs-child.mjs', import.meta.url);

/** `watch` would go on; it runs its command once. */
const WATCH = '#!/bin/sh\nshift 2\nexec "$@"\n';

export async function openFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'backfill-coming-from-'));
  const now = (): number => Date.parse(NOW);
  const simulators = [
    await startSimulator({ wire: 'yahoo', market: marketAs(YAHOO), now }),
    await startSimulator({ wire: 'alpaca', market: sampleMarket(), now }),
    await startSimulator({ wire: 'binance', market: marketAs(BINANCE), now }),
  ];
  const lists = await serveLists();
  const [yahoo, alpaca, binance] = simulators.map(({ url }) => url);
  const port = (lists.address() as AddressInfo).port;
  const settings = {
    'provider-url': [`yahoo=${yahoo}`, `alpaca=${alpaca}`, `binance=${binance}`],
    'list-url': Object.keys(LISTS).map((name) => `${name}=http://127.0.0.1:${port}/${name}`),
  };
  const programs = ['backfill', 'check-data'].map((name) => [
    `bin/${name}`,
    `#!/bin/sh\nexec '${process.execPath}' '${built(name)}' "$@"\n`,
  ]);
  const bin = Object.fromEntries([...programs, ['bin/watch', WATCH]]) as Record<string, string>;
  const files = { ...FILES, ...bin, 'backfill.config.json': JSON.stringify(settings) };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), text);
  }
  for (const name of Object.keys(bin)) await chmod(join(path, name), 0o755);
  const own = Object.entries(process.env).filter(([name]) => !/^(BACKFILL_|VITEST|npm_|NODE_)/.test(name));
  const env = {
    ...Object.fromEntries(own),
    HOME: join(path, 'home'),
    PATH: [join(path, 'bin'), process.env['PATH']].join(delimiter),
    BACKFILL_NOW: NOW,
    SA_ALPHA_VANTAGE_API_KEY: 'TESTFREE',
  };
  const keys = { APCA_API_KEY_ID: ALPACA_KEYS.keyId, APCA_API_SECRET_KEY: ALPACA_KEYS.secretKey };
  // Threads of the programs shall load no TypeScript.
  const child = fork(CHILD, { cwd: path, env, execArgv: [], stdio: 'inherit' });
  return {
    path,
    run: (line) => {
      const text = HEAVY.test(line) && !line.includes('--dry-run') ? `${line} --dry-run` : line;
      // A source that lacks its keys is not asked.
      const more = line.includes('--provider alpaca') ? keys : {};
      if (!isShell(line)) return runIn(child, text, more);
      const shell = ['-euo', 'pipefail', '-c', text];
      return ended(
        spawn('bash', shell, { cwd: path, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] }),
      );
    },
    remove: async () => {
      const ending = once(child, 'close');
      child.kill('SIGKILL');
      await ending;
      for (const simulator of simulators) await simulator.close();
      lists.closeAllConnections();
      await new Promise((resolve) => lists.close(resolve));
      await rm(path, { recursive: true });
    },
  };
}

/** Whether a line is for a shell, and not just a program with its arguments. */
export function isShell(line: string): boolean {
  return /[|>&]|^\w+=|^(time|watch) /.test(line);
}

async function runIn(child: ChildProcess, line: string, env: NodeJS.ProcessEnv): Promise<Finished> {
  const [name = '', ...argv] = wordsOf(line);
  child.send({ url: pathToFileURL(built(name)).href, argv, env });
  const [finished] = (await once(child, 'message')) as [Finished];
  return finished;
}

/** The sample market under other tickers: by those that it is asked for, its own. */
function marketAs(names: Readonly<Record<string, string>>): Market {
  const sample = sampleMarket();
  const own = (ticker: string): string => names[ticker] ?? '';
  return {
    tickers: () => Object.keys(names).toSorted(),
    listing: (ticker) => {
      const listing = sample.listing(own(ticker));
      return listing && { ...listing, ticker, name: ticker };
    },
    intervals: (ticker) => sample.intervals(own(ticker)),
    rows: (ticker, interval, range) => sample.rows(own(ticker), interval, range),
    actions: (ticker) => sample.actions(own(ticker)),
    quiet: (ticker) => sample.quiet(own(ticker)),
  };
}

async function serveLists(): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const list = LISTS[url.slice(1)];
    response.writeHead(list === undefined ? 404 : 200).end(list);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** `QAA`, `QBA` …: names that nobody has to mean. */
function manyTickers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const letters = [i % 26, Math.floor(i / 26)].map((at) => String.fromCodePoint(65 + at));
    return `Q${letters.join('')}`;
  });
}
