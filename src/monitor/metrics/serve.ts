import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { BackfillError } from '../../core/errors.ts';
import { isLoopback } from '../../core/loopback.ts';

/** Where metrics are served. */
export interface MetricsAddress {
  /** Default: this machine alone, `127.0.0.1`. */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port: number;
}

export interface MetricsServer {
  /** `http://127.0.0.1:9464/metrics` */
  readonly url: string;
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
  await listening(server, host, port);
  server.unref();
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
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

const TROUBLE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use; name another port, or 0 for any that is free',
  EACCES: 'only root may take it; name one from 1024 on, or 0 for any that is free',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
};

async function listening(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = TROUBLE[cause.code ?? ''] ?? cause.message;
      reject(new BackfillError('usage', `metrics cannot be served on ${host}:${port}: ${why}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}
