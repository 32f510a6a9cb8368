import { afterEach, beforeEach, expect, it } from 'vitest';
import type { History, HistoryOptions } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { POLYGON_KEYS, FLAT_KEYS } from '../../src/simulator/polygon/keys.ts';
import { type Counting, countedBytes } from '../providers/counted-bytes.ts';
import { NOW, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

// What a run says that came over the network, against what a server has sent.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const counting: Counting[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(counting.splice(0).map((one) => one.close()));
  await stopAll();
  await folder.remove();
});

async function counted(options: Parameters<typeof countedBytes>[0]): Promise<Counting> {
  const one = await countedBytes({ now: () => NOW, ...options });
  counting.push(one);
  return one;
}

const historyAt = (
  provider: NonNullable<HistoryOptions['provider']>,
  more: Partial<HistoryOptions> = {},
): History =>
  openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW, quotas: [] },
    ...{ provider, workers: 1, ...more },
  });

const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'DUNO', 'ELNA', 'FJRD', 'GLYF', 'HAZL'];

it('is what two threads received together, in the summary and on record', async () => {
  const server = await counted({ wire: 'yahoo' });
  const history = historyAt({ id: 'yahoo', url: server.url }, { workers: 2 });
  const { bytesReceived, runId, sent } = await history.backfill({ tickers: TICKERS, days: 60 });
  expect(sent).toBe(TICKERS.length);
  expect(bytesReceived).toBe(server.sent());
  expect(bytesReceived).toBeGreaterThan(server.bytes());
  const { runs } = await history.runs();
  expect(runs.map(({ summary }) => [summary.runId, summary.bytesReceived])).toEqual([[runId, bytesReceived]]);
  // Nothing is left to ask.
  expect(await history.backfill({ tickers: TICKERS, days: 60 })).toMatchObject({ sent: 0, bytesReceived: 0 });
  await history.close();
});

it('has the answers that refuse, and those that are of no use', async () => {
  const server = await counted({
    wire: 'yahoo',
    faults: { rates: 'throttle-seconds=15%,error-500=15%', seed: 3 },
  });
  const history = historyAt({ id: 'yahoo', url: server.url });
  const { bytesReceived, retries, throttles } = await history.backfill({ tickers: TICKERS, days: 20 });
  await history.close();
  expect(retries + throttles).toBeGreaterThan(0);
  expect(bytesReceived).toBe(server.sent());
});

it('has files that are read as they come, and those that are held', async () => {
  const files = await counted({ wire: 'polygon' });
  const flat = historyAt(
    { id: 'polygon', url: files.url, settings: { tier: 'advanced', source: 'flat' } },
    { secrets: { key: POLYGON_KEYS.advanced, ...FLAT_KEYS.advanced } },
  );
  const minutes = { tickers: ['ALFA'], intervals: ['1m' as const], days: 2 };
  expect((await flat.backfill(minutes)).bytesReceived).toBe(files.sent());
  await flat.close();
  const zips = await counted({ wire: 'binance' });
  const binance = historyAt({ id: 'binance', url: zips.url });
  const october = { tickers: ['PSDO-USDT'], start: '2026-10-05', end: '2026-10-20' };
  expect((await binance.backfill({ ...october, intervals: ['5m'] })).bytesReceived).toBe(zips.sent());
  expect(zips.entries.some(({ path }) => path.endsWith('.zip'))).toBe(true);
  await binance.close();
});

it('is of each provider of a chain, and of all together', async () => {
  const [first, second] = [await counted({ wire: 'polygon' }), await counted({ wire: 'yahoo' })];
  const history = historyAt(
    [
      { id: 'polygon', url: first.url, settings: { tier: 'free' } },
      { id: 'yahoo', url: second.url },
    ],
    { secrets: { key: POLYGON_KEYS.free } },
  );
  const { bytesReceived, byProvider } = await history.backfill({ tickers: ['ALFA', 'ELNA.PA'], days: 20 });
  await history.close();
  expect(byProvider?.map((part) => part.bytesReceived)).toEqual([first.sent(), second.sent()]);
  expect(bytesReceived).toBe(first.sent() + second.sent());
  expect(Math.min(first.sent(), second.sent())).toBeGreaterThan(0);
});
