import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import type { MonthlyArchive } from '../../../src/core/plan/archive.ts';
import type { MarketBytes } from '../../../src/core/plan/answer-bytes.ts';
import type { SeriesGaps } from '../../../src/core/plan/gaps.ts';
import type { RequestLimits } from '../../../src/core/plan/limits.ts';
import { planTasks } from '../../../src/core/plan/plan.ts';
import { routesOf } from '../../../src/core/plan/routes.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { type DayRange, parseDay } from '../../../src/core/session/day.ts';

const NOW = Date.parse('2025-03-17T12:00:00Z');
/** Five sessions. */
const WEEK = [{ from: parseDay('2025-03-10'), to: parseDay('2025-03-15') }];
const bytes = { aRequest: 1000, aRow: 10 };
const ONE: RequestLimits = { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1, bytes };

interface Asked {
  /** Shares of the United States. Default 1. */
  readonly count?: number;
  /** Others in their place. */
  readonly tickers?: readonly string[];
  readonly interval?: Interval;
  readonly days?: readonly DayRange[];
}

/** Bytes of the plan for a week of so many shares, and of the other ways. */
function bytesFor(
  limits: Partial<RequestLimits>,
  { count = 1, tickers, interval = '1d', days = WEEK }: Asked = {},
  more: object = {},
) {
  const shares = Array.from({ length: count }, (_, i) => `Q${String.fromCodePoint(65 + i)}`);
  const gaps = (tickers ?? shares).map((ticker): SeriesGaps => {
    const calendar = calendarFor(ticker);
    return { series: { ticker, interval }, calendar, gaps: days, sessions: calendar.count(days), final: [] };
  });
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

  it('are of all rows of the months that the days lie in, as far as they have begun, where an answer has those', () => {
    const wholeMonths = { ...bytes, whole: 'months' } as const;
    const days = [{ from: parseDay('2025-01-30'), to: parseDay('2025-02-04') }];
    // Twenty sessions, and nineteen; ten, and the one that has begun.
    expect(bytesFor({ bytes: wholeMonths }, { interval: '5m', days }).plan).toBe(1000 + 39 * 78 * 10);
    expect(bytesFor({ bytes: wholeMonths }, { interval: '5m' }).plan).toBe(1000 + 11 * 78 * 10);
  });

  it('are of the newest rows, or of all since a day, where an answer has those, by the class', () => {
    const all = { since: parseDay('2024-01-01'), beyond: 20 };
    const whole = { 'us-shares': { aRow: 7, newest: 100, all }, crypto: { aRow: 9, newest: 350 } } as const;
    const limits = { bytes: { ...bytes, whole } };
    expect(bytesFor(limits).plan).toBe(1000 + 100 * 7);
    const sinceFebruary = [{ from: parseDay('2025-02-03'), to: parseDay('2025-02-04') }];
    const sessions = calendarFor('QA').count([{ from: all.since, to: parseDay('2025-03-19') }]);
    expect(bytesFor(limits, { days: sinceFebruary }).plan).toBe(1000 + sessions * 7);
    expect(bytesFor(limits, { tickers: ['BTC-USD'], days: sinceFebruary }).plan).toBe(1000 + 350 * 9);
    // Of others it has what it is asked for.
    expect(bytesFor(limits, { tickers: ['EURUSD=X'] }).plan).toBe(1000 + 5 * 10);
  });

  it('are those of a file a session, by the class, and unknown of a class that has none', () => {
    const paging = { rows: 1, rowMs: { exchange: 86_400_000, always: 86_400_000 } };
    const limits = { paging, bytes: { ...bytes, aFile: { 'us-shares': 1e6, crypto: 2e6 } } };
    expect(bytesFor({ ...limits, requestsForActions: 2 }).plan).toBe(7 * 1000 + 5e6);
    expect(bytesFor(limits, { tickers: ['BTC-USD'] }).plan).toBe(5 * 1000 + 5 * 2e6);
    expect(bytesFor(limits, { tickers: ['^GSPC'] }).plan).toBeUndefined();
    expect(bytesFor(limits, { tickers: ['QA', '^GSPC'] }).plan).toBeUndefined();
  });

  it('are of whole months where files of an archive have them, and of the days where pages do', () => {
    const archive: MonthlyArchive = {
      ...{ requestsPerFile: 2, rowsPerPage: 1000, bytesARow: 3 },
      ...{ since: parseDay('2017-07-14'), published: 'after-first-monday' },
    };
    const asked = (from: string, to: string): Asked => {
      return { tickers: ['BTC-USDT'], interval: '1m', days: [{ from: parseDay(from), to: parseDay(to) }] };
    };
    // Of February there is a file, of March there is none yet.
    const february = asked('2025-02-10', '2025-02-17');
    expect(bytesFor({ archive }, february).plan).toBe(2 * 1000 + 28 * 1440 * 3);
    expect(bytesFor({ archive }, asked('2025-03-10', '2025-03-12')).plan).toBe(3 * 1000 + 2 * 1440 * 10);
    const { bytesARow: _bytesARow, ...untold } = archive;
    expect(bytesFor({ archive: untold }, february).plan).toBeUndefined();
  });

  it('are others of sessions that come from elsewhere as they are older', () => {
    const older = { afterMs: 4 * 86_400_000, aSession: 100 };
    const market = { lookBackDays: 30, requestsPerSession: 1, settleDelayMs: 0 };
    // At noon of the 17th the session of the 12th is older than four days, and that of the 13th is not.
    const { plan } = bytesFor({ market: { ...market, bytes: { aSession: 7000, older } } }, { count: 9 });
    expect(plan).toBe(3 * 100 + 2 * 7000);
  });

  it('are not known where an endpoint that is asked tells nothing of its own', () => {
    const market = { lookBackDays: 30, requestsPerSession: 1, settleDelayMs: 0 };
    const { plan, routes } = bytesFor({ market }, { count: 9 });
    expect([plan, ...routes]).toEqual([undefined, undefined, 9 * 1050]);
  });
});
