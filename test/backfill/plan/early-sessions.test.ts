import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../../src/backfill/backfill.ts';
import type { RunSummary } from '../../../src/backfill/settle/summary.ts';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { type Day, MS_PER_DAY, formatDay, parseDay } from '../../../src/core/session/day.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import type { BarAnswer, BarRequest, Provider } from '../../../src/providers/provider.ts';
import { openSample } from '../../../src/providers/sample/index.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { toolsInProcess } from '../in-process.ts';
import { rowsIn } from '../../store/rows.ts';
import { rowsOf } from '../../../src/core/bars/bar-builder.ts';
import { inBars, withRows } from '../../providers/rows.ts';
import { rounds } from '../../needs.ts';

const sample = openSample({ id: 'sample' });
const calendar = calendarFor('ALFA');
const START = '2025-01-02';
/** Sessions from the last one of the fill on; none of them has an event. */
const SESSIONS = calendar.sessions({ from: parseDay('2025-02-28'), to: parseDay('2025-10-30') });
const stored = (bars: readonly Ohlcv[]) => bars.map(({ ts, close, volume }) => [ts, close, volume]);

let folder = '';
let store: BarStore;
let stores = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-early-'));
  store = openStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

/** From now on the provider has other bars than it had. */
type Restate = (bar: Ohlcv) => Ohlcv;

class Vendor {
  restate: Restate = (bar) => bar;
  /** Rows that an answer for old sessions has besides. */
  dropped = 0;
  fault: ((request: BarRequest) => void) | undefined;
  readonly asked: BarRequest[] = [];
  readonly provider: Provider = {
    ...sample,
    fetchBars: async (request): Promise<BarAnswer> => {
      this.asked.push(request);
      this.fault?.(request);
      const answer = withRows(await sample.fetchBars(request));
      const dropped = request.range.to < parseDay('2025-02-01') ? this.dropped : 0;
      return inBars({ ...answer, dropped, bars: answer.bars.map((bar) => this.restate(bar)) });
    },
  };

  /** A run up to a session, on the day after it. */
  run(last: Day, ticker = 'ALFA', start = START): Promise<RunSummary> {
    const now = (last + 1) * MS_PER_DAY + 43_200_000;
    return backfill(
      { tickers: [ticker], start, end: formatDay(last) },
      toolsInProcess(this.provider, store, () => now),
    );
  }
}

function before(day: Day, ratio: number): Restate {
  return (bar) =>
    bar.ts / MS_PER_DAY >= day
      ? bar
      : {
          ...bar,
          open: bar.open * ratio,
          high: bar.high * ratio,
          low: bar.low * ratio,
          close: bar.close * ratio,
        };
}

const barsOf = (ticker = 'ALFA') => rowsIn(store, { ticker, interval: '1d' });
const topUpsOf = async (ticker = 'ALFA') => (await store.scan()).series.get(`${ticker} 1d`)?.topUps?.count;
const session = (i: number): Day => SESSIONS[i] ?? 0;
/** Requests for the oldest sessions alone. */
const checks = ({ asked }: Vendor) => asked.filter(({ range }) => range.to < parseDay('2025-02-01'));

/** Whether a split that nobody mentions would do the same: such an answer is refused by name, as its basis is not known. */
function isOfSplit(ratio: number): boolean {
  const factors = [3 / 2, 4 / 3, 5 / 4, 6 / 5, 11 / 10, 21 / 20, 5 / 3, 7 / 5];
  return factors.some((one) => [one, 1 / one].some((factor) => Math.abs(ratio / factor - 1) < 0.001));
}

