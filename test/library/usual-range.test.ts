import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RangeOptions } from '../../src/backfill/want/wanted.ts';
import { formatDay } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/library/open-history.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-usual-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** First and last day that a run would ask for of AAPL. */
async function asked(provider: string, range: RangeOptions): Promise<string[]> {
  const history = openHistory({
    store: join(folder, 'data'),
    provider: { id: provider, ...(provider === 'alphavantage' && { settings: { tier: 'legacy' } }) },
    secrets: { key: 'NOBODYS' },
    stateFolder: join(folder, 'state'),
    clock: () => Date.parse('2026-11-20T12:00:00Z'),
  });
  const { tasks } = await history.plan({ tickers: ['AAPL'], ...range });
  await history.close();
  const [gap] = tasks.flatMap(({ wants }) => wants.flatMap(({ gaps }) => gaps));
  return [gap?.from, gap && gap.to - 1].map((day) => formatDay(day ?? 0));
}

it('a run that does not say how far back goes as far as is usual at its provider', async () => {
  expect(await asked('alphavantage', {})).toEqual(['2024-11-20', '2026-11-19']);
  expect(await asked('alphavantage', { end: '2026-01-02' })).toEqual(['2024-01-03', '2026-01-02']);
  expect(await asked('alphavantage', { days: 2 })).toEqual(['2026-11-18', '2026-11-19']);
  expect(await asked('yahoo', {})).toEqual(['2025-11-19', '2026-11-19']);
});
