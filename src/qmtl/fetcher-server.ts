import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BackfillError, type Interval, type ProviderConfig, loadProvider } from '../index.ts';
import type { FetcherSettings, Told } from './fetcher-wire.ts';
import type { DataFetcher } from './history-provider.ts';
import { checkedRows } from './history-rows.ts';
import { fetcherModule } from './module-url.ts';
import { closedBy } from './session-dates.ts';

/** A fetcher as a provider, which worker threads can ask. */
export interface ServedFetcher {
  readonly config: ProviderConfig;
  /** What it threw last for a series, once. */
  takeError(ticker: string, interval: Interval): unknown;
  close(): Promise<void>;
}

const MOST_ROWS = 500;
/** A fetcher takes as long as it takes. */
const PATIENCE_MS = 600_000;

/** What a fetcher is served by. */
export interface FetcherPlace {
  /** The node that a ticker is kept for. */
  readonly nodeOf: (ticker: string) => string;
  /** ms since the epoch. */
  readonly clock: () => number;
}

/** Serves a fetcher on loopback, as functions cannot go to worker threads. */
export async function serveFetcher(
  fetcher: DataFetcher,
  { nodeOf, clock }: FetcherPlace,
): Promise<ServedFetcher> {
  const errors = new Map<string, unknown>();
  const path = `/${randomUUID()}`;
  const server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
    if (pathname !== path) {
      response.writeHead(404).end();
      return;
    }
    void tell(fetcher, searchParams, { nodeOf, clock }, errors).then((told) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told));
    });
  });
  const settings: FetcherSettings = { id: fetcher.id ?? 'fetcher', maxRows: fetcher.maxRows ?? MOST_ROWS };
  const url = `${await listening(server)}${path}`;
  try {
    const config = await loadProvider(fetcherModule().href, {
      url,
      settings: { ...settings },
      timeoutMs: PATIENCE_MS,
    });
    return {
      // Whether a fetcher that threw is asked again says whoever asked.
      config: { ...config, maxRetries: 0 },
      takeError: (ticker, interval) => {
        const error = errors.get(`${ticker} ${interval}`);
        errors.delete(`${ticker} ${interval}`);
        return error;
      },
      close: () => closed(server),
    };
  } catch (error) {
    await closed(server);
    throw error;
  }
}

async function tell(
  fetcher: DataFetcher,
  asked: URLSearchParams,
  { nodeOf, clock }: FetcherPlace,
  errors: Map<string, unknown>,
): Promise<Told> {
  const [ticker, interval] = [asked.get('symbol') ?? '', asked.get('interval') as Interval];
  const [nodeId, now] = [nodeOf(ticker), clock()];
  try {
    const start = Math.ceil(Number(asked.get('start')) / 1000);
    const end = Math.min(Math.ceil(Number(asked.get('end')) / 1000) - 1, Math.floor(now / 1000));
    if (start > end) return { rows: [] };
    const rows = checkedRows(await fetcher.fetch(start, end, { nodeId, interval }), nodeId);
    const isClosed = closedBy(now, { ticker, interval });
    return { rows: rows.filter(isClosed).map((row) => ({ ...row, ts: row.ts * 1000 })) };
  } catch (error) {
    errors.set(`${ticker} ${interval}`, error);
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof BackfillError) return { code: error.code, message };
    return { code: 'provider-fault', message: `the fetcher of ${nodeId} ${interval} failed: ${message}` };
  }
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
}
