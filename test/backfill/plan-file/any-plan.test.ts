import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFileIn, planFileText } from '../../../src/backfill/plan-file/plan-file.ts';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import type { SeriesGaps } from '../../../src/core/plan/gaps.ts';
import { type Plan, planTasks } from '../../../src/core/plan/plan.ts';
import type { Task } from '../../../src/core/plan/task.ts';
import { type DayRange, parseDay } from '../../../src/core/session/day.ts';
import { INTERVALS, type Interval } from '../../../src/core/session/interval.ts';
import { normalize, span } from '../../../src/core/session/ranges.ts';
import type { Capabilities, ProviderConfig } from '../../../src/providers/provider.ts';
import { capabilitiesOf } from '../../../src/providers/registry.ts';
import type { Scan } from '../../../src/store/scan.ts';

// Whatever a plan asks for, what is written of it is read back as that plan, and no request is for days that run backwards.

const NOW = Date.parse('2026-11-20T12:00:00Z');
const FIRST = parseDay('2016-01-04');
const DAYS = parseDay('2026-11-19') - FIRST;
const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'DUNO-B', 'BTC-USD', 'EURUSD=X', '^SAMP'];

const WIRES: readonly ProviderConfig[] = [
  ...['yahoo', 'csv', 'sample', 'binance', 'alpaca'].map((id) => ({ id })),
  ...['free', '75'].map((tier) => ({ id: 'alphavantage', settings: { tier } })),
  ...['rest', 'flat', 'hybrid', 'trades'].map((source) => ({
    ...{ id: 'polygon', settings: { tier: 'advanced', source } },
  })),
];

/** Some days of a series, as parts of the time from 2016 on: the later ones first as often as not. */
const someDays = (maxLength: number) =>
  fc.array(fc.tuple(fc.nat(DAYS), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength });

interface Wish {
  readonly ticker: string;
  readonly interval: Interval;
  readonly gaps: readonly (readonly [at: number, days: number])[];
  /** Where its oldest sessions are, and after how many top-ups they are to be compared. */
  readonly early: readonly [at: number, topUps: number] | undefined;
  readonly isRelisted: boolean;
  readonly again: boolean;
}

const wishes: fc.Arbitrary<readonly Wish[]> = fc.uniqueArray(
  fc.record({
    ticker: fc.constantFrom(...TICKERS),
    interval: fc.constantFrom(...INTERVALS),
    gaps: someDays(4),
    early: fc.option(fc.tuple(fc.nat(DAYS), fc.nat(21)), { nil: undefined }),
    isRelisted: fc.boolean(),
    again: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8, selector: ({ ticker, interval }) => `${ticker} ${interval}` },
);

function gapsOf({ ticker, interval, gaps: parts, early, ...how }: Wish): SeriesGaps {
  const calendar = calendarFor(ticker);
  const runs = normalize(parts.map(([at, n]) => ({ from: FIRST + at, to: FIRST + at + n })));
  const gaps = runs.flatMap(({ from, to }): DayRange[] => {
    const [first, last] = [calendar.sessionOnOrAfter(from), calendar.sessionOnOrBefore(to - 1)];
    return first <= last ? [{ from: first, to: last + 1 }] : [];
  });
  const days = early && { from: FIRST + early[0], to: FIRST + early[0] + 4 };
  return {
    ...{ series: { ticker, interval }, calendar, gaps, sessions: calendar.count(gaps), final: [] },
    ...(days && { early: { days, topUps: early[1] } }),
    ...how,
  };
}

function planOf(asked: readonly SeriesGaps[], { intervals: limits, quotas, actions }: Capabilities): Plan {
  const served = asked.filter(({ series }) => limits[series.interval] !== undefined);
  return planTasks(served, { limits, quotas, actions, now: NOW });
}

/** The text of the plan and the tasks that are read of it. */
function writtenAndRead(plan: Plan, asked: readonly SeriesGaps[], config: ProviderConfig): readonly Task[] {
  const wanted = asked.flatMap(({ series, calendar, gaps }) => {
    const range = span(gaps);
    return range === undefined ? [] : [{ series, calendar, range }];
  });
  const { totals, quotaMs } = plan;
  const head = {
    ...{ program: '1.0.0', made: NOW, store: 'data', provider: config.id, source: config.id },
    ...{ intervals: INTERVALS, range: 'some days', tickers: TICKERS.length, origins: [] },
    ...{ totals, quotaMs, relisted: [], goneList: [] },
  };
  const scan = { series: new Map(), actions: new Map() } as unknown as Scan;
  const text = planFileText(head, { plan, wanted, scan }, new Map());
  const { actions } = capabilitiesOf(config);
  return planFileIn(text, { path: 'night.plan', program: '1.0.0', actionsOf: () => actions }).tasks;
}

function rangesOf(task: Task): readonly DayRange[] {
  const own = 'tickers' in task ? [task.range] : [];
  return [...own, ...task.wants.flatMap(({ range, gaps }) => [range, ...gaps])];
}

/** What waits for splits and dividends of other days than its own. */
function untold(tasks: readonly Task[]): readonly string[] {
  const asking = tasks.flatMap((task) => ('tickers' in task ? [task] : []));
  return asking.flatMap(({ id, range }) =>
    tasks
      .filter((task) => 'after' in task && task.after === id)
      .flatMap((task) => task.wants)
      .filter((want) => want.range.from < range.from || want.range.to > range.to)
      .map((want) => want.id),
  );
}

describe.each(WIRES)('a plan of $id $settings', (config) => {
  it('is read back as it was written, asks for no days that run backwards, and for the splits of all that wait', () => {
    fc.assert(
      fc.property(wishes, (list) => {
        const asked = list.map(gapsOf);
        const plan = planOf(asked, capabilitiesOf(config));
        const backwards = plan.tasks.filter((task) => rangesOf(task).some(({ from, to }) => !(from < to)));
        expect(backwards.map(({ id }) => id)).toEqual([]);
        expect(untold(plan.tasks)).toEqual([]);
        expect(writtenAndRead(plan, asked, config)).toEqual(plan.tasks);
      }),
      { numRuns: 100 },
    );
  });
});
