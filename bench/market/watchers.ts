import { get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often metrics are scraped, and how soon it is tried again where nobody answers yet, in ms. */
const SCRAPE_EVERY_MS = 1000;
const TRY_EVERY_MS = 50;

/** Whoever looks at a run from another process. */
export interface Watchers {
  /** Throws where they saw nothing: nothing would have been measured. */
  stop(): void;
}

/** Ports of this machine that nobody has. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Reads the events of a dashboard as a browser does, and scrapes metrics, as soon as the run has them and until it ends. */
export function lookAt(ports: { readonly dashboard: number; readonly metrics: number }): Watchers {
  const over = new AbortController();
  const read = { events: 0, scrapes: 0 };
  const on = async (url: string, everyMs: number, onEnd: (bytes: number) => void): Promise<void> => {
    while (!over.signal.aborted) {
      const bytes = await bytesOf(url, over.signal);
      onEnd(bytes);
      await sleep(bytes === 0 ? TRY_EVERY_MS : everyMs);
    }
  };
  void on(`http://127.0.0.1:${ports.dashboard}/events`, TRY_EVERY_MS, (bytes) => void (read.events += bytes));
  void on(`http://127.0.0.1:${ports.metrics}/metrics`, SCRAPE_EVERY_MS, (bytes) => {
    if (bytes > 0) read.scrapes++;
  });
  return {
    stop: () => {
      over.abort();
      if (read.events === 0 || read.scrapes === 0)
        throw new Error(`nobody saw the run: ${read.events} bytes of events, ${read.scrapes} scrapes`);
    },
  };
}

/** How much an address answers until it ends; 0 where nobody answers. */
function bytesOf(url: string, signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    let bytes = 0;
    const end = (): void => resolve(bytes);
    get(url, { signal }, (response: IncomingMessage) => {
      response.on('data', (part: Buffer) => (bytes += part.length));
      response.on('end', end).on('error', end);
    }).on('error', end);
  });
}
