import { type Delivery, whole } from '../deliver.ts';
import type { Fault } from './fault.ts';

/** In which form a refusal says when to come back. */
export type RetryAfter = 'seconds' | 'date' | 'none';

/**
 * 429 as text. `Retry-After` never says less than `waitMs` (ms from `now`, ms since the epoch), both forms being of
 * whole seconds; a date is by the simulator's clock, as the `Date` header is.
 */
export function tooManyRequests(now: number, retryAfter: RetryAfter, waitMs: number): Delivery {
  return page(429, 'text/plain', 'Too Many Requests', now, retryAfterHeader(now, retryAfter, waitMs));
}

function retryAfterHeader(now: number, retryAfter: RetryAfter, waitMs: number): Record<string, string> {
  if (retryAfter === 'none') return {};
  if (retryAfter === 'seconds') return { 'retry-after': String(Math.ceil(waitMs / 1000)) };
  return { 'retry-after': new Date(Math.ceil((now + waitMs) / 1000) * 1000).toUTCString() };
}

/** TEST-NET-1 (RFC 5737): an address that nobody has. */
const NOWHERE = 'http://192.0.2.1/';

/** Answers that are none of the wire's. */
export const refusals = {
  throttle: ({ now }) => tooManyRequests(now, 'none', 0),
  'throttle-seconds': ({ now }) => tooManyRequests(now, 'seconds', 1000),
  'throttle-date': ({ now }) => tooManyRequests(now, 'date', 1000),
  'error-500': ({ now }) => page(500, 'text/plain', 'Internal Server Error', now),
  'error-503': ({ now }) => page(503, 'text/plain', 'Service Unavailable', now),
  'html-200': ({ now }) => page(200, 'text/html', html('Yahoo', 'Will be right back...'), now),
  'html-502': ({ now }) => page(502, 'text/html', html('502 Bad Gateway', '502 Bad Gateway'), now),
  redirect: ({ now }) => page(302, 'text/plain', '', now, { location: NOWHERE }),
} satisfies Record<string, Fault>;

function page(
  status: number,
  type: string,
  body: string,
  now: number,
  more: Readonly<Record<string, string>> = {},
): Delivery {
  const headers = { 'content-type': type, date: new Date(now).toUTCString(), ...more };
  return whole({ status, headers, body, rows: 0 });
}

function html(title: string, heading: string): string {
  return `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${heading}</h1></body></html>\n`;
}
