import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { Provider, ProviderConfig, Secrets } from '../../../src/providers/provider.ts';
import { openProvider } from '../../../src/providers/registry.ts';

export interface Reply {
  readonly status?: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

export interface Request {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export const NO_ACTIONS = '{"corporate_actions":{},"next_page_token":null}';
export const NO_BARS = '{"bars":{},"next_page_token":null}';

const servers: Server[] = [];

/** Ends all servers. */
export async function stopServers(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/**
 * The provider beside a real server with these answers, which has no splits or dividends unless it says so; the requests that
 * it made come back too.
 */
export async function alpacaThatAnswers(
  reply: (request: Request) => Reply | undefined,
  settings: ProviderConfig['settings'] = {},
  secrets: Secrets = { keyId: 'id', secretKey: 'secret' },
): Promise<{ readonly provider: Provider; readonly asked: Request[] }> {
  const asked: Request[] = [];
  const server = createServer(({ url = '/', headers }, response) => {
    const { pathname: path, searchParams: query } = new URL(url, 'http://alpaca');
    asked.push({ path, query, headers });
    const said = reply({ path, query, headers });
    const { status = 200, body, headers: own = {} } = said ?? { body: NO_ACTIONS };
    response.writeHead(status, own).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = { id: 'alpaca', url: `http://127.0.0.1:${port}`, timeoutMs: 5000, settings };
  // Every fault shows at once.
  const gate = { ...OPEN_GATE, failed: async () => false, throttled: async () => false };
  return { provider: await openProvider(config, gate, secrets), asked };
}

/** What was asked of one path. */
export function askedOf(asked: readonly Request[], path: string): URLSearchParams[] {
  return asked.filter((one) => one.path === path).map(({ query }) => query);
}
