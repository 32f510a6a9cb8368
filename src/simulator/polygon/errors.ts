import { createHash } from 'node:crypto';
import type { WireResponse } from '../wire.ts';

/** An answer in JSON, with the id that each has: the same for the same words. */
export function json(status: number, { status: said, ...body }: Body, rows = 0): WireResponse {
  const text = JSON.stringify(body);
  const id = createHash('md5').update(text).digest('hex');
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, status: said, request_id: id }),
    rows,
  };
}

interface Body {
  readonly status: string;
  readonly [field: string]: unknown;
}

/** What the server says where it gives nothing, as recorded. */
export const REFUSALS = {
  noKey: json(400, { status: 'ERROR', error: 'API Key was not provided' }),
  wrongKey: json(401, { status: 'ERROR', error: 'Unknown API Key' }),
  notEntitled: json(403, {
    status: 'NOT_AUTHORIZED',
    message: 'You are not entitled to this data. Please upgrade your plan at https://massive.com/pricing',
  }),
  /** Too old, in the future, or of a day that is not over for a plan that ends with the day. */
  otherTimeframe: json(403, {
    status: 'NOT_AUTHORIZED',
    message:
      "Your plan doesn't include this data timeframe. Please upgrade your plan at https://massive.com/pricing",
  }),
  tooFast: json(429, {
    status: 'ERROR',
    error:
      "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue. https://massive.com/pricing",
  }),
  notFound: json(404, { status: 'NOT_FOUND', message: 'Not found.' }),
} as const;

/** A parameter that cannot be. */
export function badParameter(name: string, value: string | null): WireResponse {
  return json(400, { status: 'ERROR', error: `Could not parse the parameter: '${name}': ${value}` });
}
