import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { Provider, ProviderConfig } from '../../../src/providers/provider.ts';
import { openProvider } from '../../../src/providers/registry.ts';

export interface Reply {
  readonly status?: number;
  readonly body: string;
}

export interface Request {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export const NOTHING = '{"results":[],"status":"OK","request_id":"0"}';

export const KEY = 'a-key-of-ours';

const servers: Server[] = [];

/** Ends all servers. */
export async function stopServers(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/**
 * The provider beside a real server with these answers, which has nothing else of anything; the requests that it made come back too.
 */
export async function polygonThatAnswers(
  reply: (request: Request) => Reply | undefined,
  settings: ProviderConfig['settings'] = { tier: 'advanced' },
  prefix = '',
): Promise<{ readonly provider: Provider; readonly asked: Request[]; readonly host: string }> {
  const asked: Request[] = [];
  const server = createServer(({ url = '/', headers }, response) => {
    const { pathname: path, searchParams: query } = new URL(url, 'http://polygon');
    asked.push({ path, query, headers });
    const { status = 200, body } = reply({ path, query, headers }) ?? { body: NOTHING };
    response.writeHead(status).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  const config = { id: 'polygon', url: `http://${host}${prefix}`, timeoutMs: 5000, settings };
  // Every fault shows at once.
  const gate = { ...OPEN_GATE, failed: async () => false, throttled: async () => false };
  return { provider: await openProvider(config, gate, { key: KEY }), asked, host };
}

/** Whether a path asks for the bars of one ticker. */
export function isBars(path: string): boolean {
  return path.startsWith('/v2/aggs/ticker/');
}

/** A body of daily bars of a ticker that close as is said, by date, stamped with midnight in New York in winter. */
export function barsBody(
  ticker: string,
  closes: Readonly<Record<string, number>>,
  more: object = {},
): string {
  const results = Object.entries(closes).map(([date, c]) => {
    return { v: 100, vw: c, o: c, c, h: c, l: c, t: Date.parse(`${date}T05:00:00Z`), n: 1 };
  });
  const counts = { queryCount: results.length, resultsCount: results.length, count: results.length };
  return JSON.stringify({ ticker, ...counts, adjusted: false, results, status: 'OK', ...more });
}
