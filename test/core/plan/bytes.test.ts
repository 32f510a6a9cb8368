import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import type { MarketBytes } from '../../../src/core/plan/answer-bytes.ts';
import type { SeriesGaps } from '../../../src/core/plan/gaps.ts';
import type { RequestLimits } from '../../../src/core/plan/limits.ts';
import { planTasks } from '../../../src/core/plan/plan.ts';
import { routesOf } from '../../../src/core/plan/routes.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { parseDay } from '../../../src/core/session/day.ts';

const NOW = Date.parse('2025-03-17T12:00:00Z');
const XNYS = calendarById('XNYS');
/** Five sessions. */
const WEEK = [{ from: parseDay('2025-03-10'), to: parseDay('2025-03-15') }];
const bytes = { aRequest: 1000, aRow: 10 };
const ONE: RequestLimits = { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1, bytes };

interface Asked {
  readonly count?: number;
  readonly interval?: Interval;
}

/** Bytes of the plan for a week of so many shares, and of the other ways. */
function bytesFor(
  limits: Partial<RequestLimits>,
  { count = 1, interval = '1d' }: Asked = {},
  more: object = {},
) {
  const gaps = Array.from({ length: count }, (_, i): SeriesGaps => ({
    series: { ticker: `Q${String.fromCodePoint(65 + i)}`, interval },
    ...{ calendar: XNYS, gaps: WEEK, sessions: 5, final: [] },
  }));
  const options = {
    ...{ limits: { [interval]: { ...ONE, ...limits } }, quotas: [], actions: false, now: NOW },
    ...more,
  };
  const plan = planTasks(gaps, options);
  return { plan: plan.bytes, routes: routesOf(plan, gaps, options).map((route) => route.bytes) };
}

describe('the bytes of a plan', () => {
  it('are those of each request, that for splits among them, and of its rows', () => {
    expect(bytesFor({}, { count: 3 }).plan).toBe(3 * 1050);
    expect(bytesFor({ mostSeries: 10 }, { count: 3 }).plan).toBe(1000 + 3 * 50);
    expect(bytesFor({ requestsForActions: 1 }).plan).toBe(2050);
    expect(bytesFor({}, { interval: '5m' }).plan).toBe(1000 + 5 * 78 * 10);
  });

  it('have rows of their own length, and those of extended hours where these come too', () => {
    const half = { ...bytes, rowMs: { exchange: 1_800_000 } };
    expect(bytesFor({ bytes: half }, { interval: '1h' }).plan).toBe(1000 + 5 * 13 * 10);
    const paging = { rows: 1_000_000, extended: 2 };
    expect(bytesFor({ paging }, { interval: '5m' }).plan).toBe(1000 + 2 * 5 * 78 * 10);
    // Each session by itself costs fewer pages, and leaves them out.
    const apart = { rows: 78, extended: 2 };
    expect(bytesFor({ paging: apart }, { interval: '5m' }).plan).toBe(5 * 1000 + 5 * 78 * 10);
  });

  it('are those of a session, and of each page of splits and dividends, where whole markets are asked', () => {
    const market = { lookBackDays: 30, requestsPerSession: 1, settleDelayMs: 0 };
    const ofMarket: MarketBytes = { aSession: 7000, aPageOfActions: 300 };
    const { plan, routes } = bytesFor({ market: { ...market, bytes: ofMarket } }, { count: 9 });
    expect([plan, ...routes]).toEqual([35_000, 35_000, 9 * 1050]);
    const actionPages = [1, 100];
    const listed = { ...market, bytes: ofMarket, actionPages };
    // Of one list a page in five days, of the other two.
    expect(bytesFor({ market: listed }, { count: 9 }).plan).toBe(35_000 + 3 * 300);
    const staged = [{ interval: '1d', session: parseDay('2025-03-11') }];
    const partly = bytesFor({ market: { ...market, bytes: ofMarket } }, { count: 9 }, { staged });
    expect(partly.plan).toBe(28_000);
  });

  it('are not known where an endpoint that is asked tells nothing of its own', () => {
    const market = { lookBackDays: 30, requestsPerSession: 1, settleDelayMs: 0 };
    const { plan, routes } = bytesFor({ market }, { count: 9 });
    expect([plan, ...routes]).toEqual([undefined, undefined, 9 * 1050]);
  });
});
