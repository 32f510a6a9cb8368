import { describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import {
  type LedgerTools,
  recordOutOfReach,
  settleUnknownTickers,
} from '../../../src/backfill/run/ledger.ts';
import type { SeriesResult } from '../../../src/backfill/runner.ts';
import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import type { Want } from '../../../src/core/plan/task.ts';
import type { BarStore, SeriesUpdate } from '../../../src/store/store.ts';
import type { Scan } from '../../../src/store/scan.ts';
import { NOW, done, resultsOf, settled, span, stored, want } from '../received.ts';

const DAY_MS = 86_400_000;
const gap = span('2025-06-02', '2025-06-06');
const about = (ticker: string): Want => want({ series: { ticker, interval: '1d' }, gaps: [gap] });
const unknown: SeriesResult = {
  ok: false,
  error: { code: 'unknown-ticker', message: 'no such ticker', retryable: false },
};

/** Tools that note what would be stored. The bars that there are come from `source`. */
function noting(source = 'test', metered = true): { tools: LedgerTools; updates: SeriesUpdate[] } {
  const updates: SeriesUpdate[] = [];
  const upsert = async (update: SeriesUpdate) => {
    await Promise.resolve();
    updates.push(update);
    return { inserted: 0, changed: 0, revised: 0, partitions: 1 };
  };
  const readBars = () => Promise.resolve(storedBarsOf([stored(gap.from, 100, { source })]));
  return {
    tools: { store: { upsert, readBars } as unknown as BarStore, provider: 'test', metered, now: NOW },
    updates,
  };
}

/** A scan with a series of so many rows for each ticker. */
function scanOf(rowsOf: Readonly<Record<string, number>>): Scan {
  const known = { calendar: 'XNYS', coverage: NOTHING_KNOWN, identity: UNKNOWN_IDENTITY, fetchedAt: 0 };
  const series = Object.entries(rowsOf).map(
    ([ticker, rows]) =>
      [`${ticker} 1h`, { series: { ticker, interval: '1h' as const }, ...known, rows }] as const,
  );
  return { series: new Map(series), actions: new Map(), setAside: [] };
}

describe('an unknown ticker', () => {
  it('is recorded, to be asked for tomorrow, where the store has no bar of it', async () => {
    const { tools, updates } = noting();
    const results = new Map([
      [about('NOPE'), unknown],
      [about('ALFA'), done()],
    ]);
    const judged = await settled(results, (run) =>
      settleUnknownTickers(run, scanOf({ NOPE: 0, ALFA: 7 }), tools),
    );
    expect(judged).toEqual([unknown, done()]);
    const evidence = { reason: 'unknown-ticker', provider: 'test', checkedAt: NOW, attempts: 1 };
    expect(updates.map(({ series, learned }) => [series.ticker, learned])).toEqual([
      ['NOPE', { ...NOTHING_KNOWN, absent: [{ ...gap, by: [{ ...evidence, nextRetryAt: NOW + DAY_MS }] }] }],
    ]);
  });

  it.each(['test', 'test/flat'])(
    'is the provider’s fault where the store has bars of it, as of %s',
    async (source) => {
      const { tools, updates } = noting(source);
      const judged = await settled([[about('ALFA'), unknown]], (run) =>
        settleUnknownTickers(run, scanOf({ ALFA: 1 }), tools),
      );
      const [result] = judged;
      expect(result).toMatchObject({ ok: false, error: { code: 'provider-fault' } });
      expect(result?.ok === false && result.error.message).toContain(
        'does not know ALFA, but the store has bars',
      );
      expect(updates).toEqual([]);
    },
  );

  it('is the provider’s fault in a storm of them, counted by ticker', async () => {
    const { tools, updates } = noting();
    const names = ['A', 'B', 'C', 'D', 'E'];
    const storm = new Map(names.map((name) => [about(name), unknown]));
    const judged = await settled(storm, (run) => settleUnknownTickers(run, scanOf({}), tools));
    expect(judged.map((result) => (result.ok ? 'ok' : result.error.code))).toEqual(
      names.map(() => 'provider-fault'),
    );
    const [first] = judged;
    expect(first?.ok === false && first.error.message).toContain('so it said of 5 of 5 tickers');
    expect(updates).toEqual([]);
    const few = new Map([...names.slice(0, 3), ...names.slice(0, 3)].map((name) => [about(name), unknown]));
    await settleUnknownTickers(resultsOf(few), scanOf({}), tools);
    expect(updates).toHaveLength(6);
  });
});

describe('a ticker that a source on this machine does not know', () => {
  it('is recorded, however many there are', async () => {
    const { tools, updates } = noting('test', false);
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    const all = new Map(names.map((name) => [about(name), unknown]));
    const judged = await settled(all, (run) => settleUnknownTickers(run, scanOf({}), tools));
    expect(judged).toEqual(names.map(() => unknown));
    expect(updates).toHaveLength(6);
  });

  it('was there before where the store has bars of it: that is said, and is no fault of the source', async () => {
    const { tools, updates } = noting('test', false);
    const judged = await settled([[about('ALFA'), unknown]], (run) =>
      settleUnknownTickers(run, scanOf({ ALFA: 1 }), tools),
    );
    const message =
      'test says that it does not know ALFA, but the store has bars of it from there: bring back what they came from, or ' +
      'leave it out';
    expect(judged).toMatchObject([{ ok: false, error: { message } }]);
    expect(updates).toEqual([]);
  });
});

describe('a ticker that only another provider has bars of', () => {
  it('may well be unknown: it is recorded', async () => {
    const { tools, updates } = noting('other');
    const judged = await settled([[about('DEAD'), unknown]], (run) =>
      settleUnknownTickers(run, scanOf({ DEAD: 7 }), tools),
    );
    expect(judged).toEqual([unknown]);
    expect(updates).toHaveLength(1);
  });
});

describe('what lies before a provider’s look-back', () => {
  it('is recorded as its limit, for good', async () => {
    const { tools, updates } = noting();
    const part = { series: about('ALFA').series, calendar: 'XNYS', gaps: [gap], sessions: 5, reachDays: 59 };
    await recordOutOfReach([part], tools);
    expect(updates[0]?.learned.absent).toMatchObject([
      { ...gap, by: [{ reason: 'plan-limited', nextRetryAt: null, reachDays: 59 }] },
    ]);
  });
});
