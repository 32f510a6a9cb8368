import { expect, it } from 'vitest';
import { firstKnown } from '../../src/library/first-known.ts';

const first = firstKnown([
  { calendar: 'XNYS', interval: '1d', from: 300 },
  { calendar: 'XNYS', interval: '1d', from: 200 },
  { calendar: 'XNYS', interval: '1h', from: 900 },
  { calendar: 'crypto', interval: '1d', from: 100 },
]);

it('is the widest of its calendar and interval', () => {
  expect(first('XNYS', '1d')).toBe(200);
  expect(first('XNYS', '1h')).toBe(900);
});

it('is that of its interval where its calendar has none, and else that of its calendar', () => {
  expect(first('XPAR', '1h')).toBe(900);
  expect(first('XPAR', '1d')).toBe(100);
  expect(first('XNYS', '1m')).toBe(200);
  expect(first('XPAR', '1m')).toBeUndefined();
});
