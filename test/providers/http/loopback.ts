import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type HttpAnswer, type WireEvents, send } from '../../../src/providers/http/transport.ts';

export const servers: Server[] = [];

/** A server on loopback that answers as told until the test ends; gives its URL. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<URL> {
  const server = createServer(answer);
  servers.push(server);
  onTestFinished(() => stop(server));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/bars?x=%20y`);
}

async function stop(server: Server): Promise<void> {
  const at = servers.indexOf(server);
  if (at < 0) return;
  servers.splice(at, 1);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** A URL where nobody listens any more. */
export async function deadUrl(): Promise<URL> {
  const url = await serve(() => undefined);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return url;
}

export const get = (url: URL, events: WireEvents = {}): Promise<HttpAnswer> =>
  send({ url, headers: {}, ...events });

export const TEXT = 'Zürich, 東京 and 🗽 '.repeat(5000);
