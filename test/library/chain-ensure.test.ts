import { expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { start } from '../simulator/running.ts';
import { NOW, chainStore } from './chain-store.ts';
import { lacking, tickersOf, walkingMarket } from './walking-market.ts';

const { optionsOf } = chainStore();

it('a range is completed by all providers of a chain, and asks none of them once it is', async () => {
  const all = tickersOf(6);
  const full = walkingMarket(all);
  const [unknown = '', ...others] = all;
  const isNothingLacking = (): boolean => false;
  const market = lacking(full, new Set([unknown]), isNothingLacking);
  const first = await start({ wire: 'polygon', market, now: () => NOW });
  const second = await start({ wire: 'yahoo', market: full, now: () => NOW });
  const history = openHistory(optionsOf(first, second));
  const series = all.map((ticker) => ({ ticker, interval: '1d' as const }));
  // The first one reaches back two years.
  const range = { start: '2024-10-01', end: '2026-11-18' };
  const calls = [series, ...series.map((one) => [one])].map((some) => history.ensureRange(some, range));
  const answers = await Promise.all(calls);
  const { runs } = await history.runs();
  const runIds = ['polygon', 'yahoo'].map((id) => runs.find(({ provider }) => provider === id)?.id);
  const [runId] = runIds;
  for (const ensured of answers)
    expect(ensured).toMatchObject({ complete: true, lacks: [], failures: [], stopped: null, runId, runIds });
  // Both began at the same instant of the clock that is pretended.
  expect(runs.map(({ provider }) => provider).toSorted()).toEqual(['polygon', 'yahoo']);
  expect(runs.find(({ provider }) => provider === 'yahoo')?.summary.fetched).toBe(6);
  const asked = [first.entries.length, second.entries.length];
  expect(await history.ensureRange(series, range)).toMatchObject({ complete: true, runId: null, runIds: [] });
  expect([first.entries.length, second.entries.length]).toEqual(asked);
  expect((await history.runs()).runs).toHaveLength(2);

  // One that cannot be had of anybody is told as that, and so are those beside it.
  const nobody = { ticker: 'NOSUCH', interval: '1d' } as const;
  const rest = others.map((ticker) => ({ ticker, interval: '1d' as const }));
  expect(await history.ensureRange([...rest, nobody], { ...range, start: '2026-01-02' })).toMatchObject({
    ...{ complete: false, series: 6, lacks: [{ series: nobody, ranges: [{ why: 'unknown-ticker' }] }] },
  });
  await history.close();
}, 60_000);