describe('a restatement of the older part', () => {
  it('is found within 21 top-ups, whatever the ratio, but for that of a split, its date and the rhythm', async () => {
    const first = calendar.sessionOnOrAfter(parseDay(START));
    const cases = fc.record({
      ratio: fc
        .oneof(
          fc.double({ min: 0.68, max: 0.97, noNaN: true }),
          fc.double({ min: 1.03, max: 1.3, noNaN: true }),
        )
        .filter((ratio) => !isOfSplit(ratio)),
      breakAt: fc.integer({ min: first + 1, max: session(0) - 10 }),
      rhythm: fc.integer({ min: 1, max: 5 }),
      quiet: fc.integer({ min: 0, max: 6 }),
      ticker: fc.constantFrom('ALFA', 'NYXA', 'PYRE'),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ ratio, breakAt, rhythm, quiet, ticker }) => {
        store = openStore(join(folder, String(stores++)));
        const vendor = new Vendor();
        await vendor.run(session(0), ticker);
        let at = 0;
        const topUp = (): Promise<RunSummary> => vendor.run(session((at += rhythm)), ticker);
        for (let i = 0; i < quiet; i++) expect((await topUp()).failures).toEqual([]);
        vendor.restate = before(breakAt, ratio);
        let revised = 0;
        let needed = 0;
        for (; revised === 0 && needed < 21; needed++) {
          const summary = await topUp();
          expect(summary.failures).toEqual([]);
          revised = summary.revised;
        }
        const truth = await vendor.provider.fetchBars({
          ...{ series: { ticker, interval: '1d' }, now: (session(at) + 1) * MS_PER_DAY + 43_200_000 },
          range: { from: parseDay(START), to: session(at) + 1 },
        });
        expect(stored(await barsOf(ticker))).toEqual(stored(rowsOf(truth.bars)));
        expect(revised).toBe(calendar.sessions({ from: first, to: breakAt }).length);
      }),
      { numRuns: rounds(12) },
    );
  }, 120_000);

  it('is found of hours too, in another partition than the top-up', async () => {
    const hours = calendar.sessions({ from: parseDay('2025-12-29'), to: parseDay('2026-02-15') });
    const vendor = new Vendor();
    const run = (last: Day): Promise<RunSummary> => {
      const now = (last + 1) * MS_PER_DAY + 43_200_000;
      const request = { start: '2025-12-08', end: formatDay(last), intervals: ['1h'] as const };
      return backfill(
        { tickers: ['ALFA'], ...request },
        toolsInProcess(vendor.provider, store, () => now),
      );
    };
    await run(hours[0] ?? 0);
    for (const day of hours.slice(1, 5)) expect(await run(day)).toMatchObject({ failures: [], revised: 0 });
    vendor.restate = before(parseDay('2025-12-16'), 0.93);
    let needed = 0;
    for (const day of hours.slice(5)) {
      needed++;
      const { failures, revised } = await run(day);
      expect(failures).toEqual([]);
      if (revised > 0) break;
    }
    expect(needed).toBeLessThanOrEqual(21);
    const revisions = await store.readRevisions({ ticker: 'ALFA', interval: '1h' });
    expect(revisions).toHaveLength(6 * 7);
    for (const { before: was, after } of revisions) expect(after.close / was.close).toBeCloseTo(0.93, 9);
  });

  it('costs less than one request in twenty to look for', async () => {
    const vendor = new Vendor();
    await vendor.run(session(0));
    for (let i = 1; i <= 63; i++) await vendor.run(session(i));
    expect(vendor.asked.length - 1).toBe(66);
    expect(checks(vendor)).toHaveLength(3);
    expect(checks(vendor).map(({ range }) => [formatDay(range.from), formatDay(range.to - 1)])).toEqual(
      Array.from({ length: 3 }, () => ['2025-01-02', '2025-01-07']),
    );
  });

  it('is looked for once where a jump was stored that nothing explains', async () => {
    const jumping = new Vendor();
    jumping.restate = before(session(0) - 20, 3.3);
    await jumping.run(session(0));
    await jumping.run(session(1));
    expect(checks(jumping)).toHaveLength(1);
    await jumping.run(session(2));
    expect(checks(jumping)).toHaveLength(1);
  });

  it('is found by the next top-up where the fill had named the break', async () => {
    const vendor = new Vendor();
    const breakAt = session(0) - 20;
    vendor.restate = before(breakAt, 3.3);
    const { warnings } = await vendor.run(session(0));
    expect(warnings).toMatchObject([{ kind: 'jump' }]);
    vendor.restate = (bar) => bar;
    expect(await vendor.run(session(1))).toMatchObject({ failures: [], fetched: 1 });
    // The top-up, the comparison, and the whole series again.
    expect(vendor.asked).toHaveLength(1 + 3);
    const truth = await sample.fetchBars({
      ...{ series: { ticker: 'ALFA', interval: '1d' }, now: (session(1) + 1) * MS_PER_DAY + 43_200_000 },
      range: { from: parseDay(START), to: session(1) + 1 },
    });
    expect(stored(await barsOf())).toEqual(stored(rowsOf(truth.bars)));
  });
});

