import type * as Http from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

/** A request of a server of objects, signed. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Default: none. */
  readonly body?: Uint8Array;
}

/** A whole answer, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

type Client = Pick<typeof Http, 'request' | 'Agent'>;

/** By protocol; TLS takes a while to load. */
const CLIENTS: Readonly<Record<string, () => Promise<Client>>> = {
  'http:': () => import('node:http'),
  'https:': () => import('node:https'),
};

const agents = new Map<string, Http.Agent>();

/** Connections that nobody used for this long, in ms, are closed, so that few are used that the server is closing. */
const IDLE_MS = 4000;

/** A server that says nothing for this long, in ms, is not waited for. */
const SILENCE_MS = 30_000;

/**
 * Sends a request and gives its whole answer, over connections that are kept. Rejects with the system's error where none
 * came: nobody knows then whether it was carried out.
 */
export async function exchange({ method, url, headers, body }: Exchange): Promise<Answer> {
  const { request, Agent } = (await CLIENTS[url.protocol]?.()) ?? (await import('node:https'));
  const agent = agents.get(url.protocol) ?? new Agent({ keepAlive: true, timeout: IDLE_MS });
  agents.set(url.protocol, agent);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? undefined : { 'content-length': String(body.length) };
    const outgoing = request(url, { method, agent, headers: { ...headers, ...length } }, (incoming) => {
      const parts: Uint8Array[] = [];
      incoming.on('data', (part: Uint8Array) => parts.push(part));
      incoming.on('error', reject);
      incoming.on('end', () => {
        if (!incoming.complete) return reject(new Error('the answer was cut short'));
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(parts) });
      });
    });
    outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(new Error('it said nothing for half a minute')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
