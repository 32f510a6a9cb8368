import { afterEach, beforeEach } from 'vitest';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { formatDay } from '../../src/core/session/day.ts';
import { readAdjusted } from '../../src/library/adjusted.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { SESSIONS, XNYS } from './received.ts';
import { type YahooSeries, fillFrom, serveSeries, stopSeries } from './yahoo-series.ts';
import { rowsIn } from '../store/rows.ts';

export const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
const META = {
  ...{ currency: 'USD', exchangeName: 'NMS', exchangeTimezoneName: 'America/New_York', timezone: 'EST' },
  gmtoffset: -18_000,
};
const open = (session: number): number => XNYS.session(SESSIONS[session] ?? 0).open / 1000;
export const dateOf = (session: number): string => formatDay(SESSIONS[session] ?? 0);

export interface Vendor {
  /** Sessions before which prices are divided by 2 on the wire, of shares that trade at 200 before the session of their split and at 100 from it on. */
  readonly dividedBefore?: number;
  readonly splits?: readonly (readonly [session: number, ratio: number])[];
  readonly dividends?: readonly (readonly [session: number, amount: number])[];
}

/** The session since which shares trade at half. */
let exSession = 10;

/** Has the shares trade at 100 all along. */
export function neverSplit(): void {
  exSession = 0;
}

function wire({ dividedBefore = 0, splits = [], dividends = [] }: Vendor): YahooSeries {
  const rows = SESSIONS.slice(0, 60).map((_, i) => {
    const close = (i < exSession ? 200 : 100) / (i < dividedBefore ? 2 : 1) + (i % 3) / 8;
    return [open(i), close, close + 1, close - 1, close, 1000];
  });
  return {
    meta: { ...META, regularMarketTime: open(59) + 23_400 },
    rows,
    splits: splits.map(([session, ratio]) => ({
      ...{ date: open(session), numerator: ratio, denominator: 1, splitRatio: `${ratio}:1` },
    })),
    dividends: dividends.map(([session, amount]) => ({ date: open(session), amount })),
  };
}

/** An empty store, new for each test, and a vendor of AAPL that may change what it says. */
export let folder: Awaited<ReturnType<typeof temporaryFolder>>;
export let store: BarStore;
let vendor: Vendor;
let url = '';

/** Has each test of a file begin with a store of its own. */
export function beginEmpty(): void {
  beforeEach(async () => {
    exSession = 10;
    folder = await temporaryFolder();
    store = openStore(folder.path);
    url = await serveSeries(() => wire(vendor));
  });
  afterEach(async () => {
    await stopSeries();
    await folder.remove();
  });
}

export const fill = (
  said: Vendor,
  [first, last]: readonly [number, number],
  on: number,
  everything = false,
) => {
  vendor = said;
  return fillFrom(url, store, `${dateOf(on)}T12:00:00Z`, {
    ...{ tickers: ['AAPL'], start: dateOf(first), end: dateOf(last), everything },
  });
};
export const closes = async (): Promise<number[]> =>
  (await rowsIn(store, AAPL)).map(({ close }) => Math.round(close / 10) * 10);
export const adjusted = async (): Promise<number[]> =>
  (await readAdjusted(store, AAPL, { adjust: 'splits' })).map(({ close }) => Math.round(close / 10) * 10);
export const flat = (count: number, close: number): number[] => Array.from({ length: count }, () => close);
export const splitDays = async (): Promise<string[]> =>
  (await store.readActions('AAPL'))
    .filter(({ kind }) => kind === 'split')
    .map(({ exDay }) => formatDay(exDay));
export const notes = ({ warnings }: RunSummary): string[] =>
  warnings.filter(({ kind }) => kind === 'action-changed').map(({ session, note }) => `${session} ${note}`);
