import { BackfillError } from '../../core/errors.ts';

export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
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
export const send: Send = async ({ url, headers }, signal) => {
  try {
    const response = await fetch(url, { headers, redirect: 'manual', ...(signal && { signal }) });
    return { status: response.status, headers: response.headers, body: await response.text() };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new BackfillError('network', `no answer from ${url.host}: ${rootMessage(error)}`, {
      retryable: true,
      cause: error,
    });
  }
};

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
