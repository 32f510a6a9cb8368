import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MS_PER_DAY } from '../../src/core/session/day.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { SESSIONS, XNYS } from './received.ts';
import { type YahooSeries, fillFrom, serveSeries, stopSeries } from './yahoo-series.ts';
import { rowsIn } from '../store/rows.ts';

const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
const META = {
  ...{ currency: 'USD', exchangeName: 'NMS', exchangeTimezoneName: 'America/New_York', timezone: 'EST' },
  ...{ gmtoffset: -18_000, regularMarketTime: 1_751_313_600 },
};
const EX = 10;
const open = (session: number): number => XNYS.session(SESSIONS[session] ?? 0).open / 1000;

/** Twenty sessions that traded at 1 before a reverse split of 1:190 and at 190 from then on, as a vendor tells them. */
function wire(isApplied: boolean, sessions = 20): YahooSeries {
  const rows = SESSIONS.slice(0, sessions).map((_, i) => {
    const shares = i < EX && isApplied ? 190 : 1;
    const price = shares * ((i < EX ? 1 : 190) + i / 1000);
    const volume = (i < EX ? 190_000 : 1000) / shares;
    return [open(i), price, price + shares / 1000, price - shares / 1000, price, volume];
  });
  const splits = [{ date: open(EX), numerator: 1, denominator: 190, splitRatio: '1:190' }];
  return { meta: { ...META, regularMarketTime: open(sessions - 1) + 23_400 }, rows, splits };
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
let served: YahooSeries;
let url = '';
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
  url = await serveSeries(() => served);
});
afterEach(async () => {
  await stopSeries();
  await folder.remove();
});

const dateOf = (session: number): string =>
  new Date((SESSIONS[session] ?? 0) * MS_PER_DAY).toISOString().slice(0, 10);
const fill = (first: number, last: number, onSession: number, everything = false) =>
  fillFrom(url, store, `${dateOf(onSession)}T12:00:00Z`, {
    ...{ tickers: ['AAPL'], start: dateOf(first), end: dateOf(last), everything },
  });
const closes = async (): Promise<number[]> =>
  (await rowsIn(store, AAPL)).map(({ close }) => Math.round(close));
const TRADED = [...Array.from({ length: EX }, () => 1), ...Array.from({ length: 9 }, () => 190)];

describe('a listed split that the wire does not apply', () => {
  it('is named, and its prices and volumes are stored as they came', async () => {
    served = wire(false);
    const { warnings, failures } = await fill(0, 18, 20);
    expect(failures).toEqual([]);
    expect(warnings).toEqual([
      {
        ...{ ticker: 'AAPL', interval: '1d', session: dateOf(EX), kind: 'basis-flip' },
        note: 'the provider lists the split 1:190, and its earlier prices are not adjusted for it: stored as they came',
      },
    ]);
    expect(await closes()).toEqual(TRADED);
    expect((await rowsIn(store, AAPL)).map(({ volume }) => volume)[0]).toBe(190_000);
    expect(await store.readActions('AAPL')).toHaveLength(1);
  });

  it('is judged alike whatever part of the series is asked for, in any order', async () => {
    served = wire(false);
    const parts = [
      [9, 9],
      [14, 18],
      [0, 4],
      [10, 13],
      [5, 8],
    ] as const;
    for (const [first, last] of parts) expect((await fill(first, last, 20)).failures).toEqual([]);
    expect(await closes()).toEqual(TRADED);
    expect(await store.readRevisions(AAPL)).toEqual([]);
  });

  it('changes no stored price when the vendor applies it at last', async () => {
    served = wire(false, 16);
    await fill(0, 14, 16);
    served = wire(true);
    const { failures, revised } = await fill(0, 18, 20, true);
    expect(failures).toEqual([]);
    expect(revised).toBe(0);
    expect(await closes()).toEqual(TRADED);
  });
});
