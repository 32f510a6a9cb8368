import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { type Coverage, NOTHING_KNOWN, learn } from '../../../src/core/coverage/coverage.ts';
import { type GapOptions, findGaps } from '../../../src/core/plan/gaps.ts';
import { contains } from '../../../src/core/session/ranges.ts';
import { calendar, dates, now, range, series, someDays, span } from './new-york.ts';

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
