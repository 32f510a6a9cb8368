import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { leftovers } from '../pool/leftovers.ts';
import {
  beginDoored,
  ALFA,
  MONTH,
  OTHERS,
  TICKERS,
  door,
  folder,
  history,
  openWith,
  isFree,
  simulator,
} from './doored-history.ts';

beginDoored();

/** How often each ticker was asked for. */
function asked(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { symbol } of simulator.entries) counts[symbol ?? ''] = (counts[symbol ?? ''] ?? 0) + 1;
  return counts;
}

const once = (tickers: readonly string[]): Record<string, number> =>
  Object.fromEntries(tickers.map((ticker) => [ticker, 1]));

describe('calls of one history at the same time', () => {
  it('ask for nothing twice, and lock nobody out', async () => {
    await history.backfill({ tickers: ['ALFA'], ...MONTH });
    const more = [...TICKERS, ...OTHERS];
    const reads = Array.from({ length: 20 }, () => history.read(ALFA, MONTH));
    const [first, second] = await Promise.all([
      history.backfill({ tickers: TICKERS, ...MONTH }),
      history.backfill({ tickers: more, ...MONTH }),
      ...reads,
    ]);
    expect(asked()).toEqual(once(more));
    expect(first).toMatchObject({ fetched: 3, complete: 1, failed: 0 });
    expect(second).toMatchObject({ fetched: 2, complete: 4, failed: 0 });
    for (const bars of await Promise.all(reads)) expect(bars).toHaveLength(20);
    expect(await isFree()).toBe(true);
  });

  it('that are held together are interrupted by no other process, and refused before they begin', async () => {
    const other = openHistory({ store: join(folder, 'data') });
    await history.holding(async () => {
      await history.backfill({ tickers: ['ALFA'], ...MONTH });
      expect(await isFree()).toBe(false);
      await expect(other.holding(async () => expect.unreachable())).rejects.toMatchObject({
        code: 'store-locked',
      });
      await history.backfill({ tickers: ['BRIQ'], ...MONTH });
    });
    expect(await isFree()).toBe(true);
    await expect(other.holding(async () => 'what it did')).resolves.toBe('what it did');
    await other.close();
  });

  it('go side by side where they want other tickers, and hold the store until the last has ended', async () => {
    const { threads } = leftovers();
    openWith(2);
    const held = door.hold('NYXA');
    const long = history.backfill({ tickers: TICKERS, ...MONTH });
    await held;
    const short = await history.backfill({ tickers: OTHERS, ...MONTH });
    expect(short).toMatchObject({ fetched: 2, failed: 0, sent: 2 });
    expect(await isFree()).toBe(false);
    await expect(openHistory({ store: join(folder, 'data') }).forget('BRIQ', MONTH)).rejects.toMatchObject({
      code: 'store-locked',
    });
    door.release();
    expect(await long).toMatchObject({ fetched: 4, failed: 0, stopped: null, sent: 4 });
    expect(await isFree()).toBe(true);
    expect([leftovers().threads - threads, door.most()]).toEqual([1, 2]);
  });

  it('share their thread and its places, and find it warm until the history is closed', async () => {
    const { threads } = leftovers();
    const alone = [...TICKERS, ...OTHERS].map((ticker) => history.backfill({ tickers: [ticker], ...MONTH }));
    for (const one of await Promise.all(alone)) expect(one).toMatchObject({ fetched: 1, sent: 1 });
    expect([leftovers().threads - threads, door.most()]).toEqual([1, 1]);
    await history.backfill({ tickers: ['QUIL'], ...MONTH });
    expect([leftovers().threads - threads, door.most()]).toEqual([1, 1]);
    await history.close();
    expect(leftovers().threads).toBe(threads);
  });

  it('are stopped one by one', async () => {
    const stop = new AbortController();
    openWith(2);
    const held = door.hold('NYXA');
    const stopped = history.backfill({ tickers: ['NYXA', 'ORBL', 'PYRE'], ...MONTH, stop: stop.signal });
    await held;
    const other = door.hold('BRIQ');
    const going = history.backfill({ tickers: OTHERS, ...MONTH });
    await other;
    stop.abort();
    door.release();
    expect(await going).toMatchObject({ fetched: 2, failed: 0, stopped: null });
    expect(await stopped).toMatchObject({ stopped: { reason: 'interrupted' }, failed: 0 });
    expect(await history.backfill({ tickers: ['PYRE'], ...MONTH })).toMatchObject({
      failed: 0,
      stopped: null,
    });
  });

  it('lose nothing where one of them that others wait for is stopped', async () => {
    const stop = new AbortController();
    const held = door.hold('NYXA');
    const first = history.backfill({ tickers: TICKERS, ...MONTH, stop: stop.signal });
    await held;
    const second = history.backfill({ tickers: TICKERS, ...MONTH });
    stop.abort();
    door.release();
    const { fetched, stopped } = await first;
    expect(stopped?.reason).toBe('interrupted');
    expect(fetched).toBeLessThan(4);
    expect(await second).toMatchObject({ fetched: 4 - fetched, complete: fetched, failed: 0, stopped: null });
    expect(asked()).toEqual(once(TICKERS));
  });

  it('end at once where they are stopped while they wait', async () => {
    const stop = new AbortController();
    const held = door.hold('NYXA');
    const first = history.backfill({ tickers: TICKERS, ...MONTH });
    await held;
    const second = history.backfill({ tickers: ['NYXA', 'BRIQ'], ...MONTH, stop: stop.signal });
    const third = history.backfill({ tickers: ['NYXA', 'BRIQ'], ...MONTH });
    stop.abort();
    expect(await second).toMatchObject({ stopped: { reason: 'interrupted' }, fetched: 0, notRun: 2 });
    door.release();
    expect(await first).toMatchObject({ fetched: 4, failed: 0 });
    expect(await third).toMatchObject({ fetched: 1, complete: 1, failed: 0 });
    expect(asked()).toEqual(once([...TICKERS, 'BRIQ']));
  });

  it('forget and mend in their turn', async () => {
    const held = door.hold('NYXA');
    const filling = history.backfill({ tickers: TICKERS, ...MONTH });
    await held;
    const forgetting = history.forget('ALFA');
    const mending = history.doctor({ fix: true });
    door.release();
    expect(await filling).toMatchObject({ fetched: 4 });
    expect(await forgetting).toMatchObject({ rows: 20 });
    expect(await mending).toMatchObject({ damages: [] });
    expect(await history.backfill({ tickers: TICKERS, ...MONTH })).toMatchObject({ fetched: 1, complete: 3 });
  });
});
