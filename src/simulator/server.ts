import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { BackfillError } from '../core/errors.ts';
import type { Market } from '../market/market.ts';
import type { Wire, WireResponse } from './wire.ts';
import { yahooWire } from './yahoo/wire.ts';

/** One request that was answered. */
export interface RequestLogEntry {
  /** When it came, ms since the epoch by the simulator's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  readonly symbol: string | null;
  readonly status: number;
  /** Bars in the answer. */
  readonly rows: number;
  /** From request to answer by the simulator's clock. */
  readonly ms: number;
}

export interface SimulatorOptions {
  /** Whose wire it speaks. */
  readonly wire: 'yahoo';
  readonly market: Market;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default, and only sensible value, `127.0.0.1`. */
  readonly host?: string;
  /** Wait before every answer; default 0. */
  readonly latencyMs?: number;
  /** The simulator's clock, ms since the epoch. */
  readonly now: () => number;
  readonly log?: (entry: RequestLogEntry) => void;
}

export interface Simulator {
  /** Without a slash at the end. */
  readonly url: string;
  /** Requests answered so far. */
  requests(): number;
  close(): Promise<void>;
}

const WIRES: Readonly<Record<SimulatorOptions['wire'], Wire>> = { yahoo: yahooWire };

/** Serves a market over a provider's wire on this machine. Throws `usage` where the port cannot be taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0, latencyMs = 0, now, log } = options;
  let answered = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = now();
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const method = request.method ?? 'GET';
    const reply = answerOf(options, { method, path, query, headers: request.headers }, at);
    // Unreferenced: a waiting answer must not keep the process alive once the server is closed.
    if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false });
    response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
    response.end(reply.body);
    answered++;
    const { symbol, status, rows } = reply;
    log?.({ at, method, path, query, symbol, status, rows, ms: now() - at });
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new BackfillError('usage', `cannot listen on ${host}:${port} (${cause.message})`, { cause }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host}:${taken}`,
    requests: () => answered,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The wire's answer; its faults are told to the client, and with it to whoever tests with the simulator. */
function answerOf(
  { wire, market }: SimulatorOptions,
  request: { method: string; path: string; query: string; headers: IncomingMessage['headers'] },
  now: number,
): WireResponse {
  try {
    return WIRES[wire]({ ...request, query: new URLSearchParams(request.query) }, market, now);
  } catch (error) {
    const body = `simulator: ${error instanceof Error ? error.message : String(error)}`;
    return { status: 500, headers: { 'content-type': 'text/plain' }, body, symbol: null, rows: 0 };
  }
}
