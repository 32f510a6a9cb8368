import { describe, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import type { SeriesGaps } from '../../src/core/plan/gaps.ts';
import { planTasks } from '../../src/core/plan/plan.ts';
import type { Route } from '../../src/core/plan/route.ts';
import { routesOf } from '../../src/core/plan/routes.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { capabilitiesOf } from '../../src/providers/registry.ts';
import { routesLines } from '../../src/report/routes-text.ts';

const NOW = Date.parse('2025-03-17T12:00:00Z');
const XNYS = calendarById('XNYS');
const TERMINAL = { columns: 80, isWhole: false };
const PIPE = { columns: Number.POSITIVE_INFINITY, isWhole: true };

/** `QAAA`, `QAAB`: what a share may be called. */
const lettered = (i: number): string =>
  `Q${[676, 26, 1].map((part) => String.fromCodePoint(65 + (Math.floor(i / part) % 26))).join('')}`;

/** The ways to the bars of so many shares from a day on. */
function routesFor(
  count: number,
  from: string,
  { id, interval = '1d', ...settings }: { id: string; interval?: Interval } & Record<string, string>,
): readonly Route[] {
  const gaps = [{ from: parseDay(from), to: parseDay('2025-03-15') }];
  const lacking = Array.from({ length: count }, (_, i): SeriesGaps => {
    const series = { ticker: lettered(i), interval };
    return { series, calendar: XNYS, gaps, sessions: XNYS.count(gaps), final: [] };
  });
  const { intervals: limits, quotas, otherTiers } = capabilitiesOf({ id, settings });
  const options = { limits, quotas, actions: true, now: NOW };
  return routesOf(planTasks(lacking, options), lacking, options, otherTiers);
}

describe('the lines of a plan on what the ways to the same bars cost', () => {
  it('are one each on a terminal, with the first tier that is of use', () => {
    const routes = routesFor(1000, '2025-03-10', { id: 'polygon', tier: 'free' });
    expect(routesLines({ routes }, TERMINAL)).toEqual([
      'This plan: 7 requests, ~6.0 MB, 1m 13s; weighs 1m 24s',
      'By series: 3,000 requests, ~1.0 MB, 10h 4m 36s; weighs 10h',
      'With tier starter, developer, advanced: 7 requests, ~6.0 MB, 0s',
      'Weighed: requests at the pace of the quota, 50 ms each at least, and bytes at 25',
      '  MB a second',
    ]);
    expect(routesLines({}, TERMINAL)).toEqual([]);
    expect(routesLines({ routes: routes.slice(0, 1) }, TERMINAL)).toEqual([]);
  });

  it('tell of no tier that reaches less, or as much and saves no minute, but where all is wanted', () => {
    const few = routesFor(3, '2025-03-10', { id: 'alphavantage' });
    expect(routesLines({ routes: few }, TERMINAL)).toEqual([]);
    expect(routesLines({ routes: few }, PIPE)).toHaveLength(1 + 6);
    const big = routesFor(1, '2016-01-04', { id: 'polygon', tier: 'developer' });
    const told = routesLines({ routes: big }, PIPE);
    expect(told.at(1)).toMatch(/^By market: 2,\d{3} requests, ~2\.\d GB, \d+s; weighs 4m 5s$/);
    expect(told.at(0)).toBe('This plan: 3 requests, ~224.9 KB, 0s; weighs 0.2s');
    expect(told.slice(2, -1)).toEqual([
      'With tier free: 3 requests, ~48.9 KB, 24s, 1,814 sessions out of reach',
      'With tier starter: 3 requests, ~122.3 KB, 0s, 1,058 sessions out of reach',
      'With tier advanced: 3 requests, ~224.9 KB, 0s',
    ]);
    const [own, other] = told;
    expect(routesLines({ routes: big }, TERMINAL).slice(0, 2)).toEqual([own, other]);
    expect(routesLines({ routes: big }, TERMINAL).some((line) => line.startsWith('With '))).toBe(false);
  });

  it('tell of one session that is out of reach as one', () => {
    const [route] = routesFor(1, '2016-01-04', { id: 'polygon', tier: 'free' });
    const routes = [route, { ...route, beyond: 1 }] as readonly Route[];
    expect(routesLines({ routes }, PIPE)[1]).toMatch(/, 1 session out of reach;/);
  });

  it('tell of the first tier that has it sooner, or further back, and of no dearer one', () => {
    const many = routesFor(200, '2025-03-10', { id: 'alphavantage' });
    expect(routesLines({ routes: many }, TERMINAL)).toEqual([
      'This plan: 600 requests, ~1.7 MB, 22 days 12h',
      'With tier legacy: 200 requests, ~1.6 MB, 40m 7s',
    ]);
    const old = routesFor(1, '2020-01-02', { id: 'polygon', tier: 'starter' });
    expect(routesLines({ routes: old }, TERMINAL).slice(2, -2)).toEqual([
      'With tier developer, advanced: 3 requests, ~127.3 KB, 0s',
    ]);
  });

  it('name a plan by the setting that it is set by, and only those with the same source', () => {
    const names = (routes: readonly Route[]) =>
      routes.flatMap(({ setting, tiers = [] }) => (setting === undefined ? [] : [[setting, ...tiers]]));
    expect(names(routesFor(500, '2024-03-15', { id: 'alpaca' }))).toEqual([['plan', 'algo-trader-plus']]);
    expect(names(routesFor(500, '2024-03-15', { id: 'alpaca', plan: 'algo-trader-plus' }))).toEqual([
      ['plan', 'free'],
    ]);
    const files = routesFor(9, '2025-03-10', {
      id: 'polygon',
      tier: 'starter',
      source: 'flat',
      interval: '1m',
    });
    expect(names(files)).toEqual([['tier', 'developer', 'advanced']]);
  });
});
