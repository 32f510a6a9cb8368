import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type WireResponse, bytesOf } from './wire.ts';

/** An answer as it goes over a connection. */
export interface Delivery {
  /** Status line and headers; null: nothing at all is sent. */
  readonly head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | null;
  /** Taken piece by piece, as fast as the client reads. */
  readonly body: Iterable<Buffer> | AsyncIterable<Buffer>;
  readonly ending: Ending;
  /** Bars that a client gets of it, if it is patient. */
  readonly rows: number;
}

/** What comes after the body. */
export type Ending =
  | 'complete' // the end of the answer; the connection is kept
  | 'close' // the connection is closed in good order, whatever the headers promised
  | 'reset' // the connection is reset (RST)
  | 'silence'; // nothing, until the client goes away

/** How long a reset waits, so that what was sent before it can be read, ms. */
const RESET_DELAY_MS = 10;

/** An answer sent whole. */
export function whole({ status, headers, rows, ...answer }: WireResponse): Delivery {
  const bytes = bytesOf(answer);
  const head = { status, headers: { ...headers, 'content-length': String(bytes.length) } };
  return { head, body: [bytes], ending: 'complete', rows };
}

/**
 * Carries a delivery out. `gone` must be aborted when the response closes; if that happens before the end of the
 * delivery, and so always after silence, this throws.
 */
export async function deliver(
  response: ServerResponse,
  { head, body, ending }: Delivery,
  gone: AbortSignal,
): Promise<void> {
  gone.throwIfAborted();
  if (head !== null) response.writeHead(head.status, head.headers);
  for await (const piece of body) {
    gone.throwIfAborted();
    if (!response.write(piece)) await once(response, 'drain', { signal: gone });
  }
  gone.throwIfAborted();
  if (ending === 'complete') {
    const finished = once(response, 'finish', { signal: gone });
    response.end();
    await finished;
  } else if (ending === 'silence') {
    if (head !== null) response.flushHeaders();
    await once(response, 'close', { signal: gone });
  } else {
    await breakOff(response, ending, head !== null);
  }
}

async function breakOff(
  { socket }: ServerResponse,
  ending: 'close' | 'reset',
  isBegun: boolean,
): Promise<void> {
  if (socket === null || socket.destroyed) return;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  if (ending === 'close') socket.destroySoon();
  else if (isBegun) setTimeout(() => socket.resetAndDestroy(), RESET_DELAY_MS);
  else socket.resetAndDestroy();
  await closed;
}
