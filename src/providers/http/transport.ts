import { subscribe } from 'node:diagnostics_channel';
import { BackfillError } from '../../core/errors.ts';

export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Called when the request goes over the wire. */
  readonly onSent?: (() => void) | undefined;
}

/** A whole answer: any status, the body as text. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends one GET and gives its whole answer. Wrappers (quota, retry, time-out) have the same shape and compose. */
export type Send = (request: HttpRequest, signal?: AbortSignal) => Promise<HttpAnswer>;

/**
 * Sends over Node's own `fetch`, which keeps connections alive. (The undici package is the same code with more
 * settings, for 8 MB and 40 ms in every thread.) Throws `network` (retryable) when no whole answer came: refused,
 * reset, cut short. Redirects are not followed: a market-data provider has no reason for one.
 */
export const send: Send = async ({ url, headers, onSent }, signal) => {
  if (onSent) expectSent(url, onSent);
  try {
    const response = await fetch(url, { headers, redirect: 'manual', ...(signal && { signal }) });
    return { status: response.status, headers: response.headers, body: await boundedText(response) };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof BackfillError) throw error;
    throw new BackfillError('network', `no answer from ${url.host}: ${rootMessage(error)}`, {
      retryable: true,
      cause: error,
    });
  }
};

/** Who waits for a request to go over the wire, by its URL; several may ask for the same. */
const unsent = new Map<string, (() => void)[]>();

subscribe('undici:client:sendHeaders', noteSent);

function expectSent(url: URL, onSent: () => void): void {
  unsent.set(url.href, [...(unsent.get(url.href) ?? []), onSent]);
}

/** What Node's `fetch` publishes when it writes a request to its socket. */
function noteSent(message: unknown): void {
  const { origin, path } = (message as { request: { origin: string; path: string } }).request;
  const [first, ...others] = unsent.get(`${origin}${path}`) ?? [];
  if (others.length > 0) unsent.set(`${origin}${path}`, others);
  else unsent.delete(`${origin}${path}`);
  first?.();
}

/** No answer to a request for bars is larger: 32 MiB. */
const LARGEST_BODY = 32 * 2 ** 20;

/** The body as text, read no further than an answer can reasonably be. Throws `bad-answer` (retryable). */
async function boundedText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const part of response.body) {
    bytes += part.byteLength;
    // Leaving the loop cancels the body and closes its connection.
    if (bytes > LARGEST_BODY) {
      const message = `an answer of more than ${LARGEST_BODY / 2 ** 20} MiB is not read to its end`;
      throw new BackfillError('bad-answer', message, { retryable: true });
    }
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

/** Gives a request at most `timeoutMs`, body included, then throws `timeout` (retryable). */
export function withTimeout(inner: Send, timeoutMs: number): Send {
  return async (request, signal) => {
    const seconds = timeoutMs / 1000;
    const expiry = new AbortController();
    const timer = setTimeout(() => {
      const message = `no whole answer from ${request.url.host} within ${seconds} s`;
      expiry.abort(new BackfillError('timeout', message, { retryable: true }));
    }, timeoutMs);
    try {
      return await inner(request, signal ? AbortSignal.any([signal, expiry.signal]) : expiry.signal);
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * `Retry-After` as ms from `now`: seconds or an HTTP date (RFC 9110 §10.2.3); undefined if absent or unreadable.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** `fetch failed` hides why; the innermost cause says it. */
function rootMessage(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  if (!(innermost instanceof Error)) return String(innermost);
  const code = 'code' in innermost ? String(innermost.code) : '';
  return innermost.message || code;
}
