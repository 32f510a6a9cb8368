import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromRoot } from '../harness/paths.ts';
import type { DailyMarket } from './daily-market.ts';
import { inventDaily } from './invented.ts';

const REAL = fromRoot('../shared/realdata/daily-sp500-2013-2018');

/** 499 real tickers × five years where they lie beside the checkout, else as many invented ones. */
export async function fiveYears(scratch: string): Promise<DailyMarket> {
  if (!existsSync(REAL)) return inventDaily(scratch, { tickers: 499, sessions: 1259, end: '2018-02-07' });
  const tickers = (await readdir(REAL)).map((name) => name.replace('_data.csv', '')).toSorted();
  const tickerFile = join(scratch, 'tickers.txt');
  await writeFile(tickerFile, tickers.join('\n'));
  return {
    what: `${tickers.length} real tickers, 2013-02-08 to 2018-02-07, daily`,
    ...{ folder: REAL, tickerFile, tickers },
    ...{ start: '2013-02-08', end: '2018-02-07', now: '2018-02-08T23:00:00Z' },
  };
}

/** The same market with its first tickers alone. */
export async function firstTickers(
  market: DailyMarket,
  count: number,
  scratch: string,
): Promise<DailyMarket> {
  const tickers = market.tickers.slice(0, count);
  const tickerFile = join(scratch, `first-${count}.txt`);
  await writeFile(tickerFile, tickers.join('\n'));
  return { ...market, what: `the first ${tickers.length} of ${market.what}`, tickers, tickerFile };
}
