import { expect, it } from 'vitest';
import { keptRequest, portableTickers, requestOfKept } from '../../src/library/kept-request.ts';

const lives = new Map([
  ['AAPL', [{ from: Number.NEGATIVE_INFINITY, to: 20_000 }]],
  ['FB', [{ from: 100, to: Number.POSITIVE_INFINITY }]],
]);
const tickers = { tickers: ['AAPL', 'FB'], lives };

it('a request is kept as JSON and is the same when it is read, lives without an end included', () => {
  const asked = { tickers, intervals: ['1h' as const], days: 5, onEvent: () => undefined };
  const kept = keptRequest({ store: 's3://lake', queue: 'redis://:secret@box', clock: () => 7 }, asked);
  const text = JSON.stringify(kept);
  expect(text).not.toContain('secret');
  const read = JSON.parse(text) as typeof kept;
  expect(requestOfKept(read)).toEqual({ tickers, intervals: ['1h'], days: 5 });
  expect(read.now).toBe(7);
});

it('what is in files stands for them on other machines, and names stay', async () => {
  const meant = (): Promise<typeof tickers> => Promise.resolve(tickers);
  expect(await portableTickers('AAPL,@some.txt', meant)).toBe(tickers);
  expect(await portableTickers(['@some.txt'], meant)).toBe(tickers);
  expect(await portableTickers(['AAPL'], meant)).toEqual(['AAPL']);
  expect(await portableTickers('sp500', meant)).toBe('sp500');
  expect(await portableTickers(undefined, meant)).toBe(undefined);
});
