import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { type Coverage, NOTHING_KNOWN, learn } from '../../../src/core/coverage/coverage.ts';
import { type DayRange, parseDay, utcDayOf } from '../../../src/core/session/day.ts';
import { type GapOptions, findGaps, sessionRuns } from '../../../src/core/plan/gaps.ts';
import { planTasks } from '../../../src/core/plan/plan.ts';
import { contains, normalize, subtract } from '../../../src/core/session/ranges.ts';

const calendar = calendarById('XNYS');
const series = { ticker: 'AAPL', interval: '1d' } as const;
const now = Date.parse('2025-06-01T00:00:00Z');
const range = dates('2025-01-02', '2025-04-01');
const span = range.to - range.from;
const someDays = fc
  .array(fc.tuple(fc.nat(span), fc.nat(9)), { maxLength: 8 })
  .map((parts) => normalize(parts.map(([at, n]) => ({ from: range.from + at, to: range.from + at + n }))));

function dates(first: string, afterLast: string): DayRange {
  return { from: parseDay(first), to: parseDay(afterLast) };
}

function gapsOf(coverage: Coverage, options: Partial<GapOptions> = {}) {
  const found = findGaps([{ series, calendar, range }], new Map([['AAPL 1d', coverage]]), {
    provider: 'test',
    now,
    ...options,
  });
  return found[0]?.gaps ?? [];
}

