import type { WireResponse } from '../wire.ts';

const PREMIUM_PAGE = 'https://www.alphavantage.co/premium/';
const KEY_PAGE = 'https://www.alphavantage.co/support/#api-key';

/** What the server says where it gives nothing. */
export const REFUSALS = {
  wrongKey: () =>
    refusal(
      'Error Message',
      `the parameter apikey is invalid or missing. Please claim your free API key on (${KEY_PAGE}). It should take less than 20 seconds.`,
    ),
  demoKey: () =>
    refusal(
      'Information',
      `The **demo** API key is for demo purposes only. Please claim your free API key at (${KEY_PAGE}) to explore our full API offerings. It takes fewer than 20 seconds.`,
    ),
  /** Also of a symbol that there is not. */
  invalidCall: (name: string) =>
    refusal(
      'Error Message',
      `Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for ${name}.`,
    ),
  noFunction: (name: string) => refusal('Error Message', `This API function (${name}) does not exist.`),
  premiumEndpoint: () =>
    refusal(
      'Information',
      `Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the premium plans at ${PREMIUM_PAGE} to instantly unlock all premium endpoints`,
    ),
  premiumFull: (name: string) =>
    refusal(
      'Information',
      `Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the ${name} endpoint. You may subscribe to any of the premium plans at ${PREMIUM_PAGE} to instantly unlock all premium features`,
    ),
  tooFast: () =>
    refusal(
      'Information',
      `Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly (1 request per second). You may subscribe to any of the premium plans at ${PREMIUM_PAGE} to lift the free key rate limit (25 requests per day), raise the per-second burst limit, and instantly unlock all premium endpoints`,
    ),
  /** It says the key. */
  dayUsedUp: (key: string) =>
    refusal(
      'Information',
      `We have detected your API key as ${key} and our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans at ${PREMIUM_PAGE} to instantly remove all daily rate limits.`,
    ),
} as const;

/** Status 200, an object of one text, whatever form was asked for. */
function refusal(field: string, text: string): WireResponse {
  const body = `{\n    "${field}": ${JSON.stringify(text)}\n}`;
  return { status: 200, headers: { 'content-type': 'application/json' }, body, rows: 0 };
}
