import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Market } from '../../../src/market/market.ts';
import { openBinance } from '../../../src/providers/binance/index.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { NOW, start, stopAll } from '../../simulator/running.ts';

export { NOW };

/** An answer as it is about to be sent. */
export interface Reply {
  /** 0: the connection is closed without an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What becomes of the simulator's answer to a path, and of the path before it is asked. */
export interface Between {
  readonly now?: number;
  readonly market?: Market;
  readonly path?: (path: string) => string;
  readonly reply?: (reply: Reply, path: string) => Partial<Reply>;
  readonly gate?: Gate;
}

/** A gate that affords no retry, so that every fault shows. */
const ONE_TRY: Gate = { ...OPEN_GATE, failed: async () => false, throttled: async () => false };

const servers: Server[] = [];

/** The provider beside a simulator, with something in between; `asked`: the paths that came, queries and all. */
export async function binance(between: Between = {}): Promise<{ provider: Provider; asked: string[] }> {
  const { now = NOW, market, path = asIs, reply = () => ({}), gate = ONE_TRY } = between;
  const simulator = await start({ wire: 'binance', now: () => now, ...(market && { market }) });
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const own = request.url ?? '/';
    asked.push(own);
    if (request.headers['user-agent'] !== 'backfill') throw new Error('it does not say what it is');
    void fetch(simulator.url + path(own)).then(async (answer) => {
      const { status, headers } = answer;
      const sound: Reply = {
        status,
        headers: { date: headers.get('date') ?? '', 'content-type': headers.get('content-type') ?? '' },
        body: Buffer.from(await answer.arrayBuffer()),
      };
      const made = { ...sound, ...reply(sound, own) };
      if (made.status === 0) response.destroy();
      else response.writeHead(made.status, made.headers).end(made.body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { provider: openBinance({ id: 'binance', url, timeoutMs: 20_000 }, gate), asked };
}

export async function closeAll(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await stopAll();
}

function asIs(path: string): string {
  return path;
}
