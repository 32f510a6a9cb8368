import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { WEEK, update } from '../store/fixtures.ts';
import {
  beginDoored,
  ALFA,
  MONTH,
  OTHERS,
  TICKERS,
  door,
  folder,
  history,
  isFree,
} from './doored-history.ts';

beginDoored();

const AAPL = { ticker: 'AAPL', interval: '1d' } as const;

describe('a history that is closed', () => {
  it('has waited for all that writes, and writes no more', async () => {
    let isDone = false;
    const held = door.hold('NYXA');
    const filling = history.backfill({ tickers: TICKERS, ...MONTH }).finally(() => (isDone = true));
    await held;
    const closing = history.close();
    const late = history.backfill({ tickers: ['BRIQ'], ...MONTH });
    await expect(late).rejects.toMatchObject({ code: 'cancelled', message: 'the history is closed' });
    expect(isDone).toBe(false);
    door.release();
    await closing;
    await new Promise(setImmediate);
    expect(isDone).toBe(true);
    expect(await filling).toMatchObject({ fetched: 4 });
    expect(await isFree()).toBe(true);
  });

  it('has waited for what was called in the same turn, however often it is closed', async () => {
    await openStore(join(folder, 'data')).upsert(update(WEEK));
    const ended: string[] = [];
    const called = <T>(name: string, call: Promise<T>): Promise<T> => call.finally(() => ended.push(name));
    const filling = called('backfill', history.backfill({ tickers: OTHERS, ...MONTH }));
    const reading = called('read', history.read(AAPL));
    const checking = called('coverage', history.coverage());
    const forgetting = called('forget', history.forget('MSFT'));
    const asking = called(
      'query',
      history.query('SELECT 1 AS one', async ({ columns }) => columns),
    );
    const closings = [history.close(), history.close()];
    await closings[1];
    expect(ended.toSorted()).toEqual(['backfill', 'coverage', 'forget', 'query', 'read']);
    expect(await filling).toMatchObject({ fetched: 2, failed: 0, stopped: null });
    expect(await Promise.all([reading, checking, forgetting, asking])).toMatchObject([
      { length: 5 },
      { unreadable: [] },
      { rows: 0 },
      ['one'],
    ]);
    await closings[0];
    await history.close();
    expect(await isFree()).toBe(true);
  });

  it('refuses whatever comes later, and nothing else after a call that failed', async () => {
    const refused = history.read({ ticker: 'NOPE', interval: '1d' });
    await expect(refused).rejects.toMatchObject({ code: 'not-stored' });
    expect(await history.forgotten()).toEqual([]);
    await history.close();
    for (const late of [() => history.read(ALFA), () => history.plan(), () => history.forgotten()])
      await expect(late()).rejects.toMatchObject({ code: 'cancelled', message: 'the history is closed' });
  });
});
