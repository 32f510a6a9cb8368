import { afterEach, expect, it } from 'vitest';
import { DISK } from '../../src/store/parquet/files/disk.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import { fill, vendor, wideMarket } from '../backfill/wide-market.ts';
import { LONG_RUNS } from '../needs.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

/** More tickers than sessions; with `LONG_RUNS` a year of a market as wide as that of a small exchange: some minutes. */
const [TICKERS, SESSIONS] = LONG_RUNS ? [2000, 252] : [120, 90];

afterEach(stopAll);

it(
  `${SESSIONS} sessions of ${TICKERS} tickers are ${SESSIONS} requests and a commit a partition`,
  { timeout: 400 * TICKERS },
  async () => {
    const folder = await temporaryFolder();
    const market = wideMarket(TICKERS);
    const simulator = await start({ wire: 'sample', market });
    const commits = new Map<string, number>();
    const rename = (from: string, to: string): Promise<void> => {
      if (to.endsWith('bars.parquet')) commits.set(to, (commits.get(to) ?? 0) + 1);
      return DISK.rename(from, to);
    };
    const store = openParquetStore(folder.path, { ...DISK, rename });
    const summary = await fill(vendor(simulator.url), store, { tickers: market.names, days: SESSIONS }, NOW);
    expect(simulator.requests()).toBe(SESSIONS);
    expect(summary).toMatchObject({ failed: 0, fetched: TICKERS, requests: SESSIONS });
    expect(commits.size).toBe(TICKERS);
    expect(new Set(commits.values())).toEqual(new Set([1]));
    await folder.remove();
  },
);
