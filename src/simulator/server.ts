import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { BackfillError } from '../core/errors.ts';
import type { Market } from '../market/market.ts';
import { alpaca } from './alpaca/index.ts';
import { alphavantage } from './alphavantage/index.ts';
import { binance } from './binance/index.ts';
import { cached } from './cached.ts';
import { deliver } from './deliver.ts';
import { type OwnWire, ownServer } from './own-wire.ts';
import type { SimulatedServer } from './distortion.ts';
import { polygon } from './polygon/index.ts';
import { sample } from './sample/index.ts';
import type { UnknownSymbol } from './sample/wire.ts';
import { type Hostility, decide, type Outcome } from './decide.ts';
import type { WireName } from './wire-names.ts';
import { yahoo } from './yahoo/index.ts';

/** One request, logged when it is over. */
export interface RequestLogEntry {
  /** When it came, ms since the epoch by the simulator's clock. */
  readonly at: number;
  /**
   * When it came, ms since the simulator's start by the monotonic clock that its limits are kept by, to the
   * microsecond.
   */
  readonly arrivedMs: number;
  readonly method: string;
  readonly path: string;
  /** As sent, without the question mark and without keys. */
  readonly query: string;
  readonly symbol: string | null;
  /** `limited`: refused by the limits. `ok`: admitted and answered as the wire does, errors included. Else the fault. */
  readonly outcome: Outcome;
  /** As sent; null where not even a status line was due. */
  readonly status: number | null;
  /** Bars in the answer; 0 where it was not to come whole. */
  readonly rows: number;
  /** Whether the client went away before all was sent. */
  readonly clientGone: boolean;
  /** From request to end of the answer by the simulator's clock. */
  readonly ms: number;
}

/** Whose server is simulated, what it knows, and how badly it behaves (`Hostility`). */
export interface SimulatorOptions extends Hostility {
  /** Whose wire it speaks, or one of the user's own. */
  readonly wire: WireName | OwnWire;
  /** What the wire `sample` does with a symbol that the market does not have. Default `named`. */
  readonly unknown?: UnknownSymbol;
  readonly market: Market;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default, and only sensible value, `127.0.0.1`. */
  readonly host?: string;
  /** Render an answer once and give it again as it was: serving then costs what a static server does. Default false. */
  readonly cache?: boolean;
  /** Wait before every answer, refusals included; default 0. */
  readonly latencyMs?: number;
  /** The simulator's clock, ms since the epoch. */
  readonly now: () => number;
  /** Is told of each request when it is over. */
  readonly log?: (entry: RequestLogEntry) => void;
}

/** A server on loopback that answers as a provider does. */
export interface Simulator {
  /** Without a slash at the end. */
  readonly url: string;
  /** Requests that are over so far: answered, refused or broken off. */
  requests(): number;
  /** Breaks off what is under way, and listens no more. */
  close(): Promise<void>;
}

/**
 * How long a connection is kept that asks nothing, ms. Node's own 5 s end while a busy simulator renders: it then closes
 * connections on which requests have come that it has not seen yet.
 */
const KEEP_ALIVE_MS = 60_000;

const SERVERS: Readonly<Record<WireName, (unknown: UnknownSymbol) => SimulatedServer>> = {
  yahoo: () => yahoo,
  alphavantage: () => ownServer(alphavantage),
  alpaca: () => ownServer(alpaca),
  binance: () => ownServer(binance),
  polygon: () => ownServer(polygon),
  sample,
};

/**
 * Serves a market over a provider's wire on this machine. Throws `usage` where the port cannot be taken, or a fault, a
 * rate or a limit is none.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host = '127.0.0.1', port = 0 } = options;
  let over = 0;
  const closing = new AbortController();
  const handle = handler(options, closing.signal, () => over++);
  const inFlight = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const handled = handle(request, response);
    inFlight.add(handled);
    void handled.finally(() => inFlight.delete(handled));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const taken = await listen(server, port, host);
  return {
    url: `http://${host}:${taken}`,
    requests: () => over,
    close: async () => {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await Promise.all(inFlight);
    },
  };
}

/** Answers one request and logs it. */
function handler(
  options: SimulatorOptions,
  closing: AbortSignal,
  onOver: () => void,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { latencyMs = 0, cache = false, unknown = 'named', now, log } = options;
  const { wire } = options;
  const server = typeof wire === 'string' ? SERVERS[wire](unknown) : ownServer(wire);
  const { keyParameters = [] } = server;
  const decisionOn = decide(cache ? cached(server) : server, options.market, options);
  const startedMs = performance.now();
  return async (request, response) => {
    const arrivedMs = performance.now() - startedMs;
    const at = now();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    const { method = 'GET', headers } = request;
    const { outcome, symbol, delivery } = decisionOn(
      { method, path, query: new URLSearchParams(query), headers },
      Math.floor(at),
      arrivedMs,
    );
    let clientGone = false;
    try {
      // Unreferenced: a waiting answer must not keep the process alive once the server is closed.
      if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false, signal: gone.signal });
      await deliver(response, delivery, gone.signal);
    } catch (error) {
      if (!gone.signal.aborted) throw error;
      clientGone = !closing.aborted;
    }
    onOver();
    log?.({
      at: toMicroseconds(at),
      arrivedMs: toMicroseconds(arrivedMs),
      ...{ method, path, query: withoutKeys(query, keyParameters), symbol, outcome },
      status: delivery.head?.status ?? null,
      rows: delivery.rows,
      clientGone,
      ms: toMicroseconds(now() - at),
    });
  };
}

/** A query without the values of some parameters. */
function withoutKeys(query: string, names: readonly string[]): string {
  const isKey = (part: string): boolean => names.includes(part.slice(0, part.indexOf('=')));
  return query
    .split('&')
    .map((part) => (isKey(part) ? `${part.slice(0, part.indexOf('='))}=***` : part))
    .join('&');
}

/** Gives the port taken. */
async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new BackfillError('usage', `cannot listen on ${host}:${port} (${cause.message})`, { cause }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Rounds a time in ms to the microsecond: what comes after is noise. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
