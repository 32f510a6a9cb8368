import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Interval } from '../../../src/core/session/interval.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import type { Market } from '../../../src/market/market.ts';
import { type Gate, OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { openYahoo } from '../../../src/providers/yahoo/index.ts';
import { yahooWire } from '../../../src/simulator/yahoo/wire.ts';
import { inRows, type RowAnswer } from '../rows.ts';

const servers: Server[] = [];

export async function stopServing(): Promise<void> {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
}

export interface Reply {
  readonly status?: number;
  readonly body: string;
}

export interface Asked {
  readonly ticker: string;
  readonly interval?: Interval;
  /** Session dates, both inclusive. */
  readonly range: readonly [first: string, last: string];
  readonly now: string;
  readonly gate?: Gate;
}

/** What the provider makes of a server's answers, and what it asked for. */
export async function fetchFrom(
  reply: (url: URL, count: number) => Reply,
  { ticker, interval = '1d', range: [first, last], now, gate = OPEN_GATE }: Asked,
): Promise<{ answer: Promise<RowAnswer>; asked: URL[] }> {
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://yahoo');
    const { status = 200, body } = reply(url, asked.push(url));
    response.writeHead(status, { connection: 'close' }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const provider = openYahoo({ id: 'yahoo', url: `http://127.0.0.1:${port}`, timeoutMs: 5000 }, gate);
  const range = { from: parseDay(first), to: parseDay(last) + 1 };
  const answer = inRows(provider).fetchBars({ series: { ticker, interval }, range, now: Date.parse(now) });
  await answer.catch(() => undefined);
  return { answer, asked };
}

/** Yahoo's answers of a market at `now`. */
export function serving(market: Market, now: string): (url: URL) => Reply {
  return ({ pathname, searchParams }) => {
    const path = decodeURIComponent(pathname);
    const headers = { 'user-agent': 'test' };
    return yahooWire({ method: 'GET', path, query: searchParams, headers }, market, Date.parse(now));
  };
}
