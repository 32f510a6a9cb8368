import { expect, it } from 'vitest';
import { atStore } from '../../src/cli/at-store.ts';

const RUN = 'run backfill --provider sample --tickers AAPL, or use backfill actions AAPL --add D';

it.each([
  ['./data', RUN],
  [
    '/srv/x',
    'run backfill --store /srv/x --provider sample --tickers AAPL, or use backfill --store /srv/x actions AAPL --add D',
  ],
  [
    "my $& bars'",
    String.raw`run backfill --store 'my $& bars'\''' --provider sample --tickers AAPL, or use backfill --store 'my $& bars'\''' actions AAPL --add D`,
  ],
])('a command that is proposed reads the store %s', (store, line) => {
  expect(atStore(RUN, store)).toBe(line);
  expect(atStore('what a backfill is', store)).toBe('what a backfill is');
});
