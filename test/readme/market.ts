import type { CorporateAction, Ohlcv } from '../../src/core/bars/bars.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { type DayRange, formatDay, parseDay, startOfDay, utcDayOf } from '../../src/core/session/day.ts';
import type { Market } from '../../src/market/market.ts';
import { bellShaped, randomFor } from '../../src/market/random.ts';
import { tradingMinutes } from '../../src/core/bars/session-grid.ts';

const FIRST = parseDay('2010-01-04');
const END = parseDay('2028-01-01');

const ACTIONS: Readonly<Record<string, readonly CorporateAction[]>> = {
  AAPL: [
    { kind: 'split', exDay: parseDay('2020-08-31'), ratio: 4 },
    { kind: 'dividend', exDay: parseDay('2020-11-06'), amount: 0.205 },
  ],
};

/** Walks at random in the sessions of each ticker, under the tickers that the README names, for want of their prices. */
export function marketOf(tickers: readonly string[]): Market {
  const histories = new Map<string, readonly Ohlcv[]>();
  const historyOf = (ticker: string): readonly Ohlcv[] => {
    const history = histories.get(ticker) ?? walk(ticker);
    histories.set(ticker, history);
    return history;
  };
  return {
    tickers: () => tickers,
    listing: (ticker) =>
      tickers.includes(ticker)
        ? {
            ticker,
            name: `${ticker} Inc.`,
            calendar: calendarFor(ticker).id,
            currency: 'USD',
            exchange: 'NMS',
            type: 'equity',
            firstTrade: FIRST,
            delistedOn: null,
          }
        : undefined,
    intervals: () => ['1m', '1d'],
    rows: (ticker, interval, { from, to }) => {
      if (!tickers.includes(ticker)) return [];
      const days = historyOf(ticker).filter(({ ts }) => startOfDay(from) <= ts && ts < startOfDay(to));
      if (interval === '1d') return days;
      return interval === '1m' ? days.flatMap((day) => minutesOf(ticker, day)) : [];
    },
    actions: (ticker) => ACTIONS[ticker] ?? [],
    quiet: () => [],
  };
}

const cents = (price: number): number => Math.round(price * 100) / 100;

/** A walk by the minute that begins where the day does. */
function minutesOf(ticker: string, { ts: day, open: first }: Ohlcv): Ohlcv[] {
  const random = randomFor(`${ticker} ${day}`);
  let close = first;
  return tradingMinutes(calendarFor(ticker).session(utcDayOf(day))).map((ts) => {
    const open = close;
    close = cents(open * (1 + bellShaped(random) * 0.0005));
    const prices = {
      open,
      high: cents(Math.max(open, close) + 0.01),
      low: cents(Math.min(open, close) - 0.01),
    };
    return { ts, ...prices, close, volume: Math.round(1000 * (1 + random())), vwap: null, trades: null };
  });
}

function walk(ticker: string): Ohlcv[] {
  const random = randomFor(ticker);
  let close = 100 + random() * 100;
  return calendarFor(ticker)
    .sessions({ from: FIRST, to: END })
    .map((day) => {
      for (const action of ACTIONS[ticker] ?? [])
        if (action.kind === 'split' && action.exDay === day) close /= action.ratio;
      const open = close * (1 + bellShaped(random) * 0.002);
      close = Math.max(20, open * (1 + bellShaped(random) * 0.01));
      const [high, low] = [
        Math.max(open, close) * (1 + random() / 100),
        Math.min(open, close) * (1 - random() / 100),
      ];
      const volume = Math.round(1e6 * (1 + random()));
      const prices = { open: cents(open), high: cents(high), low: cents(low), close: cents(close) };
      return { ts: startOfDay(day), ...prices, volume, vwap: null, trades: null };
    });
}

/** A file of a ticker as a vendor writes it, of sessions in `[from, to)`. */
export function csvOf(market: Market, ticker: string, range: DayRange): string {
  const lines = market
    .rows(ticker, '1d', range)
    .map(({ ts, open, high, low, close, volume }) =>
      [formatDay(Math.floor(ts / 86_400_000)), open, high, low, close, volume].join(','),
    );
  return ['date,open,high,low,close,volume', ...lines, ''].join('\n');
}
