import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import { type SeriesGaps, findGaps, sessionRuns } from '../../../src/core/plan/gaps.ts';
import { planTasks } from '../../../src/core/plan/plan.ts';
import type { Want } from '../../../src/core/plan/task.ts';
import type { DayRange } from '../../../src/core/session/day.ts';
import { intersect, normalize, subtract, union } from '../../../src/core/session/ranges.ts';
import { calendar, dates, now, range, series, someDays } from './new-york.ts';

function wantsOf(
  gaps: readonly DayRange[],
  more: Partial<SeriesGaps>,
  maxSpanDays: number | null = null,
): readonly Want[] {
  const limits = { '1d': { maxSpanDays, lookBackDays: null, requestsPerSpan: 1 } };
  const one = { series, calendar, gaps, sessions: calendar.count(gaps), final: [], ...more };
  return planTasks([one], { quotas: [], actions: false, now, limits }).tasks.flatMap(({ wants }) => wants);
}

describe('days that are left out of a plan', () => {
  it('part the gaps on both sides of them into requests of their own', () => {
    const gaps = [
      dates('2025-01-06', '2025-01-08'),
      dates('2025-01-13', '2025-01-15'),
      dates('2025-03-03', '2025-03-05'),
    ];
    const leftOut = [dates('2025-02-03', '2025-02-05')];
    expect(wantsOf(gaps, { leftOut }).map((want) => want.gaps)).toEqual([gaps.slice(0, 2), gaps.slice(2)]);
    expect(wantsOf(gaps, {}).map((want) => want.gaps)).toEqual([gaps]);
  });

  it('are in no request, whatever the gaps and the span, and each gap is in one', () => {
    fc.assert(
      fc.property(
        someDays,
        someDays,
        someDays,
        fc.option(fc.integer({ min: 1, max: 40 })),
        (missing, recent, waiting, maxSpanDays) => {
          const gaps = sessionRuns(missing, calendar);
          const leftOut = subtract(sessionRuns(recent, calendar), gaps);
          const riders = subtract(sessionRuns(waiting, calendar), union(gaps, leftOut));
          const wants = wantsOf(gaps, { leftOut, riders }, maxSpanDays);
          const alone = wantsOf(gaps, { leftOut }, maxSpanDays);
          expect(wants).toHaveLength(alone.length);
          for (const want of wants) expect(calendar.count(intersect([want.range], leftOut))).toBe(0);
          const closed = wants.flatMap((want) => want.gaps);
          expect(calendar.count(closed)).toBe(calendar.count(normalize(closed)));
          expect(calendar.count(subtract(gaps, normalize(closed)))).toBe(0);
          expect(calendar.count(subtract(normalize(closed), union(gaps, riders)))).toBe(0);
        },
      ),
    );
  });
});

describe('what is missing between the days that are meant', () => {
  const lived = [dates('2025-01-06', '2025-01-08'), dates('2025-03-03', '2025-03-05')];
  const whole = dates('2025-01-06', '2025-03-05');
  const known = { ...NOTHING_KNOWN, present: [dates('2025-02-03', '2025-02-05')] };
  const found = (takesBetween: boolean): SeriesGaps => {
    const wanted = { series, calendar, range: whole, lived, takesBetween };
    const [one] = findGaps([wanted], new Map([['AAPL 1d', known]]), { provider: 'test', now });
    if (one === undefined) throw new Error('no gaps');
    return one;
  };

  it('is no gap, and is taken along where that costs no request', () => {
    expect(found(false)).toMatchObject({ gaps: lived, riders: [] });
    const between = [dates('2025-01-08', '2025-02-01'), dates('2025-02-05', '2025-03-01')];
    expect(found(true)).toMatchObject({ gaps: lived, sessions: 4, riders: between });
    const { gaps, ...more } = found(true);
    expect(wantsOf(gaps, more).map((want) => want.gaps)).toEqual([
      [
        dates('2025-01-06', '2025-02-01'),
        dates('2025-02-05', '2025-03-01'),
        dates('2025-03-03', '2025-03-05'),
      ],
    ]);
    expect(wantsOf(gaps, more, 5).map((want) => want.gaps)).toHaveLength(2);
  });

  it('lies in the range alone', () => {
    const [one] = findGaps([{ series, calendar, range, takesBetween: true }], new Map(), {
      ...{ provider: 'test', now },
    });
    expect(one).toMatchObject({ gaps: [dates('2025-01-02', '2025-04-01')], riders: [] });
  });
});
