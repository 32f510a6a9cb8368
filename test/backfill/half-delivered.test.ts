import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { provisionalAt } from '../../src/core/coverage/coverage.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { coverageOf } from '../../src/library/coverage.ts';
import type { BarRequest, Capabilities, Provider } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import { summaryText } from '../../src/report/run-text.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';
import { rowsIn } from '../store/rows.ts';
import { inBars, withRows } from '../providers/rows.ts';

const DAY_MS = 86_400_000;
const SERIES = { ticker: 'ALFA', interval: '5m' } as const;
const HALF = parseDay('2025-06-12');
const WEEKS = { start: '2025-06-02', end: '2025-06-12' };
const sample = openSample({ id: 'sample' });
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
let now = 0;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(folder.path);
  now = Date.parse('2025-06-13T12:00:00Z');
});
afterEach(() => folder.remove());

/** The sample market, which has only so many bars of one session. */
function vendor(bars: number, change: Partial<Capabilities> = {}): Provider & { asked: BarRequest[] } {
  const asked: BarRequest[] = [];
  return {
    ...sample,
    capabilities: { ...sample.capabilities, metered: true, ...change },
    asked,
    fetchBars: async (request) => {
      asked.push(request);
      const answer = withRows(await sample.fetchBars(request));
      const from = HALF * DAY_MS;
      const inHalf = answer.bars.filter(({ ts }) => ts >= from && ts < from + DAY_MS);
      const left = new Set(inHalf.slice(bars));
      return inBars({ ...answer, bars: answer.bars.filter((bar) => !left.has(bar)) });
    },
  };
}

const run = (source: Provider, range: object = WEEKS): Promise<RunSummary> =>
  backfill(
    { tickers: ['ALFA'], intervals: ['5m'], ...range },
    toolsInProcess(source, store, () => now),
  );
const barsOf = async (day: number) => (await rowsIn(store, SERIES, { from: day, to: day + 1 })).length;
const report = () => coverageOf(store, sample.capabilities, now, { ...WEEKS, intervals: ['5m'] }, undefined);

describe('a session of which a part came', () => {
  it('is provisional, which is not complete', async () => {
    const summary = await run(vendor(20));
    expect(summaryText(summary)).toContainEqual(
      expect.stringMatching(/, not complete: 1 waits for the next answer to confirm a session$/),
    );
    expect(await barsOf(HALF)).toBe(20);
    const { series, totals } = await report();
    expect(series[0]).toMatchObject({ standing: 'provisional', unsure: 1, missing: 0, coverage: 88.88 });
    expect(totals).toMatchObject({ complete: 0, provisional: 1 });
    const text = coverageText(await report(), { missing: false });
    expect(text).toContain(
      '  provisional 1: 2025-06-12 (not final: fetched again, or confirmed by the next answer)',
    );
    expect(text.find((line) => line.startsWith('Series:'))).toContain('Complete: 0  Provisional: 1');
  });

  it('costs no request of its own, and gets the rest with the next one', async () => {
    await run(vendor(20));
    const again = vendor(78);
    expect(await run(again)).toMatchObject({ requests: 0, complete: 0, waiting: 1 });
    expect(again.asked).toEqual([]);
    now += 3 * DAY_MS;
    const summary = await run(vendor(78), { ...WEEKS, end: '2025-06-13' });
    expect(summary).toMatchObject({ requests: 1, failed: 0 });
    expect(await barsOf(HALF)).toBe(78);
    expect((await report()).totals).toMatchObject({ complete: 1, coverage: 100 });
  });

  it('is asked for with a request of its own the day after, but where requests are dear', async () => {
    const dear = { quotas: [{ requests: 25, perMs: DAY_MS }] };
    await run(vendor(20));
    now += DAY_MS;
    const patient = vendor(78, dear);
    expect(await run(patient)).toMatchObject({ requests: 0, waiting: 1 });
    expect(await run(vendor(78))).toMatchObject({ requests: 1, inserted: 58, waiting: 0 });
    expect((await report()).totals).toMatchObject({ complete: 1, coverage: 100 });
  });

  it('is final once one more answer has no more of it', async () => {
    await run(vendor(20));
    now += 3 * DAY_MS;
    await run(vendor(20), { ...WEEKS, end: '2025-06-13' });
    expect(await barsOf(HALF)).toBe(20);
    expect((await report()).totals).toMatchObject({ complete: 1, coverage: 100 });
  });

  it('goes on waiting where the next answer has more of it and still not all', async () => {
    await run(vendor(20));
    now += 3 * DAY_MS;
    await run(vendor(30), { ...WEEKS, end: '2025-06-13' });
    expect(await barsOf(HALF)).toBe(30);
    expect((await report()).totals).toMatchObject({ complete: 0, provisional: 1 });
  });

  it('is final after thirty days in which nothing was asked', async () => {
    await run(vendor(20));
    const known = (await store.scan()).series.get('ALFA 5m')?.coverage;
    if (known === undefined) throw new Error('nothing is stored');
    expect(provisionalAt(known, now + 30 * DAY_MS - 1)).toHaveLength(1);
    expect(provisionalAt(known, now + 30 * DAY_MS)).toEqual([]);
    now += 30 * DAY_MS;
    expect((await report()).totals).toMatchObject({ complete: 1 });
  });

  it('is asked for again at once where requests cost nothing', async () => {
    await run(vendor(20, { metered: false }));
    const again = vendor(78, { metered: false });
    expect(await run(again)).toMatchObject({ requests: 1, inserted: 58 });
    expect(await run(vendor(78, { metered: false }))).toMatchObject({ requests: 0, complete: 1 });
  });

  it('gets bars that a later answer has besides, though it was final and nobody asked for it', async () => {
    await run(vendor(72));
    expect((await report()).totals).toMatchObject({ complete: 1 });
    now += 3 * DAY_MS;
    await run(vendor(78), { ...WEEKS, end: '2025-06-13' });
    expect(await barsOf(HALF)).toBe(78);
  });
});