describe('the oldest sessions', () => {
  it('of many series are not due on one day', async () => {
    const vendor = new Vendor();
    const tickers = ['ALFA', 'NYXA', 'PYRE', 'QUIL', 'UMBR', 'WQAL'];
    for (const ticker of tickers) await vendor.run(session(0), ticker);
    for (const ticker of tickers) await vendor.run(session(1), ticker);
    const counts = await Promise.all(tickers.map(topUpsOf));
    expect(new Set(counts).size).toBeGreaterThan(3);
    expect(counts.every((count) => count !== undefined && count >= 0 && count <= 20)).toBe(true);
  });

  /** A store one top-up before the comparison is due. */
  async function almostDue(): Promise<Vendor> {
    const vendor = new Vendor();
    vendor.restate = before(session(0) - 20, 3.3);
    await vendor.run(session(0));
    return vendor;
  }

  it('are corrected, with a revision, where one of them was', async () => {
    const vendor = await almostDue();
    const { restate } = vendor;
    vendor.restate = (bar) =>
      bar.ts === parseDay('2025-01-03') * MS_PER_DAY
        ? { ...restate(bar), volume: bar.volume + 7000 }
        : restate(bar);
    expect(await vendor.run(session(1))).toMatchObject({ failures: [], revised: 1, inserted: 1 });
    const revisions = await store.readRevisions({ ticker: 'ALFA', interval: '1d' });
    expect(revisions.map(({ before: { ts } }) => ts)).toEqual([parseDay('2025-01-03') * MS_PER_DAY]);
    expect(await topUpsOf()).toBe(0);
  });

  it('are asked for again next time if they could not be had, and the top-up stays', async () => {
    const vendor = await almostDue();
    const failing = (): void => {
      vendor.fault = ({ range }) => {
        if (range.from < parseDay('2025-02-01')) throw new BackfillError('network', 'the line is down');
      };
    };
    failing();
    const summary = await vendor.run(session(1));
    expect(summary).toMatchObject({ failed: 1, inserted: 1 });
    expect(summary.failures).toMatchObject([{ code: 'network', from: '2025-01-02', to: '2025-01-07' }]);
    expect(await topUpsOf()).toBe(20);
    vendor.fault = undefined;
    expect(await vendor.run(session(2))).toMatchObject({ failed: 0, inserted: 1, requests: 2 });
    expect(await topUpsOf()).toBe(0);
    expect(await vendor.run(session(3))).toMatchObject({ failed: 0, inserted: 1, requests: 1 });
    expect(await topUpsOf()).toBe(1);
  });

  it('are one failure with the top-up that failed too', async () => {
    const vendor = await almostDue();
    vendor.fault = () => {
      throw new BackfillError('network', 'the line is down');
    };
    const { failures, failed } = await vendor.run(session(1));
    expect(failed).toBe(1);
    expect(failures.map(({ from }) => from)).toEqual([formatDay(session(1))]);
  });

  it('are compared whatever rows are left out of the answer', async () => {
    const vendor = await almostDue();
    vendor.dropped = 30;
    expect(await vendor.run(session(1))).toMatchObject({ failures: [], requests: 2 });
  });

  it('are not asked for where nothing else is', async () => {
    const vendor = await almostDue();
    const asked = vendor.asked.length;
    expect(await vendor.run(session(0))).toMatchObject({ complete: 1, requests: 0 });
    expect(vendor.asked).toHaveLength(asked);
  });

  it('need no request of their own where another reaches back to them', async () => {
    const vendor = await almostDue();
    await vendor.run(session(1), 'ALFA', '2024-12-16');
    expect(vendor.asked).toHaveLength(2);
    expect(await topUpsOf()).toBe(0);
  });
});
