import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import type { RangeOptions } from '../../src/backfill/want/wanted.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import { openYahoo } from '../../src/providers/yahoo/index.ts';
import type { BarStore } from '../../src/store/store.ts';
import { toolsInProcess } from './in-process.ts';

/** A series as a Yahoo-shaped server gives it: rows `[stamp s, o, h, l, c, v]`, and events as they are on the wire. */
export interface YahooSeries {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly rows: readonly (readonly (number | null)[])[];
  readonly dividends?: readonly Readonly<Record<string, unknown>>[];
  readonly splits?: readonly Readonly<Record<string, unknown>>[];
}

const servers: Server[] = [];

export async function stopSeries(): Promise<void> {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
}

/** Serves what `series` gives for a symbol, with the events as asked and the rows within the periods. Gives the URL. */
export async function serveSeries(series: (symbol: string) => YahooSeries | undefined): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://yahoo');
    const symbol = decodeURIComponent(pathname.split('/').at(-1) ?? '');
    const found = series(symbol);
    const [status, body] =
      found === undefined ? [404, UNKNOWN] : [200, chart(symbol, found, periodsOf(searchParams))];
    response.writeHead(status, { connection: 'close' }).end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const UNKNOWN = { chart: { result: null, error: { code: 'Not Found', description: 'No data found' } } };

function periodsOf(query: URLSearchParams): readonly [number, number] {
  return [Number(query.get('period1')), Number(query.get('period2'))];
}

function chart(symbol: string, series: YahooSeries, [from, to]: readonly [number, number]): unknown {
  const rows = series.rows.filter(([stamp]) => Number(stamp) >= from && Number(stamp) <= to);
  const isIn = ({ date }: Readonly<Record<string, unknown>>): boolean =>
    typeof date !== 'number' || (date >= from && date <= to);
  const keyed = (events: YahooSeries['splits'] = []) =>
    Object.fromEntries(events.filter(isIn).map((event, i) => [String(i), event]));
  const period = { timezone: 'EST', start: 0, end: 1, gmtoffset: 0 };
  const column = (at: number): (number | null)[] => rows.map((row) => row[at] ?? null);
  const result = {
    meta: {
      ...{ symbol, instrumentType: 'EQUITY', regularMarketPrice: 1, chartPreviousClose: 1, priceHint: 2 },
      ...{ firstTradeDate: null, currentTradingPeriod: { pre: period, regular: period, post: period } },
      ...{ dataGranularity: '1d', range: '', validRanges: ['1d', 'max'] },
      ...series.meta,
    },
    ...(rows.length > 0 && { timestamp: column(0) }),
    events: { splits: keyed(series.splits), dividends: keyed(series.dividends) },
    indicators: {
      quote: [
        rows.length === 0
          ? {}
          : { open: column(1), high: column(2), low: column(3), close: column(4), volume: column(5) },
      ],
    },
  };
  return { chart: { result: [result], error: null } };
}

/** Fills a store from such a server at an instant. */
export function fillFrom(
  url: string,
  store: BarStore,
  now: string,
  request: RangeOptions & { tickers: string[]; everything?: boolean },
): Promise<RunSummary> {
  const provider = openYahoo({ id: 'yahoo', url, timeoutMs: 5000 }, OPEN_GATE);
  return backfill(
    request,
    toolsInProcess(provider, store, () => Date.parse(now)),
  );
}
