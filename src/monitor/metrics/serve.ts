import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { Registry } from 'prom-client';
import { isLoopback } from '../../core/loopback.ts';
import { listenAt, stopListening } from '../listen.ts';

/** Where metrics are served. */
export interface MetricsAddress {
  /** Default: this machine alone, `127.0.0.1`. */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** A server of metrics on this machine. */
export interface MetricsServer {
  /** `http://127.0.0.1:9464/metrics` */
  readonly url: string;
  /** Listens no more. */
  close(): Promise<void>;
}

/**
 * Serves a registry at `/metrics`, until it is closed; the process may end meanwhile. On loopback it answers to names of loopback
 * only, so that no page in a browser reads it by a name of its own; elsewhere whoever reaches it may read it. Throws `usage` where
 * the port cannot be had.
 */
export async function serveMetrics(
  registry: Registry,
  { host = '127.0.0.1', port }: MetricsAddress,
): Promise<MetricsServer> {
  const isLocal = isLoopback(host);
  const server = createServer((request, response) => void answer(registry, isLocal, request, response));
  const taken = await listenAt(server, { host, port }, 'metrics cannot be served on');
  server.unref();
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`,
    close: () => stopListening(server),
  };
}

async function answer(
  registry: Registry,
  isLocal: boolean,
  { method = '', url = '', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refuse = (status: number, why: string): void => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
  };
  const { host = '' } = headers;
  if (isLocal && !isLoopback(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')))
    return refuse(403, 'served to this machine only, by the names of loopback');
  if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'read it by GET');
  if (url.replace(/\?.*$/, '') !== '/metrics') return refuse(404, 'there is /metrics, and nothing else');
  try {
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType }).end(method === 'HEAD' ? '' : text);
  } catch (error) {
    refuse(500, (error as Error).message);
  }
}
