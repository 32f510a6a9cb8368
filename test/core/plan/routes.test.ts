import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import type { SeriesGaps } from '../../../src/core/plan/gaps.ts';
import type { PlanOptions, RequestLimits } from '../../../src/core/plan/limits.ts';
import { planTasks } from '../../../src/core/plan/plan.ts';
import type { OtherTier, Route } from '../../../src/core/plan/route.ts';
import { routesOf } from '../../../src/core/plan/routes.ts';
import { parseDay } from '../../../src/core/session/day.ts';

const NOW = Date.parse('2025-03-17T12:00:00Z');
const XNYS = calendarById('XNYS');
const WEEK = [{ from: parseDay('2025-03-10'), to: parseDay('2025-03-15') }];
const ONE: RequestLimits = { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1 };
const market = { lookBackDays: 30, requestsPerSession: 1, settleDelayMs: 0 };
const FIVE_A_MINUTE = [{ requests: 5, perMs: 60_000 }];
const SPACING = 12_096;

/** `QAAA`, `QAAB`: what a share may be called. */
const lettered = (i: number): string =>
  `Q${[676, 26, 1].map((part) => String.fromCodePoint(65 + (Math.floor(i / part) % 26))).join('')}`;

const gapsOf = (count: number, gaps = WEEK): SeriesGaps[] =>
  Array.from({ length: count }, (_, i) => ({
    series: { ticker: lettered(i), interval: '1d' },
    ...{ calendar: XNYS, gaps, sessions: XNYS.count(gaps), final: [] },
  }));

const options = (limits: Partial<RequestLimits> = {}): PlanOptions => ({
  ...{ limits: { '1d': { ...ONE, ...limits } }, quotas: FIVE_A_MINUTE, actions: false, now: NOW },
});

/** What the plan of some gaps and the other ways to close them cost. */
const priced = (gaps: SeriesGaps[], how: PlanOptions, tiers?: readonly OtherTier[]): readonly Route[] =>
  routesOf(planTasks(gaps, how), gaps, how, tiers);

describe('the ways to the same bars', () => {
  it('are each priced by its endpoint, at the pace of the quota, the plan first', () => {
    const many = priced(gapsOf(100), options({ market }));
    expect(many).toEqual([
      { by: 'plan', requests: 5, quotaMs: 4 * SPACING, beyond: 0 },
      { by: 'series', requests: 100, quotaMs: 99 * SPACING, beyond: 0 },
    ]);
    // Whole markets are priced for each session of which anything lacks, were it of one series.
    for (const count of [1, 2])
      expect(priced(gapsOf(count), options({ market }))).toEqual([
        { by: 'plan', requests: count, quotaMs: (count - 1) * SPACING, beyond: 0 },
        { by: 'markets', requests: 5, quotaMs: 4 * SPACING, beyond: 0 },
      ]);
    const { totals, quotaMs } = planTasks(gapsOf(100), options({ market }));
    expect([totals.requests, quotaMs]).toEqual([many[0]?.requests, many[0]?.quotaMs]);
  });

  it('are none beside the plan where its provider has one endpoint and one tier, and none where nothing is lacking', () => {
    expect(priced(gapsOf(3), options())).toHaveLength(1);
    expect(priced(gapsOf(3, []), options({ market }))).toEqual([]);
  });

  it('tell what other tiers cost and do not reach, alike ones in one, without those that lack an interval', () => {
    const tier = (name: string, limits: Partial<RequestLimits>, quotas: PlanOptions['quotas'] = []) => ({
      ...{ setting: 'tier', name, quotas, intervals: { '1d': { ...ONE, ...limits } } },
    });
    const tiers = [
      tier('small', { lookBackDays: 5 }, FIVE_A_MINUTE),
      tier('big', {}),
      { setting: 'tier', name: 'minutes', quotas: [], intervals: { '1m': ONE } },
      tier('biggest', {}),
    ];
    // It begins on the 13th: three of the five sessions of each series are older.
    expect(priced(gapsOf(3), options(), tiers).slice(1)).toEqual([
      { by: 'tier', setting: 'tier', tiers: ['small'], requests: 3, quotaMs: 2 * SPACING, beyond: 9 },
      { by: 'tier', setting: 'tier', tiers: ['big', 'biggest'], requests: 3, quotaMs: null, beyond: 0 },
    ]);
  });

  it('do not count what was used of a key as used of another tier', () => {
    const used = { ...options(), standing: { now: NOW, nextAt: NOW + 60_000, windows: {} } };
    const tiers = [{ setting: 'tier', name: 'other', quotas: FIVE_A_MINUTE, intervals: { '1d': ONE } }];
    expect(priced(gapsOf(1), used, tiers).map(({ quotaMs }) => quotaMs)).toEqual([60_000, 0]);
  });
});
