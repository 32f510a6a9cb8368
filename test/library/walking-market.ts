import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import type { Market, MarketRow } from '../../src/market/market.ts';
import { randomFor } from '../../src/market/random.ts';

/** So many tickers of New York, `QAAA`, `QAAB` …, in alphabetical order. */
export function tickersOf(count: number): readonly string[] {
  const letter = (n: number): string => String.fromCharCode(65 + (n % 26));
  return Array.from(
    { length: count },
    (_, n) => `Q${letter(Math.floor(n / 676))}${letter(Math.floor(n / 26))}${letter(n)}`,
  );
}

/** A market of daily bars from 2020 to 2027, a walk in cents for each ticker, without splits or dividends. */
export function walkingMarket(tickers: readonly string[]): Market {
  const walks = new Map<string, readonly MarketRow[]>();
  const walkOf = (ticker: string): readonly MarketRow[] => {
    const known = walks.get(ticker) ?? walk(ticker);
    walks.set(ticker, known);
    return known;
  };
  return {
    tickers: () => tickers,
    listing: (ticker) =>
      tickers.includes(ticker)
        ? {
            ...{ ticker, name: `${ticker} Inc`, calendar: 'XNYS', exchange: 'XNYS', currency: 'USD' },
            ...{ type: 'equity', firstTrade: parseDay('2020-01-02'), delistedOn: null },
          }
        : undefined,
    intervals: () => ['1d'],
    rows: (ticker, interval, { from, to }) =>
      interval === '1d' && tickers.includes(ticker)
        ? walkOf(ticker).filter(({ ts }) => ts >= startOfDay(from) && ts < startOfDay(to))
        : [],
    actions: () => [],
    quiet: () => [],
  };
}

function walk(ticker: string): readonly MarketRow[] {
  const random = randomFor(ticker);
  const days = calendarFor(ticker).sessions({ from: parseDay('2020-01-02'), to: parseDay('2027-01-01') });
  let last = 2000 + Math.floor(random() * 8000);
  return days.map((day) => {
    const open = last + Math.floor(random() * 41) - 20;
    const close = open + Math.floor(random() * 81) - 40;
    last = Math.min(20_000, Math.max(1000, close));
    const [high, low] = [Math.max(open, close) + 5, Math.min(open, close) - 5];
    const [o, h, l, c] = [open, high, low, close].map((cents) => cents / 100) as [
      number,
      number,
      number,
      number,
    ];
    const volume = 100_000 + Math.floor(random() * 900_000);
    return { ts: startOfDay(day), open: o, high: h, low: l, close: c, volume, vwap: null, trades: null };
  });
}

/** A market without some tickers, and without the rows that `isLacking`. */
export function lacking(
  market: Market,
  tickers: ReadonlySet<string>,
  isLacking: (ticker: string, ts: number) => boolean = () => false,
): Market {
  const has = (ticker: string): boolean => !tickers.has(ticker);
  return {
    intervals: (ticker) => market.intervals(ticker),
    actions: (ticker) => (has(ticker) ? market.actions(ticker) : []),
    quiet: (ticker) => market.quiet(ticker),
    tickers: () => market.tickers().filter(has),
    listing: (ticker) => (has(ticker) ? market.listing(ticker) : undefined),
    rows: (ticker, interval, range) =>
      has(ticker) ? market.rows(ticker, interval, range).filter(({ ts }) => !isLacking(ticker, ts)) : [],
  };
}
