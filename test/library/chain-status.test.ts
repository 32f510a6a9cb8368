import { expect, it } from 'vitest';
import type { RecordedRun } from '../../src/backfill/run/run-record.ts';
import { partsOfChain } from '../../src/backfill/settle/parts-of-chain.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { UNBOUNDED } from '../../src/report/page.ts';
import { type StoreStatus, statusText } from '../../src/report/status-text.ts';
import { start } from '../simulator/running.ts';
import { chainStore, firstSessions, NOW, refusing, spiked } from './chain-store.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';

const { optionsOf } = chainStore();

it('the status tells what each provider of the last chain did, as its end told', async () => {
  const tickers = tickersOf(12);
  const [holed = '', unknown = '', odd = ''] = tickers;
  const empty = new Set(firstSessions('2026-10-05', 3));
  const full = spiked(walkingMarket(tickers), new Set([odd]), startOfDay(parseDay('2026-10-20')));
  const market = lacking(full, new Set([unknown]), (ticker, ts) => ticker === holed && empty.has(ts));
  // Records of one second stand in no order.
  let now = NOW;
  const first = await start({ wire: 'polygon', market, now: () => now });
  const second = await start({ wire: 'yahoo', market: full, now: () => now });
  const down = await refusing(401);
  const run = async (url = second.url): Promise<{ summary: RunSummary; status: StoreStatus }> => {
    now += 60_000;
    const history = openHistory(optionsOf(first, { ...second, url }, { clock: () => now }));
    const request = { tickers, start: '2026-10-01', end: '2026-11-18' };
    const summary = await history.backfill({ ...request, secondOpinion: true });
    const status = await history.status();
    await history.close();
    return { summary, status };
  };
  const lines = ({ status }: { status: StoreStatus }): string[] =>
    statusText(status, UNBOUNDED).filter((line) => /polygon: |yahoo: |^last run/.test(line));
  const told = ({ summary: { byProvider = [] } }: { summary: RunSummary }) =>
    byProvider.map(({ provider, sent, bars, fetched, failed }) => ({
      ...{ provider, sent, bars, fetched, failed },
    }));

  const broken = await run(down.url);
  await down.close();
  expect(broken.status.last?.byProvider).toMatchObject(told(broken));
  expect(lines(broken).slice(0, 3)).toEqual([
    'last run   2026-11-20 12:01 UTC, from polygon, then yahoo',
    expect.stringMatching(/^ {11}polygon: \d+ requests, \d+ bars; 11 fetched, 1 cannot be had$/),
    expect.stringMatching(
      /^ {11}yahoo: \d+ requests?, 0 bars; 0 fetched, 2 not run; stopped: Yahoo answered 401/,
    ),
  ]);

  const filled = await run();
  expect(filled.status.last?.byProvider).toMatchObject(told(filled));
  expect(lines(filled).slice(1, 3)).toEqual([
    expect.stringMatching(/^ {11}polygon: /),
    expect.stringMatching(/^ {11}yahoo: 3 requests, 38 bars; 2 fetched$/),
  ]);

  const idle = await run();
  expect(lines(idle).slice(1, 3)).toEqual([
    expect.stringMatching(/^ {11}polygon: 0 requests, 0 bars; 0 fetched/),
    '           yahoo: was not asked',
  ]);
}, 120_000);

it('the parts of a chain are of all its batches, and of no chain before', () => {
  const place = (number: number) => ({
    ...{ number, of: 2, first: 1, last: 2, total: 4, asked: { first: 1, last: 2 }, list: 'a' },
  });
  const record = (provider: string, begunAt: number, batch?: number): RecordedRun => ({
    ...{ id: `${begunAt}`, provider, startedAt: begunAt, endedAt: begunAt, unavailable: 0, notRun: 0 },
    ...{ fetched: 1, failed: 0, bars: 10, sent: 2, stopped: null, failures: [] },
    chain: { providers: ['a', 'b'], begunAt },
    ...(batch !== undefined && { batch: place(batch) }),
  });
  const [newest, ...others] = [record('a', 3, 2), record('b', 2, 1), record('a', 2, 1), record('b', 1)];
  const parts = partsOfChain(newest, [newest, ...others]);
  const of = parts?.map(({ provider, sent, bars, fetched }) => [provider, sent, bars, fetched]);
  expect(of).toEqual([
    ['a', 4, 20, 2],
    ['b', 2, 10, 1],
  ]);
  // Of two that failed one came when it was asked for by itself.
  const once = { ...record('a', 5), failed: 2 };
  const again = {
    ...record('a', 5),
    series: 2,
    failed: 1,
    chain: { providers: ['a'], begunAt: 5, isAgain: true as const },
  };
  expect(partsOfChain(again, [again, once])).toMatchObject([{ provider: 'a', failed: 1, fetched: 2 }]);
  const { chain: _none, ...alone } = record('a', 4);
  expect(partsOfChain(alone, [alone, ...others])).toBeUndefined();
});
