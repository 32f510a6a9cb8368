import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DayRange, parseDay, utcDayOf } from '../../../src/core/session/day.ts';
import { sessionRuns } from '../../../src/core/plan/gaps.ts';
import { planTasks } from '../../../src/core/plan/plan.ts';
import { normalize, subtract } from '../../../src/core/session/ranges.ts';
import { calendar, dates, now, series, someDays } from './new-york.ts';

describe('a plan', () => {
  const unlimited = { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1 };
  const options = { quotas: [], actions: true, now };
  const plan = (
    gaps: readonly DayRange[],
    limits:
      | typeof unlimited
      | { maxSpanDays: number | null; lookBackDays: number | null; requestsPerSpan: number },
    final: readonly DayRange[] = [],
  ) => {
    const sessions = gaps.reduce((sum, gap) => sum + calendar.sessions(gap).length, 0);
    const made = planTasks([{ series, calendar, gaps, sessions, final }], {
      ...{ ...options, limits: { '1d': limits } },
    });
    return { ...made, wants: made.tasks.flatMap(({ wants }) => wants) };
  };

  it('asks once for all gaps of a series where a request may be as long as it likes', () => {
    const gaps = [dates('2025-01-06', '2025-01-08'), dates('2025-03-03', '2025-03-04')];
    const { tasks, totals } = plan(gaps, unlimited);
    const want = { id: 'AAPL 1d 2025-01-06..2025-03-03', gaps, sessions: 3 };
    expect(tasks).toMatchObject([{ id: want.id, wants: [want], requests: 1 }]);
    const standing = {
      series: 1,
      complete: 0,
      withHoles: 0,
      holes: 0,
      holesAround: 0,
      holesRejected: 0,
      provisional: 0,
      unavailable: 0,
      toFill: 1,
    };
    expect(totals).toEqual({ ...standing, sessions: 3, requests: 1 });
  });

  it('names every partition that a task writes, corporate actions included', () => {
    const minutes = { ticker: 'AAPL', interval: '1m' } as const;
    const gaps = [dates('2025-01-30', '2025-02-04')];
    const limits = { '1m': { maxSpanDays: 8, lookBackDays: null, requestsPerSpan: 2 } };
    const { tasks } = planTasks([{ series: minutes, calendar, gaps, sessions: 3, final: [] }], {
      ...options,
      limits,
    });
    expect(tasks[0]?.partitions).toEqual(['AAPL 1m 2025-01', 'AAPL 1m 2025-02', 'AAPL actions']);
  });

  it('covers the gaps, and nothing but the gaps, with windows no longer than allowed', () => {
    fc.assert(
      fc.property(someDays, fc.integer({ min: 1, max: 40 }), (days, maxSpanDays) => {
        const gaps = sessionRuns(days, calendar);
        const { wants } = plan(gaps, { ...unlimited, maxSpanDays });
        const planned = wants.flatMap((want) => want.gaps.flatMap((gap) => calendar.sessions(gap)));
        expect(planned).toEqual(gaps.flatMap((gap) => calendar.sessions(gap)));
        for (const want of wants) {
          expect(want.range.to - want.range.from).toBeLessThanOrEqual(maxSpanDays);
          expect([want.range.from, want.range.to]).toEqual([want.gaps[0]?.from, want.gaps.at(-1)?.to]);
        }
      }),
    );
  });

  it('uses as few requests as any cover can', () => {
    fc.assert(
      fc.property(someDays, fc.integer({ min: 1, max: 12 }), (days, maxSpanDays) => {
        const gaps = sessionRuns(days, calendar);
        const { tasks } = plan(gaps, { ...unlimited, maxSpanDays });
        expect(tasks).toHaveLength(
          fewestWindows(
            gaps.flatMap((gap) => calendar.sessions(gap)),
            maxSpanDays,
          ),
        );
      }),
    );
  });

  it('also asks for the last final sessions before its gaps, to compare them', () => {
    const gaps = [dates('2025-06-09', '2025-06-10')];
    const final = [dates('2025-01-02', '2025-06-07')];
    const { tasks, wants } = plan(gaps, unlimited, final);
    expect(wants).toMatchObject([
      { id: 'AAPL 1d 2025-06-09..2025-06-09', range: dates('2025-06-03', '2025-06-10'), gaps },
    ]);
    expect(tasks).toMatchObject([{ id: 'AAPL 1d 2025-06-09..2025-06-09', requests: 1 }]);
  });

  it('asks for the first ones after where none is final before', () => {
    const gaps = [dates('2025-06-02', '2025-06-04')];
    const { wants } = plan(gaps, unlimited, [dates('2025-06-04', '2025-06-07')]);
    expect(wants[0]?.range).toEqual(dates('2025-06-02', '2025-06-07'));
  });

  it('takes no session along that is not final, out of reach, or beyond the longest request', () => {
    const gaps = [dates('2025-06-09', '2025-06-10')];
    const final = [dates('2025-01-02', '2025-06-05'), dates('2025-06-06', '2025-06-07')];
    expect(plan(gaps, unlimited, final).wants[0]?.range).toEqual(dates('2025-06-06', '2025-06-10'));
    const short = { ...unlimited, maxSpanDays: 4 };
    expect(plan(gaps, short, [dates('2025-01-02', '2025-06-07')]).wants[0]?.range).toEqual(
      dates('2025-06-06', '2025-06-10'),
    );
    const near = { ...unlimited, lookBackDays: 6 };
    expect(plan(gaps, near, [dates('2025-01-02', '2025-06-07')]).wants[0]?.range.from).toBeGreaterThanOrEqual(
      utcDayOf(now) - 5,
    );
  });

  it('needs no request more for what it takes along', () => {
    fc.assert(
      fc.property(someDays, someDays, fc.integer({ min: 1, max: 40 }), (days, stored, maxSpanDays) => {
        const gaps = sessionRuns(days, calendar);
        const final = subtract(normalize(stored), gaps);
        const alone = plan(gaps, { ...unlimited, maxSpanDays }).wants;
        const along = plan(gaps, { ...unlimited, maxSpanDays }, final).wants;
        expect(along.map((want) => want.gaps)).toEqual(alone.map((want) => want.gaps));
        for (const want of along) expect(want.range.to - want.range.from).toBeLessThanOrEqual(maxSpanDays);
      }),
    );
  });

  it('leaves out what lies before the look-back, and says so', () => {
    const gaps = [dates('2025-04-01', '2025-05-31')];
    const { wants, outOfReach } = plan(gaps, { maxSpanDays: null, lookBackDays: 29, requestsPerSpan: 2 });
    const planned = wants.flatMap((want) => want.gaps.flatMap((gap) => calendar.sessions(gap)));
    const beyond = outOfReach.flatMap((part) => part.gaps.flatMap((gap) => calendar.sessions(gap)));
    expect([...beyond, ...planned]).toEqual(gaps.flatMap((gap) => calendar.sessions(gap)));
    expect(planned[0]).toBe(parseDay('2025-05-05'));
    expect(outOfReach[0]?.sessions).toBe(beyond.length);
  });

  it('takes the time of its strictest quota', () => {
    const gaps = [dates('2025-01-06', '2025-01-08')];
    const many = Array.from({ length: 503 }, () => ({ series, calendar, gaps, sessions: 2, final: [] }));
    const quotas = [{ requests: 5, perMs: 60_000 }];
    const { quotaMs } = planTasks(many, { ...options, quotas, limits: { '1d': unlimited } });
    // A request every 12 s and the slack of 0.8 %; nobody waits for the first.
    expect(quotaMs).toBeCloseTo(502 * 12_096, 0);
    const daily = [...quotas, { requests: 25, perMs: 86_400_000 }];
    const slow = planTasks(many, { ...options, quotas: daily, limits: { '1d': unlimited } });
    // 25 a day from the first instant of a day on: the last three on the 21st day.
    expect((slow.quotaMs ?? 0) / 86_400_000).toBeCloseTo(20);
  });
});

/** Fewest windows of `span` days that cover the days, by trying every start for each first uncovered day. */
function fewestWindows(sessions: readonly number[], maxSpanDays: number): number {
  const best = new Map<number, number>([[sessions.length, 0]]);
  for (let i = sessions.length - 1; i >= 0; i--) {
    let fewest = Number.POSITIVE_INFINITY;
    for (
      let j = i + 1;
      j <= sessions.length && (sessions[j - 1] ?? 0) - (sessions[i] ?? 0) < maxSpanDays;
      j++
    ) {
      fewest = Math.min(fewest, 1 + (best.get(j) ?? 0));
    }
    best.set(i, fewest);
  }
  return best.get(0) ?? 0;
}
