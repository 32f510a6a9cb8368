import { describe, expect, it } from 'vitest';
import { errorData } from '../../../src/core/errors.ts';
import { KEY, answerTo } from './serving.ts';

const refusal = (text: string, field = 'Information'): string => JSON.stringify({ [field]: text });

const TOO_FAST =
  'Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly (1 request per second). You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to lift the free key rate limit (25 requests per day), raise the per-second burst limit, and instantly unlock all premium endpoints';
const dayUsedUp = (key: string): string =>
  `We have detected your API key as ${key} and our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly remove all daily rate limits.`;
const PREMIUM_OUTPUT =
  'Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the TIME_SERIES_DAILY endpoint.';
const INVALID =
  'Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for TIME_SERIES_DAILY.';

async function errorOf(body: string, ticker = 'IBM') {
  return errorData(await answerTo(body, { ticker }).catch((error: unknown) => error));
}

describe('a refusal, which comes with status 200', () => {
  it.each([
    ['too fast, though it tells of the day', TOO_FAST, 'throttled', true],
    ['a used-up day', dayUsedUp('XXX'), 'quota-exhausted', false],
    ['an endpoint that is paid for', 'This is a premium endpoint.', 'not-entitled', false],
    ['a parameter that is paid for', PREMIUM_OUTPUT, 'not-entitled', false],
    ['a function that there is not', 'This API function (X) does not exist.', 'bad-answer', false],
    ['words that nobody knows yet', 'We are moving house.', 'provider-fault', false],
  ])('is heard: %s', async (_, text, code, retryable) => {
    for (const field of ['Information', 'Note', 'Error Message'])
      expect(await errorOf(refusal(text, field))).toMatchObject({ code, retryable });
  });

  it('of an unknown symbol is the same as that of a bad call', async () => {
    expect(await errorOf(refusal(INVALID, 'Error Message'))).toMatchObject({ code: 'unknown-ticker' });
  });

  it('of a right ends what needs it, but of pairs only the pair', async () => {
    const body = refusal(PREMIUM_OUTPUT);
    // By its code it speaks of the whole interval.
    expect(await errorOf(body)).not.toHaveProperty('scope');
    expect(await errorOf(body, 'EURUSD=X')).toMatchObject({ code: 'not-entitled', scope: 'series' });
  });

  it('that says the key says it to nobody', async () => {
    const said = [dayUsedUp(KEY), `Your key ${KEY} is on hold.`, `${'word '.repeat(30)}${KEY} is on hold`];
    for (const text of said) {
      const told = JSON.stringify(await errorOf(refusal(text)));
      expect(told).not.toContain('PLANTED');
      expect(told).not.toContain(encodeURIComponent(KEY));
    }
    expect(JSON.stringify(await errorOf(refusal(said[1] ?? '')))).toContain('Your key *** is on hold.');
  });
});
