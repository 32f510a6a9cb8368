import { readFileSync, readdirSync } from 'node:fs';
import { backfill } from '../../src/backfill/backfill.ts';
import type { BackfillRequest } from '../../src/backfill/plan/prepare.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import type { Bar } from '../../src/core/bars/bars.ts';
import { formatDay, utcDayOf } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { ProviderConfig } from '../../src/providers/provider.ts';
import { openProvider } from '../../src/providers/registry.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { openStore } from '../../src/store/open.ts';
import { toolsInProcess } from '../backfill/in-process.ts';
import { type YahooSeries, serveSeries } from '../backfill/yahoo-series.ts';
import { caseOf } from '../cases.ts';
import { rowsIn } from '../store/rows.ts';

/** What a store is filled with and read by at an instant. */
export interface Desk {
  readonly history: History;
  readonly run: (request: Partial<BackfillRequest>) => Promise<RunSummary>;
  readonly bars: (ticker: string, interval?: Interval) => Promise<Bar[]>;
  /** Session dates of the bars of a daily series. */
  readonly sessions: (ticker: string) => Promise<string[]>;
  readonly report: () => Promise<string[]>;
}

/** A desk over the store at a path. */
export function desk(provider: ProviderConfig, now: string, store: string): Desk {
  const clock = (): number => Date.parse(now);
  const history = openHistory({ store, provider, clock });
  const bars: Desk['bars'] = (ticker, interval = '1d') => rowsIn(openStore(store), { ticker, interval });
  return {
    history,
    run: async (request) => {
      const opened = await openProvider(provider, OPEN_GATE);
      const tickers = request.tickers ?? (await opened.listTickers());
      return backfill({ ...request, tickers }, toolsInProcess(opened, openStore(store), clock));
    },
    bars,
    sessions: async (ticker) => (await bars(ticker)).map(({ ts }) => formatDay(utcDayOf(ts))),
    report: async () => coverageText(await history.coverage(), { missing: false }),
  };
}

/** A desk that is filled from the CSV files of a case. */
export function csvDesk(name: string, now: string, store: string): Desk {
  return desk({ id: 'csv', url: caseOf(name), settings: { basis: 'raw' } }, now, store);
}

/** What the cases do not say of their instruments. */
const USUAL = {
  ...{ currency: 'USD', exchangeName: 'NYQ', fullExchangeName: 'NYSE', firstTradeDate: 1_000_000_000 },
  ...{ exchangeTimezoneName: 'America/New_York', timezone: 'EST', gmtoffset: -18_000 },
};

/** A desk that is filled from a server that answers as Yahoo would. */
export async function yahooDesk(name: string, now: string, store: string): Promise<Desk> {
  const all: Record<string, YahooSeries> = {};
  for (const file of readdirSync(caseOf(name)))
    Object.assign(all, JSON.parse(readFileSync(caseOf(`${name}/${file}`), 'utf8')));
  for (const [symbol, { meta, ...series }] of Object.entries(all))
    all[symbol] = { ...series, meta: { ...USUAL, regularMarketTime: series.rows.at(-1)?.[0], ...meta } };
  return desk({ id: 'yahoo', url: await serveSeries((symbol) => all[symbol]) }, now, store);
}
