import { BackfillError } from '../../core/errors.ts';
import type { Head, Send } from './transport.ts';

/** A file that goes on coming may take so many times as long as an answer. */
const FILE_TIMES = 40;

/**
 * Gives a request at most `timeoutMs`, body included, then throws `timeout` (retryable). One with `readBytes`, whose body is a
 * file of any size, has that time for each piece of it, and no more than 40 times as much for all.
 */
export function withTimeout(inner: Send, timeoutMs: number): Send {
  return async (request, signal) => {
    const expiry = new AbortController();
    const expireAfter = (ms: number): NodeJS.Timeout =>
      setTimeout(() => {
        const message = `no whole answer from ${request.url.host} within ${ms / 1000} s`;
        expiry.abort(new BackfillError('timeout', message, { retryable: true }));
      }, ms);
    const idle = expireAfter(timeoutMs);
    const { readBytes } = request;
    const whole = readBytes && expireAfter(FILE_TIMES * timeoutMs);
    const timed = readBytes && {
      ...request,
      readBytes: (parts: AsyncIterable<Uint8Array>, head: Head) =>
        readBytes(
          eachOf(parts, () => idle.refresh()),
          head,
        ),
    };
    try {
      return await inner(timed ?? request, signal ? AbortSignal.any([signal, expiry.signal]) : expiry.signal);
    } finally {
      clearTimeout(idle);
      clearTimeout(whole);
    }
  };
}

async function* eachOf<Part>(
  parts: AsyncIterable<Part>,
  note: () => void,
): AsyncGenerator<Part, void, undefined> {
  for await (const part of parts) {
    note();
    yield part;
  }
}
