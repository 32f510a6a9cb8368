import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import type { SeriesGaps } from '../../../src/core/plan/gaps.ts';
import type { MarketLimits, RequestLimits } from '../../../src/core/plan/limits.ts';
import { planTasks } from '../../../src/core/plan/plan.ts';
import type { Quota } from '../../../src/core/plan/quota.ts';
import type { Slice } from '../../../src/core/plan/slice.ts';
import { type DayRange, formatDay, parseDay } from '../../../src/core/session/day.ts';

const NOW = Date.parse('2025-03-17T12:00:00Z');
const XNYS = calendarById('XNYS');
const range = (from: string, to: string): DayRange => ({ from: parseDay(from), to: parseDay(to) + 1 });
const WEEK = range('2025-03-10', '2025-03-14');
const TWO_YEARS = range('2023-03-13', '2025-03-14');

const LIMITS: RequestLimits = {
  ...{ maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1 },
  market: { lookBackDays: 30, requestsPerSession: 1, settleDelayMs: 0 },
};

function gapsOf(count: number, gaps: readonly DayRange[], prefix = 'Q', calendar = XNYS): SeriesGaps[] {
  return Array.from({ length: count }, (_, i) => ({
    series: { ticker: `${prefix}${i}`, interval: '1d' },
    ...{ calendar, gaps, sessions: calendar.count(gaps), final: [] },
  }));
}

/** The sessions asked of markets, the series asked alone with their days, and the requests. */
function plan(
  gaps: readonly SeriesGaps[],
  limits: Partial<RequestLimits> = {},
  staged: Slice[] = [],
  quotas: readonly Quota[] = [],
) {
  const options = {
    limits: { '1d': { ...LIMITS, ...limits } },
    quotas,
    actions: false,
    now: NOW,
    staged,
  };
  const { tasks, totals, outOfReach } = planTasks(gaps, options);
  const markets = tasks.flatMap((task) => ('slice' in task ? [formatDay(task.slice.session)] : []));
  const spread = tasks.flatMap((task) => ('bucket' in task ? task.wants : []));
  const alone = tasks.flatMap((task) =>
    'slice' in task || 'bucket' in task
      ? []
      : task.wants.map(
          (want) => `${want.series.ticker} ${formatDay(want.range.from)}..${formatDay(want.range.to - 1)}`,
        ),
  );
  return { markets, spread, alone, totals, outOfReach };
}

