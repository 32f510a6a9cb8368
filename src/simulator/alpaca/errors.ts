import type { WireResponse } from '../wire.ts';

/** Headers of every answer of the data host, as recorded in December 2023. */
const COMMON = {
  'access-control-allow-credentials': 'true',
  'strict-transport-security': 'max-age=15724800; includeSubDomains',
  vary: 'Accept-Encoding',
};

export function json(status: number, body: object, rows = 0): WireResponse {
  const headers = { ...COMMON, 'content-type': 'application/json; charset=UTF-8' };
  return { status, headers, body: JSON.stringify(body), rows };
}

/** A refusal in words. */
export function refusal(status: number, message: string): WireResponse {
  return json(status, { message });
}

/** What stands before the data host refuses keys, and knows no JSON. */
export const WRONG_KEY: WireResponse = {
  status: 401,
  headers: { 'content-type': 'text/html' },
  body: [
    '<html>',
    '<head><title>401 Authorization Required</title></head>',
    '<body>',
    '<center><h1>401 Authorization Required</h1></center>',
    '<hr><center>nginx</center>',
    '</body>',
    '</html>',
    '',
  ].join('\r\n'),
  rows: 0,
};

/** The trading host refuses them itself. */
export const WRONG_TRADING_KEY = json(401, {
  code: 40_110_000,
  message: 'access key verification failed : verification failure',
});

/** Without a header that says when to come back. */
export const TOO_FAST = refusal(429, 'too many requests.');

export const TOO_RECENT = refusal(403, 'subscription does not permit querying recent SIP data');
export const ENDS_BEFORE_START = refusal(400, 'end should not be before start');

export function invalidSymbol(symbol: string): WireResponse {
  return refusal(400, `invalid symbol: ${symbol}`);
}

export function invalidTime(name: string, text: string): WireResponse {
  const what = `error parsing '${text}' as RFC3339 or 2006-01-02 time`;
  return refusal(400, `Invalid format for parameter ${name}: ${what}: parsing time "${text}"`);
}
