import { describe, expect, it } from 'vitest';
import { saidBy, saidByIt } from '../../src/core/said-by.ts';

describe('what a provider said', () => {
  it.each([
    ['polygon', 'polygon answered 401: Unknown API Key', 'it answered 401: Unknown API Key'],
    [
      'polygon',
      "polygon's answer cannot be read: it has no status",
      'its answer cannot be read: it has no status',
    ],
    ['alphavantage', 'Alpha Vantage answered 503 for IBM: later', 'it answered 503 for IBM: later'],
    ['own-feed.v2', 'own-feed.v2 answered 500:\nsorry', 'it answered 500:\nsorry'],
  ])('of %s names it once: %s', (provider, message, behind) => {
    expect([saidBy(provider, message), saidByIt(provider, message)]).toEqual([message, behind]);
  });

  it.each([
    ['polygon', 'no route to 127.0.0.1'],
    ['polygon', 'polygons are shapes'],
    ['polygon', 'polygon'],
    ['own.feed', 'own-feed answered 500'],
    ['yahoo', 'the quota of yahoo is used up'],
  ])('of %s is named before: %s', (provider, message) => {
    expect([saidBy(provider, message), saidByIt(provider, message)]).toEqual([
      `${provider}: ${message}`,
      message,
    ]);
  });
});