describe('a plan of markets and series', () => {
  it('asks markets where nobody reaches the oldest sessions of all: those cost nothing either way', () => {
    // Since 2025-03-11: four sessions of the market, or six series.
    const limits = { lookBackDays: 7, market: { lookBackDays: 7, requestsPerSession: 1, settleDelayMs: 0 } };
    const { markets, alone, totals, outOfReach } = plan(gapsOf(6, [WEEK]), limits);
    expect(markets).toEqual(['2025-03-11', '2025-03-12', '2025-03-13', '2025-03-14']);
    expect({ alone, requests: totals.requests, beyond: outOfReach.length }).toEqual({
      ...{ alone: [], requests: 4, beyond: 6 },
    });
  });

  it('asks markets for what more series lack than there are sessions', () => {
    const { markets, alone, spread, totals } = plan(gapsOf(6, [WEEK]));
    expect(markets).toEqual(['2025-03-10', '2025-03-11', '2025-03-12', '2025-03-13', '2025-03-14']);
    expect(alone).toEqual([]);
    expect(spread).toHaveLength(6);
    expect(spread[0]?.gaps).toEqual([WEEK]);
    expect(totals).toMatchObject({ requests: 5, sessions: 30, toFill: 6 });
  });

  it('asks markets for instruments of the classes that they have, and for the others by themselves', () => {
    const [shares, indices] = ['', '^'].map((prefix) =>
      gapsOf(6, [WEEK]).map(({ series, ...gaps }, i) => {
        return { ...gaps, series: { ...series, ticker: `${prefix}QA${'ABCDEF'[i]}` } };
      }),
    );
    const market: MarketLimits = { ...(LIMITS.market as MarketLimits), of: ['us-shares'] };
    const { markets, alone, spread, totals } = plan([...(shares ?? []), ...(indices ?? [])], { market });
    expect(markets).toHaveLength(5);
    expect(spread.map(({ series }) => series.ticker)).toEqual('ABCDEF'.split('').map((one) => `QA${one}`));
    expect(alone).toHaveLength(6);
    expect(alone.every((one) => one.startsWith('^'))).toBe(true);
    expect(totals).toMatchObject({ requests: 5 + 6, toFill: 12 });
    // They do not make it worth its while either.
    expect(plan([...(shares ?? []).slice(0, 4), ...(indices ?? [])], { market }).markets).toEqual([]);
  });

  it('asks for the series where a market saves requests and takes far more bytes than the quota makes of them', () => {
    const market = (aSession: number): MarketLimits => ({
      ...(LIMITS.market as MarketLimits),
      bytes: { aSession },
    });
    const bytes = { aRequest: 100, aRow: 100 };
    const files = (aSession: number, quotas: readonly Quota[] = []): string[] =>
      plan(gapsOf(8, [WEEK]), { market: market(aSession), bytes }, [], quotas).markets;
    // Three requests fewer: 150 ms, in which some 4 MB come; five sessions of 18 MB take four seconds.
    expect(files(18_000_000)).toEqual([]);
    expect(files(10_000)).toHaveLength(5);
    expect(files(18_000_000, [{ requests: 5, perMs: 60_000 }])).toHaveLength(5);
    expect(files(18_000_000, [{ requests: 100, perMs: 1000 }])).toEqual([]);
    // By requests alone, where nobody knows how large the answers of a series are.
    expect(plan(gapsOf(8, [WEEK]), { market: market(18_000_000) }).markets).toHaveLength(5);
  });

  it('asks for the series where that costs no more', () => {
    expect(plan(gapsOf(5, [WEEK]))).toMatchObject({ markets: [], totals: { requests: 5, sessions: 25 } });
    expect(plan(gapsOf(100, [WEEK]), { mostSeries: 20 }).markets).toEqual([]);
    expect(plan(gapsOf(120, [WEEK]), { mostSeries: 20 }).markets).toHaveLength(5);
  });

  it('weighs what a session of a market costs', () => {
    const market = { lookBackDays: null, requestsPerSession: 3, settleDelayMs: 0 };
    expect(plan(gapsOf(15, [WEEK]), { market }).markets).toEqual([]);
    expect(plan(gapsOf(16, [WEEK]), { market })).toMatchObject({ totals: { requests: 15 } });
  });

  describe('whose splits and dividends come apart', () => {
    const ofYear: MarketLimits = {
      ...{ lookBackDays: null, requestsPerSession: 1, settleDelayMs: 0 },
      actionPages: [2, 45],
    };
    // 734 days from the first session to the last: 5 pages and 91.
    const sessions = XNYS.count([TWO_YEARS]);
    const actionsIn = (planned: ReturnType<typeof planTasks>) =>
      planned.tasks.flatMap((task) =>
        'slice' in task && task.slice.actionsSince !== undefined
          ? [[formatDay(task.slice.actionsSince), formatDay(task.slice.session), task.requests]]
          : [],
      );
    const planOf = (count: number, gaps: readonly DayRange[], staged: Slice[] = []) =>
      planTasks(gapsOf(count, gaps), {
        ...{ limits: { '1d': { ...LIMITS, market: ofYear } }, quotas: [], actions: true },
        ...{ staged, now: NOW },
      });

    it('asks for them once for all its sessions, before those, at the price of the pages that they fill', () => {
      const planned = planOf(2000, [TWO_YEARS]);
      expect(actionsIn(planned)).toEqual([['2023-03-13', '2025-03-14', 5 + 91]]);
      expect(planned.tasks[0]).toHaveProperty('slice.actionsSince');
      expect(planned.totals.requests).toBe(sessions + 96);
      // As many series are cheaper by themselves, at a request each.
      expect(actionsIn(planOf(sessions + 96, [TWO_YEARS]))).toEqual([]);
      expect(actionsIn(planOf(sessions + 97, [TWO_YEARS]))).toHaveLength(1);
      // Of a week a page of each list.
      expect(planOf(2000, [WEEK]).totals.requests).toBe(5 + 2);
    });

    it('asks for none of what lies staged, and for the days beside it alone', () => {
      const staged = (from: string, to: string): Slice => ({
        ...{ interval: '1d', session: parseDay(to), actionsSince: parseDay(from) },
      });
      expect(actionsIn(planOf(2000, [WEEK], [staged('2025-03-03', '2025-03-14')]))).toEqual([]);
      const beside = planOf(2000, [WEEK], [staged('2025-03-03', '2025-03-12')]);
      expect(actionsIn(beside)).toEqual([['2025-03-13', '2025-03-14', 2]]);
      // Bars of the last session are no splits of it, and the other way round.
      const bars = planOf(2000, [WEEK], [{ interval: '1d', session: parseDay('2025-03-14') }]);
      expect(actionsIn(bars)).toEqual([['2025-03-10', '2025-03-14', 2]]);
      expect(planOf(2000, [WEEK], [staged('2025-03-10', '2025-03-14')]).totals.requests).toBe(5);
    });
  });

  it('weighs the pages of the series', () => {
    const paging = { rows: 10 };
    // A list of four for five days is two pages, one of ten is five; alone each is one.
    expect(plan(gapsOf(12, [WEEK]), { mostSeries: 4, paging })).toMatchObject({ totals: { requests: 5 } });
    expect(plan(gapsOf(8, [WEEK]), { mostSeries: 4, paging }).markets).toEqual([]);
    expect(plan(gapsOf(12, [WEEK]), { mostSeries: 12, paging }).markets).toHaveLength(5);
    expect(plan(gapsOf(10, [WEEK]), { mostSeries: 12, paging }).markets).toEqual([]);
    expect(plan(gapsOf(12, [WEEK]), { mostSeries: 12 }).markets).toEqual([]);
  });

  it.each([
    // Pages of either calendar by itself: 3 + 3 in one list, where 30 rows of one would be 5.
    [6, 7, 5, 5],
    [6, 8, 0, 4],
    // Lists of three with one of the other calendar, and of two: 3 + 1 + 2, and 1 + 1 + 1.
    [4, 5, 5, 5],
    [4, 15, 0, 3],
  ])(
    'weighs those of two calendars in lists of %i and pages of %i rows',
    (mostSeries, rows, markets, requests) => {
      const both = [...gapsOf(3, [WEEK]), ...gapsOf(3, [WEEK], 'P', calendarById('XPAR'))];
      const asked = plan(both, { mostSeries, paging: { rows } });
      expect([asked.markets.length, asked.totals.requests]).toEqual([markets, requests]);
    },
  );

  it('asks for those of two calendars in one list', () => {
    const both = [...gapsOf(3, [WEEK]), ...gapsOf(3, [WEEK], 'P', calendarById('XPAR'))];
    const limits = { mostSeries: 6, requestsPerSpan: 3 };
    expect(plan(both, limits)).toMatchObject({ markets: [], totals: { requests: 3 } });
    expect(plan(both, { ...limits, mostSeries: 5 }).markets).toHaveLength(5);
  });

  it('asks for one long history by its series beside the market of the last days', () => {
    const { markets, alone, totals } = plan([...gapsOf(40, [WEEK]), ...gapsOf(1, [TWO_YEARS], 'L')]);
    expect(markets).toHaveLength(5);
    expect(alone).toEqual(['L0 2023-03-13..2025-03-07']);
    expect(totals).toMatchObject({ requests: 6, sessions: 200 + XNYS.count([TWO_YEARS]) });
  });

  it('asks a market for no more than it reaches, and the series for what is older', () => {
    const { markets, alone, totals } = plan(gapsOf(30, [TWO_YEARS]));
    // A series that has to be asked for anyway brings the last days too.
    expect([markets, alone.length, totals.requests]).toEqual([[], 30, 30]);
    const { markets: ofBoth, outOfReach } = plan(gapsOf(30, [TWO_YEARS]), { lookBackDays: 7 });
    expect(ofBoth[0]).toBe('2025-02-18');
    expect(outOfReach).toHaveLength(30);
    expect(outOfReach[0]?.gaps.at(-1)?.to).toBe(parseDay('2025-02-14') + 1);
  });

  it('takes what lies staged for nothing', () => {
    const staged = ['2025-03-10', '2025-03-11'].map((day): Slice => ({
      interval: '1d',
      session: parseDay(day),
    }));
    const { markets, totals } = plan(gapsOf(4, [WEEK]), {}, staged);
    expect([markets.length, totals.requests]).toEqual([5, 3]);
    expect(plan(gapsOf(3, [WEEK]), {}, staged)).toMatchObject({ markets: ['2025-03-10', '2025-03-11'] });
  });

  it('leaves a session that is not final, and a calendar that is a guess, to the series', () => {
    const open = range('2025-03-14', '2025-03-17');
    const { markets, alone } = plan(gapsOf(6, [open]));
    expect([markets, alone.length]).toEqual([[], 6]);
    const guess = calendarById('weekdays');
    expect(plan(gapsOf(20, [WEEK], 'G', guess)).markets).toEqual([]);
  });

  it('compares the final sessions that a market brings anyway', () => {
    const friday = { from: WEEK.to - 1, to: WEEK.to };
    const before = { from: WEEK.from, to: WEEK.to - 1 };
    const topped = { ...(gapsOf(1, [friday], 'T')[0] as SeriesGaps), final: [before] };
    const { spread } = plan([...gapsOf(20, [WEEK]), topped]);
    const want = spread.find(({ series }) => series.ticker === 'T0');
    expect(want).toMatchObject({ gaps: [friday], range: { from: WEEK.from, to: WEEK.to } });
  });
});
