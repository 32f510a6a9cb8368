import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromRoot } from '../harness/paths.ts';
import { inventMinutes } from './invented.ts';
import type { DailyMarket } from './daily-market.ts';

const REAL = fromRoot('../shared/realdata/intraday-raw/minute');

/** One ticker by the minute: six real sessions where they lie beside the checkout, else a month of invented ones. */
export async function minutes(scratch: string): Promise<DailyMarket> {
  if (!existsSync(REAL)) return inventMinutes(scratch, { tickers: 1, sessions: 21, end: '2026-11-20' });
  const tickerFile = join(scratch, 'minute-ticker.txt');
  await writeFile(tickerFile, 'IBM');
  return {
    ...{ what: 'IBM, 2013-10-04 to 2013-10-11, by the minute', folder: REAL, tickerFile, tickers: ['IBM'] },
    ...{ start: '2013-10-04', end: '2013-10-11', now: '2013-10-12T05:00:00Z' },
  };
}
