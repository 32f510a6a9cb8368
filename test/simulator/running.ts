import { createConnection } from 'node:net';
import type { Market } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import {
  type RequestLogEntry,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../src/simulator/server.ts';

export const NOW = Date.parse('2026-11-20T12:00:00Z');

/** 2020, in which ALFA was split and paid dividends. */
export const YEAR = 'period1=1577836800&period2=1609372800&interval=1d&events=div%7Csplit';

const market = sampleMarket();
const running: Simulator[] = [];

/** The sample market with nothing but these: a file of all its instruments takes as long to make as it has rows. */
export function sampleOf(...tickers: readonly string[]): Market {
  const rowsOf = <Row>(ticker: string, rows: () => readonly Row[]): readonly Row[] =>
    tickers.includes(ticker) ? rows() : [];
  return {
    tickers: () => tickers,
    listing: (ticker) => (tickers.includes(ticker) ? market.listing(ticker) : undefined),
    intervals: (ticker) => rowsOf(ticker, () => market.intervals(ticker)),
    rows: (ticker, ...asked) => rowsOf(ticker, () => market.rows(ticker, ...asked)),
    actions: (ticker) => rowsOf(ticker, () => market.actions(ticker)),
    quiet: (ticker) => rowsOf(ticker, () => market.quiet(ticker)),
  };
}

export interface Logged extends Simulator {
  readonly entries: readonly RequestLogEntry[];
}

/** A simulator of the sample market, with its log. `stopAll` closes it. */
export async function start(options: Partial<SimulatorOptions> = {}): Promise<Logged> {
  const entries: RequestLogEntry[] = [];
  const log = (entry: RequestLogEntry): void => void entries.push(entry);
  const simulator = await startSimulator({ wire: 'yahoo', market, now: () => NOW, log, ...options });
  running.push(simulator);
  return { ...simulator, entries };
}

export async function stopAll(): Promise<void> {
  for (const simulator of running.splice(0)) await simulator.close();
}

export interface Seen {
  /** How the connection ended: by the server in good order, by RST, or by the client, which was out of patience. */
  readonly ended: 'fin' | 'reset' | 'patience';
  /** Null where no status line came. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** As sent: chunked where the headers say so. */
  readonly body: string;
  /** Pieces in which it arrived. */
  readonly pieces: number;
  readonly ms: number;
}

/** How long the first piece of an answer may take, ms: more than a busy machine needs. */
const FIRST_PIECE_MS = 4000;

/**
 * Asks over a plain socket, one request a connection, and tells all that came until `patienceMs` after the first piece. Default
 * of that: more than any answer takes.
 */
export async function ask(url: string, path: string, patienceMs = 20_000): Promise<Seen> {
  const { hostname, port } = new URL(url);
  const started = performance.now();
  const socket = createConnection({ host: hostname, port: Number(port) });
  const received: Buffer[] = [];
  let ended: Seen['ended'] = 'fin';
  socket.setEncoding('latin1');
  socket.on('data', (piece) => received.push(Buffer.from(piece.toString(), 'latin1')));
  const giveUp = (): void => {
    ended = 'patience';
    socket.destroy();
  };
  let timer = setTimeout(giveUp, Math.max(patienceMs, FIRST_PIECE_MS));
  socket.once('data', () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, patienceMs);
  });
  socket.on('error', () => (ended = 'reset'));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nUser-Agent: plain\r\nConnection: close\r\n\r\n`);
  await new Promise((resolve) => socket.once('close', resolve));
  clearTimeout(timer);
  const ms = performance.now() - started;
  return { ended, ...parsed(Buffer.concat(received).toString('latin1')), pieces: received.length, ms };
}

function parsed(text: string): Pick<Seen, 'status' | 'headers' | 'body'> {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => line.split(/: (.*)/));
  return {
    status: statusLine === '' ? null : Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers.map(([name = '', value = '']) => [name.toLowerCase(), value])),
    body: rest.join('\r\n\r\n'),
  };
}

export function chartOf(ticker: string, query = YEAR): string {
  return `/v8/finance/chart/${encodeURIComponent(ticker)}?${query}`;
}
