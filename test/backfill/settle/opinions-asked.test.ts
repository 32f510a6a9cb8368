import { describe, expect, it } from 'vitest';
import type { OddSession } from '../../../src/backfill/run/run-record.ts';
import { askableOf, prepareOpinions } from '../../../src/backfill/settle/second-opinion.ts';
import { UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import { type DayRange, formatDay, MS_PER_DAY } from '../../../src/core/session/day.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { NOW, span } from '../received.ts';

const LOOK_BACK_DAYS = 30;
const capabilities: Capabilities = {
  ...{ id: 'test', maxInFlight: null, defaultInFlight: 1, metered: true, quotas: [], actions: false },
  ...{ listsTickers: false, needsUrl: false },
  intervals: {
    '1d': { maxSpanDays: null, lookBackDays: LOOK_BACK_DAYS, requestsPerSpan: 1, settleDelayMs: 0 },
  },
};
const odd = (kind: OddSession['kind'], session = '2025-06-10'): OddSession => ({
  ...{ ticker: 'AAPL', interval: '1d', session, kind },
});

/** The spans that are asked for, first and last day, where such days are stored. */
async function asked(kind: OddSession['kind'], ...present: readonly DayRange[]): Promise<string[]> {
  const series = { ticker: 'AAPL', interval: '1d' } as const;
  const known = { calendar: 'XNYS', coverage: { ...NOTHING_KNOWN, present }, identity: UNKNOWN_IDENTITY };
  const state = { series, ...known, rows: 1, fetchedAt: 0 };
  const store = { scan: async () => ({ series: new Map([['AAPL 1d', state]]) }) } as unknown as BarStore;
  const { plan } = await prepareOpinions([odd(kind)], store, { capabilities }, NOW);
  expect(plan.totals.requests).toBe(1);
  return plan.tasks.flatMap(({ wants }) =>
    wants.map(({ range }) => `${formatDay(range.from)}..${formatDay(range.to - 1)}`),
  );
}

const JUNE = span('2025-06-02', '2025-06-30');

describe('what another provider is asked about an odd session', () => {
  it.each(['jump', 'basis-flip', 'repeat', 'line'] as const)(
    'takes in the one before it: %s',
    async (kind) => {
      expect(await asked(kind, JUNE)).toEqual(['2025-06-09..2025-06-10']);
    },
  );

  it('takes in those on both sides of a spike', async () => {
    expect(await asked('spike', JUNE)).toEqual(['2025-06-09..2025-06-11']);
  });

  it('is the session alone where nothing is stored beside it, or nothing lies between', async () => {
    expect(await asked('spike', span('2025-06-10', '2025-06-10'))).toEqual(['2025-06-10..2025-06-10']);
    expect(await asked('correction', JUNE)).toEqual(['2025-06-10..2025-06-10']);
    expect(await asked('closed-day', JUNE)).toEqual(['2025-06-10..2025-06-10']);
  });

  it('takes in the last stored one, over those that have no bar', async () => {
    const stored = [span('2025-06-02', '2025-06-04'), span('2025-06-10', '2025-06-10')];
    expect(await asked('jump', ...stored)).toEqual(['2025-06-04..2025-06-10']);
  });

  it('is not asked where it reaches the session and not the one before it', () => {
    const reached = (kind: OddSession['kind'], session: string): number =>
      askableOf([odd(kind, session)], capabilities, NOW).length;
    const [first, later] = [1, 9].map((ago) =>
      formatDay(Math.floor(NOW / MS_PER_DAY) - LOOK_BACK_DAYS + ago),
    ) as [string, string];
    expect(reached('restated', first)).toBe(1);
    expect([reached('correction', first), reached('jump', first), reached('jump', later)]).toEqual([1, 0, 1]);
  });
});