describe('gaps', () => {
  it('are exactly the wanted sessions that are not present', () => {
    fc.assert(
      fc.property(someDays, (present) => {
        const gaps = gapsOf({ ...NOTHING_KNOWN, present });
        for (const session of calendar.sessions(range)) {
          expect(contains(gaps, session)).toBe(!contains(present, session));
        }
      }),
    );
  });

  it('are also what is missing of the sessions besides, be it that everything in the range is wanted again', () => {
    const present = [dates('2024-06-03', '2024-06-14'), dates('2025-01-02', '2025-04-01')];
    const besides = [dates('2024-06-12', '2024-06-19'), dates('2024-12-30', '2025-01-10')];
    const known = new Map([['AAPL 1d', { ...NOTHING_KNOWN, present }]]);
    const found = (everything: boolean) =>
      findGaps([{ series, calendar, range, besides }], known, { provider: 'test', now, everything })[0];
    expect(found(false)).toMatchObject({
      gaps: [dates('2024-06-14', '2024-06-19'), dates('2024-12-30', '2025-01-01')],
      sessions: 5,
    });
    expect(found(true)?.gaps).toEqual([dates('2024-06-14', '2024-06-19'), dates('2024-12-30', '2025-04-01')]);
  });

  it('are of the sessions besides of their own series only', () => {
    const besides = [dates('2024-06-03', '2024-06-04')];
    const other = { ...series, ticker: 'MSFT' };
    const coverage = { ...NOTHING_KNOWN, present: [range] };
    const known = new Map([
      ['AAPL 1d', coverage],
      ['MSFT 1d', coverage],
    ]);
    const wanted = [
      { series, calendar, range },
      { series: other, calendar, range, besides },
    ];
    const gaps = findGaps(wanted, known, { provider: 'test', now }).map((one) => one.gaps);
    expect(gaps).toEqual([[], besides]);
  });

  it('are maximal runs that start and end with a session', () => {
    fc.assert(
      fc.property(someDays, (present) => {
        const gaps = gapsOf({ ...NOTHING_KNOWN, present });
        for (const [i, gap] of gaps.entries()) {
          expect(calendar.isSession(gap.from)).toBe(true);
          expect(calendar.isSession(gap.to - 1)).toBe(true);
          const next = gaps[i + 1];
          if (next !== undefined) expect(calendar.nextSession(gap.to - 1)).toBeLessThan(next.from);
        }
      }),
    );
  });

  it('span a week-end that nobody expects anything of', () => {
    const present = [dates('2025-01-02', '2025-01-10'), dates('2025-01-14', '2025-04-01')];
    expect(gapsOf({ ...NOTHING_KNOWN, present })).toEqual([dates('2025-01-10', '2025-01-14')]);
  });

  it('contain provisional sessions', () => {
    const provisional = [dates('2025-03-31', '2025-04-01')];
    expect(gapsOf({ ...NOTHING_KNOWN, present: [range], provisional })).toEqual(provisional);
  });

  it('contain an absence only once its retry is due, or for another provider', () => {
    const day = dates('2025-02-03', '2025-02-04');
    const checkedAt = now - 1000;
    const evidence = { reason: 'vendor-empty', provider: 'test', checkedAt, attempts: 1 } as const;
    const absent = [{ ...day, by: [{ ...evidence, nextRetryAt: checkedAt + 86_400_000 }] }];
    const coverage = learn({ ...NOTHING_KNOWN, present: [range] }, NOTHING_KNOWN);
    const known = {
      ...coverage,
      present: [dates('2025-01-02', '2025-02-03'), dates('2025-02-04', '2025-04-01')],
      absent,
    };
    expect(gapsOf(known)).toEqual([]);
    expect(gapsOf(known, { now: now + 86_400_000 })).toEqual([day]);
    expect(gapsOf(known, { provider: 'other' })).toEqual([day]);
  });

  it('are none for a ticker that the provider does not know, however the range grows', () => {
    const evidence = { reason: 'unknown-ticker', provider: 'test', checkedAt: now, attempts: 1 } as const;
    const absent = [{ ...dates('2025-01-02', '2025-01-08'), by: [{ ...evidence, nextRetryAt: now + 1 }] }];
    expect(gapsOf({ ...NOTHING_KNOWN, absent })).toEqual([]);
    expect(gapsOf({ ...NOTHING_KNOWN, absent }, { now: now + 1 })).toHaveLength(1);
  });

  it('are the whole range if everything is wanted again', () => {
    expect(gapsOf({ ...NOTHING_KNOWN, present: [range] }, { everything: true })).toEqual([
      dates('2025-01-02', '2025-04-01'),
    ]);
  });

  it('contain the present sessions whose corporate actions are not known', () => {
    fc.assert(
      fc.property(someDays, someDays, (present, covered) => {
        const actionsCovered = new Map([['AAPL', covered]]);
        const gaps = gapsOf({ ...NOTHING_KNOWN, present }, { actionsCovered });
        for (const session of calendar.sessions(range)) {
          expect(contains(gaps, session)).toBe(!(contains(present, session) && contains(covered, session)));
        }
      }),
    );
  });

  it('contain all present sessions where nothing is known of the corporate actions', () => {
    const actionsCovered = new Map([['MSFT', [range]]]);
    expect(gapsOf({ ...NOTHING_KNOWN, present: [range] }, { actionsCovered })).toEqual([range]);
  });

  it('contain no absent session for want of corporate actions', () => {
    const evidence = { reason: 'halted', provider: 'test', checkedAt: now, attempts: 1 } as const;
    const absent = [{ ...range, by: [{ ...evidence, nextRetryAt: null }] }];
    expect(gapsOf({ ...NOTHING_KNOWN, absent }, { actionsCovered: new Map() })).toEqual([]);
  });

  it('ask for the edition of a ticker only where its provider claims an absence', () => {
    const claim = { reason: 'vendor-empty', checkedAt: now, attempts: 1, nextRetryAt: null } as const;
    const gapsIn = (provider: string, edition: string | null): [number, number] => {
      const absent = [{ ...range, by: [{ ...claim, provider, edition: 'one' }] }];
      let asked = 0;
      const editionOf = (ticker: string): string | null => {
        expect(ticker).toBe('AAPL');
        asked++;
        return edition;
      };
      const gaps = gapsOf({ ...NOTHING_KNOWN, absent }, { editionOf });
      return [asked, gaps.length];
    };
    expect([gapsIn('test', 'one'), gapsIn('test', 'two'), gapsIn('test', null)]).toEqual([
      [1, 0],
      [1, 1],
      [1, 0],
    ]);
    expect(gapsIn('other', 'two')).toEqual([0, 1]);
  });

  it('of an intraday series do not depend on corporate actions', () => {
    const minutes = { ticker: 'AAPL', interval: '5m' } as const;
    const known = new Map([['AAPL 5m', { ...NOTHING_KNOWN, present: [range] }]]);
    const options = { provider: 'test', now, actionsCovered: new Map() };
    expect(findGaps([{ series: minutes, calendar, range }], known, options)[0]?.gaps).toEqual([]);
  });

  it('are those of each series alone, however much many have in common', () => {
    const claim = { provider: 'test', checkedAt: now - 1, attempts: 1, nextRetryAt: null } as const;
    const known = [
      { ...NOTHING_KNOWN, present: [dates('2025-01-02', '2025-02-03')] },
      {
        ...NOTHING_KNOWN,
        absent: [
          { ...dates('2025-01-02', '2025-03-03'), by: [{ ...claim, reason: 'vendor-empty', edition: 'A' }] },
        ],
      },
      {
        ...NOTHING_KNOWN,
        absent: [{ ...range, by: [{ ...claim, reason: 'plan-limited', reachDays: 150, edition: 'A' }] }],
      },
    ] satisfies Coverage[];
    const covered = [[range], [dates('2025-01-02', '2025-01-20')]];
    const parts = {
      interval: fc.constantFrom('1d' as const, '5m' as const),
      calendar: fc.constantFrom(calendar, calendarById('24-7')),
      range: fc.constantFrom(range, dates('2025-01-02', '2025-03-01'), dates('2025-02-02', '2025-04-01')),
      known: fc.constantFrom(undefined, ...known),
      covered: fc.constantFrom(undefined, ...covered),
      edition: fc.constantFrom('A', 'B'),
    };
    // Much alike, so that each part alone makes the difference at times.
    const others = fc.array(fc.record(parts, { requiredKeys: [] }), { maxLength: 8 });
    const alike = fc
      .tuple(fc.record(parts), others)
      .map(([first, rest]) => [first, ...rest.map((other) => ({ ...first, ...other }))]);
    const reaches = { '1d': range.from + 9, '5m': range.to };
    const reachedFrom: GapOptions['reachedFrom'] = ({ interval }) => reaches[interval as '1d' | '5m'];
    const options = { provider: 'test', now, reachedFrom };
    fc.assert(
      fc.property(alike, fc.boolean(), fc.boolean(), (many, everything, hasActions) => {
        const wanted = many.map((each, i) => ({
          ...each,
          series: { ticker: `T${i}`, interval: each.interval },
        }));
        const coverages = new Map(
          wanted.flatMap((each) =>
            each.known ? [[`${each.series.ticker} ${each.interval}`, each.known] as const] : [],
          ),
        );
        const asked = {
          ...{ ...options, everything },
          editionOf: (ticker: string) => many[Number(ticker.slice(1))]?.edition ?? null,
          ...(hasActions && {
            actionsCovered: new Map(
              wanted.flatMap((each) => (each.covered ? [[each.series.ticker, each.covered] as const] : [])),
            ),
          }),
        };
        const alone = wanted.flatMap((each) => findGaps([each], coverages, asked));
        expect(findGaps(wanted, coverages, asked)).toEqual(alone);
      }),
      { numRuns: 1000 },
    );
  });

  it('come one entry a wanted series, in the order asked', () => {
    const other = { ticker: 'BTC-USD', interval: '1d' } as const;
    const crypto = calendarById('24-7');
    const wanted = [
      { series: other, calendar: crypto, range },
      { series, calendar, range },
    ];
    const found = findGaps(wanted, new Map(), { provider: 'test', now });
    expect(found.map((one) => [one.series.ticker, one.sessions])).toEqual([
      ['BTC-USD', span],
      ['AAPL', calendar.sessions(range).length],
    ]);
  });
});

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
