import { afterEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { stateOf } from '../../src/core/coverage/coverage.ts';
import { MS_PER_DAY, formatDay, parseDay } from '../../src/core/session/day.ts';
import { findIssues } from '../../src/library/issues.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openYahoo } from '../../src/providers/yahoo/index.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { rowsIn } from '../store/rows.ts';
import { toolsInProcess } from './in-process.ts';
import { beginEmpty, now, setNow, store } from './store-at.ts';

beginEmpty();

const SERIES = { ticker: 'ALFA', interval: '5m' } as const;
const LAST = parseDay('2025-06-12');
const START = '2025-06-02';
const market = sampleMarket(1);
const simulators: Simulator[] = [];
afterEach(async () => {
  for (const simulator of simulators.splice(0)) await simulator.close();
});

/** Yahoo's wire. A stale tail: the last three rows of every answer repeat the values of the one before. */
async function wire(rates: string): Promise<Provider> {
  const faults = { rates, seed: 1 };
  const simulator = await startSimulator({ wire: 'yahoo', market, now: () => now, faults });
  simulators.push(simulator);
  return openYahoo({ id: 'yahoo', url: simulator.url }, OPEN_GATE);
}
const stale = () => wire('stale-tail=100%');
const sound = () => wire('empty=0%');

const run = (provider: Provider, end: string, includeProvisional = false): Promise<RunSummary> =>
  backfill(
    { tickers: ['ALFA'], intervals: ['5m'], start: START, end, includeProvisional },
    toolsInProcess(provider, store, () => now),
  );

/** Times of the stored bars whose volume is not the market's. */
async function untrue(): Promise<string[]> {
  const bars = await rowsIn(store, SERIES);
  const rows = market.rows('ALFA', '5m', { from: parseDay(START), to: parseDay('2025-06-21') });
  const traded = new Map(rows.map(({ ts, volume }) => [ts, volume]));
  return bars
    .filter(({ ts, volume }) => traded.get(ts) !== volume)
    .map(({ ts }) => new Date(ts).toISOString());
}
const coverage = async () => (await store.scan()).series.get('ALFA 5m')?.coverage;
/** Sessions that wait for another answer. */
const waiting = async () =>
  ((await coverage())?.unconfirmed ?? []).map(({ from, to }) => [formatDay(from), formatDay(to - 1)]);
const stands = async (day: number) => {
  const known = await coverage();
  return known && stateOf(known, day);
};
const named = (summary: Pick<RunSummary, 'warnings'>) =>
  summary.warnings.map(({ session, kind, note }) => ({ session, kind, note }));

/** Three bars at the end of the session of `LAST`. */
const TAIL = ['2025-06-12T19:45:00.000Z', '2025-06-12T19:50:00.000Z', '2025-06-12T19:55:00.000Z'];
const REPEAT = {
  ...{ session: '2025-06-12', kind: 'repeat' },
  note: '3 bars from 19:45 UTC on repeat the one before them, volume and all',
};

describe('a session that ends with bars that stand still', () => {
  it.each<[string, (() => Promise<unknown>)?]>([
    ['a first fill'],
    ['a top-up', async () => run(await sound(), '2025-06-11')],
  ])('waits after %s, is named, and is whole and final after the next sound answer', async (_, before) => {
    setNow(Date.parse('2025-06-13T12:00:00Z'));
    await before?.();
    const summary = await run(await stale(), '2025-06-12');
    expect(summary).toMatchObject({ failed: 0, rejected: 0, waiting: 1 });
    expect(named(summary)).toEqual([REPEAT]);
    expect(named(await findIssues(store, {}, now))).toEqual([REPEAT]);
    expect(await untrue()).toEqual(TAIL);
    expect(await waiting()).toEqual([['2025-06-12', '2025-06-12']]);
    setNow(now + MS_PER_DAY);
    expect(await run(await sound(), '2025-06-12')).toMatchObject({ changed: 3, revised: 0, waiting: 0 });
    expect(await untrue()).toEqual([]);
    expect(await stands(LAST)).toEqual({ state: 'present', provisional: false });
    expect((await findIssues(store, {}, now)).warnings).toEqual([]);
    expect(await run(await sound(), '2025-06-12')).toMatchObject({ complete: 1, requests: 0 });
  });

  it('is final once another answer ends alike, and stays named', async () => {
    setNow(Date.parse('2025-06-13T12:00:00Z'));
    await run(await stale(), '2025-06-12');
    expect(await stands(LAST)).toEqual({ state: 'present', provisional: true });
    setNow(now + MS_PER_DAY);
    const again = await run(await stale(), '2025-06-12');
    expect(again).toMatchObject({ failed: 0, waiting: 0, changed: 0 });
    expect(await stands(LAST)).toEqual({ state: 'present', provisional: false });
    expect(named(await findIssues(store, {}, now))).toEqual([REPEAT]);
    expect(await run(await stale(), '2025-06-12')).toMatchObject({ complete: 1, requests: 0 });
  });

  it('is the newest alone where the wire ends every answer so, day after day', async () => {
    for (const day of ['09', '10', '11', '12']) {
      setNow(Date.parse(`2025-06-${day}T12:00:00Z`) + MS_PER_DAY);
      await run(await stale(), `2025-06-${day}`);
      expect(await waiting()).toEqual([[`2025-06-${day}`, `2025-06-${day}`]]);
    }
    expect(await untrue()).toEqual(TAIL);
  });

  it('still trades, and waits for nothing but its end', async () => {
    setNow(Date.parse('2025-06-13T15:32:00Z'));
    const summary = await run(await stale(), '2025-06-13', true);
    expect(summary).toMatchObject({ failed: 0, provisional: 1, waiting: 0 });
    expect(await waiting()).toEqual([]);
  });
});

it('a session that still trades is not named for the bars that it has not got yet', async () => {
  setNow(Date.parse('2025-06-13T15:32:00Z'));
  const summary = await run(await sound(), '2025-06-13', true);
  expect(summary).toMatchObject({ failed: 0, provisional: 1, warnings: [] });
  expect((await findIssues(store, {}, now)).warnings).toEqual([]);
  expect((await rowsIn(store, SERIES)).length % 78).toBeGreaterThan(0);
});
