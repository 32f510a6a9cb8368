import type { BarStore } from '../../src/store/store.ts';
import { backfill } from '../../src/backfill/backfill.ts';
import { type DayRange, parseDay } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import type { Market, MarketRow } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import { openHttpProvider } from '../../src/providers/http/open-provider.ts';
import type { IntervalCapability, Provider } from '../../src/providers/provider.ts';
import { servedSteps } from '../../src/providers/sample/served.ts';
import { toolsInProcess } from './in-process.ts';

const sample = sampleMarket();

const DIVIDEND = { kind: 'dividend', exDay: parseDay('2026-09-03'), amount: 0.25 } as const;

/** So many tickers with the rows of ALFA, each on a level of its own, and a dividend; every seventh with gaps. */
export function wideMarket(
  count: number,
  change: Partial<Market> = {},
): Market & { names: readonly string[] } {
  const letter = (n: number): string => String.fromCharCode(65 + (n % 26));
  const names = Array.from({ length: count }, (_, i) => `Q${letter(i / 676)}${letter(i / 26)}${letter(i)}`);
  const places = new Map(names.map((name, i) => [name, i]));
  const listing = sample.listing('ALFA');
  const read = new Map<string, readonly MarketRow[]>();
  const alfa = (interval: Interval, range: DayRange): readonly MarketRow[] => {
    const key = `${interval} ${range.from} ${range.to}`;
    const rows = read.get(key) ?? sample.rows('ALFA', interval, range);
    read.set(key, rows);
    return rows;
  };
  return {
    names,
    tickers: () => names,
    listing: (ticker) => (places.has(ticker) ? listing && { ...listing, ticker } : undefined),
    intervals: () => ['1d'],
    rows: (ticker, ...asked) => {
      const place = places.get(ticker);
      if (place === undefined) return [];
      const level = 1 + place / 1024;
      const at = (price: number | null): number => (price ?? 0) * level;
      return alfa(...asked)
        .filter(({ ts }) => place % 7 !== 3 || (ts / 86_400_000) % 5 !== 0)
        .map((row) => ({
          ...row,
          open: at(row.open),
          high: at(row.high),
          low: at(row.low),
          close: at(row.close),
        }));
    },
    actions: () => [DIVIDEND],
    quiet: () => [],
    ...change,
  };
}

/** The sample server as a vendor has it that takes one series a request, or a whole market. */
export function vendor(
  url: string,
  daily: Partial<IntervalCapability> = {},
  own: Partial<Provider['capabilities']> = {},
): Provider {
  const steps = servedSteps(url);
  const { capabilities } = steps;
  const of = { ...(capabilities.intervals['1d'] as IntervalCapability), mostSeries: 1, ...daily };
  const narrow = { ...capabilities, ...own, intervals: { '1d': of } };
  return openHttpProvider({ ...steps, capabilities: narrow }, {}, OPEN_GATE);
}

/** Fills a store in this thread. */
export function fill(
  provider: Provider,
  store: BarStore,
  request: Parameters<typeof backfill>[0],
  now: number,
): ReturnType<typeof backfill> {
  return backfill(
    request,
    toolsInProcess(provider, store, () => now),
  );
}
