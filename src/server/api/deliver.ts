import type { ServerResponse } from 'node:http';
import type { Streamed } from './bars.ts';

/** Who takes nothing for so long is cut off, in ms. */
const STALLED_MS = 120_000;

/**
 * Gives an answer part by part, each made once the one before it is taken. Whatever ends it early, what was given does not look
 * like a whole one: the connection is cut. `isWhole`: whether all of it counts, once it is made. Never rejects.
 */
export async function deliver(
  response: ServerResponse,
  { first, others }: Streamed,
  isWhole: () => Promise<boolean>,
): Promise<void> {
  // Who has gone is noticed by `closed`.
  response.on('error', () => undefined);
  try {
    for (let part: string | Uint8Array | undefined = first; part !== undefined;) {
      if (!(await taken(response, part))) return;
      const { value, done } = await others.next();
      part = done === true ? undefined : value;
    }
    if (await isWhole()) response.end();
    else cut(response);
  } catch {
    cut(response);
  } finally {
    await others.return(undefined).catch(() => undefined);
  }
}

/** Resets the connection: of HTTP/1.0 its mere end would be the end of a whole answer. */
function cut(response: ServerResponse): void {
  if (!response.closed) response.socket?.resetAndDestroy();
}

/** Waits until more can be given; false: nobody takes it any more. */
async function taken(response: ServerResponse, part: string | Uint8Array): Promise<boolean> {
  if (response.closed || response.destroyed) return false;
  if (part.length === 0 || response.write(part)) return true;
  await new Promise<void>((resolve) => {
    const stalled = setTimeout(() => cut(response), STALLED_MS);
    const go = (): void => {
      clearTimeout(stalled);
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
  return !response.closed;
}
