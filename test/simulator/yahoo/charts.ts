import type { CorporateAction } from '../../../src/core/bars/bars.ts';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { parseDay, startOfDay } from '../../../src/core/session/day.ts';
import type { Market, MarketRow } from '../../../src/market/market.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { ask, type ChartResult, resultOf } from '../chart.ts';

export const market = sampleMarket();

/** A Friday, before New York opens. */
export const NOW = '2026-11-20T12:00:00Z';

/** An instant in seconds, as the wire has it. */
export function seconds(iso: string): number {
  return Date.parse(iso) / 1000;
}

export function chartPath(symbol: string, from: string, to: string, more = ''): string {
  return `/v8/finance/chart/${symbol}?period1=${seconds(from)}&period2=${seconds(to)}&interval=1d${more}`;
}

/** What the sample market's wire says of a symbol's daily bars. */
export function chart(symbol: string, from: string, to: string, more = '', now: string = NOW): ChartResult {
  return resultOf(ask(market, chartPath(symbol, from, to, more), now));
}

export function column(result: ChartResult, name: string): readonly (number | null)[] {
  return result.indicators.quote[0]?.[name] ?? [];
}

/** A market of one New York share with the given daily closes from 2024-01-02 on. */
function tinyMarket(closes: readonly (number | null)[], actions: readonly CorporateAction[] = []): Market {
  const days = calendarFor('TINY').sessions({ from: parseDay('2024-01-02'), to: parseDay('2024-03-01') });
  const rows = closes.map((close, i): MarketRow => {
    const ts = startOfDay(days[i] ?? 0);
    return {
      ts,
      open: close,
      high: close,
      low: close,
      close: close ?? 1,
      volume: 1000,
      vwap: null,
      trades: null,
    };
  });
  const listing = {
    ticker: 'TINY',
    name: 'Tiny',
    calendar: 'XNYS',
    currency: 'USD',
    exchange: 'XNYS',
    type: 'equity',
    firstTrade: parseDay('2024-01-02'),
    delistedOn: null,
  };
  return {
    tickers: () => ['TINY'],
    listing: (ticker) => (ticker === 'TINY' ? listing : undefined),
    intervals: () => ['1d'],
    rows: (_, interval, { from, to }) =>
      interval === '1d' ? rows.filter(({ ts }) => ts >= startOfDay(from) && ts < startOfDay(to)) : [],
    actions: () => actions,
    quiet: () => [],
  };
}

export function tiny(
  closes: readonly (number | null)[],
  actions: readonly CorporateAction[],
  query = '',
): ChartResult {
  const path = chartPath('TINY', '2024-01-01T00:00:00Z', '2024-03-01T00:00:00Z', query);
  return resultOf(ask(tinyMarket(closes, actions), path, NOW));
}
