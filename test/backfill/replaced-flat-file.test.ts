import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import type { History } from '../../src/library/history.ts';
import { csvFolderMarket } from '../../src/market/csv-folder.ts';
import { FLAT_KEYS, POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { type Logged, start, stopAll } from '../simulator/running.ts';

// A vendor mends a file of some day after it was read: the same name has other bytes.

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replaced-flat-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

const NOW = Date.parse('2024-01-20T12:00:00Z');
const DAYS = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11', '2024-01-12'];
const WEEK = { start: '2024-01-08', end: '2024-01-12' };
const MENDED = '2024-01-10';

/** A server of the files of one share, whose close on one day is as given. */
async function served(name: string, close: number): Promise<Logged> {
  const path = join(folder, name);
  await mkdir(path);
  const rows = DAYS.map((day, i) => `${day},10,11,9,${day === MENDED ? close : 10 + i / 10},${1000 + i}`);
  await writeFile(join(path, 'AAPL.csv'), ['date,open,high,low,close,volume', ...rows, ''].join('\n'));
  return await start({ wire: 'polygon', market: csvFolderMarket(path), now: () => NOW });
}

function historyOf({ url }: Logged): History {
  return openHistory({
    ...{ store: join(folder, 'store'), stateFolder: join(folder, 'state'), workers: 1, quotas: [] },
    provider: { id: 'polygon', url, settings: { tier: 'advanced', source: 'flat' } },
    secrets: { key: POLYGON_KEYS.advanced, ...FLAT_KEYS.advanced },
    clock: () => NOW,
  });
}

const closesIn = async (history: History): Promise<(number | undefined)[]> =>
  (await history.read({ ticker: 'AAPL', interval: '1d' })).map(({ close }) => close);

it('a file that was replaced after it was read is met by verify, and what it said before stays to be found', async () => {
  const first = historyOf(await served('as-it-was', 10.5));
  expect(await first.backfill({ tickers: ['AAPL'], ...WEEK })).toMatchObject({ failures: [], inserted: 5 });
  await first.close();

  const mended = await served('mended', 10.8);
  const history = historyOf(mended);
  // What is there is not asked for again.
  await history.backfill({ tickers: ['AAPL'], ...WEEK });
  expect(mended.entries).toHaveLength(0);
  expect(await closesIn(history)).toEqual([10, 10.1, 10.5, 10.3, 10.4]);

  const found = await history.verify({ tickers: ['AAPL'], sample: 1 });
  expect(found).toMatchObject({ failures: [], revised: 1 });
  expect(await closesIn(history)).toEqual([10, 10.1, 10.8, 10.3, 10.4]);
  expect(await history.revisions({ tickers: ['AAPL'] })).toMatchObject([
    {
      ticker: 'AAPL',
      interval: '1d',
      before: { close: 10.5 },
      after: { close: 10.8, source: 'polygon/flat' },
    },
  ]);
  await history.close();
});
