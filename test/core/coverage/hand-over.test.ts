import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Absence,
  type Coverage,
  NOTHING_KNOWN,
  learn,
  stateOf,
  unlearn,
} from '../../../src/core/coverage/coverage.ts';
import type { DayRange } from '../../../src/core/session/day.ts';
import type { AbsenceReason } from '../../../src/core/coverage/evidence.ts';
import { handOver } from '../../../src/core/coverage/hand-over.ts';
import { contains, intersect, normalize, subtract } from '../../../src/core/session/ranges.ts';

const LAST = 30;
const every = Array.from({ length: LAST }, (_, day) => day);
const ALL: DayRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const run = (from: number, to: number): DayRange => ({ from, to });

function absent(reason: AbsenceReason, from: number, to: number): Absence {
  return { from, to, by: [{ reason, provider: 'sample', checkedAt: 1, attempts: 1, nextRetryAt: null }] };
}

function known(parts: Partial<Coverage>): Coverage {
  return { ...NOTHING_KNOWN, ...parts };
}

/** What the heir knows after the hand-over. */
function after(old: Coverage, heir: Coverage, days: DayRange = ALL): Coverage {
  const { learned, refuted } = handOver(old, heir, days);
  return learn(unlearn(heir, refuted), learned);
}

const range = fc
  .tuple(fc.nat(LAST), fc.nat(10))
  .map(([from, length]): DayRange => run(from, Math.min(LAST, from + length)));
const ranges = fc.array(range, { maxLength: 4 }).map(normalize);
const coverage = fc
  .record({
    present: ranges,
    provisional: ranges,
    absent: ranges,
    reason: fc.constantFrom<AbsenceReason>('vendor-empty', 'pre-listing', 'delisted', 'no-trades'),
  })
  .map(({ present, provisional, absent: absences, reason }): Coverage => {
    const gone = subtract(absences, present).map(({ from, to }) => absent(reason, from, to));
    return learn(NOTHING_KNOWN, { present, provisional: intersect(present, provisional), absent: gone });
  });

describe('the heir of a series', () => {
  it('has every bar that either had, and no bar outside the days handed over', () => {
    fc.assert(
      fc.property(coverage, coverage, range, (old, heir, days) => {
        const merged = after(old, heir, days);
        for (const day of every) {
          const given = contains([days], day) && contains(old.present, day);
          expect(contains(merged.present, day)).toBe(given || contains(heir.present, day));
        }
      }),
    );
  });

  it('keeps its own final bars, and has a provisional one only where neither is final', () => {
    fc.assert(
      fc.property(coverage, coverage, (old, heir) => {
        const { kept } = handOver(old, heir, ALL);
        const merged = after(old, heir);
        const isFinal = (one: Coverage, day: number): boolean =>
          contains(one.present, day) && !contains(one.provisional, day);
        for (const day of every) {
          if (isFinal(heir, day)) expect(contains(kept, day)).toBe(true);
          else if (isFinal(old, day)) expect(contains(kept, day)).toBe(false);
          else expect(contains(kept, day)).toBe(contains(heir.present, day));
          if (!contains(merged.present, day)) continue;
          expect(contains(merged.provisional, day)).toBe(!isFinal(heir, day) && !isFinal(old, day));
        }
      }),
    );
  });

  it('never calls a session explained after the first bar that neither of them could explain', () => {
    fc.assert(
      fc.property(coverage, coverage, (old, heir) => {
        const merged = after(old, heir);
        const first = merged.present[0]?.from ?? LAST;
        for (const day of every) {
          const now = stateOf(merged, day);
          if (now.state === 'absent' && now.claim.reason === 'pre-listing') expect(day).toBeLessThan(first);
          if (now.state === 'absent') {
            const reasons = [old, heir]
              .map((one) => stateOf(one, day))
              .filter((one) => one.state === 'absent');
            expect(reasons.map(({ claim }) => claim.reason)).toContain(now.claim.reason);
          }
        }
      }),
    );
  });

  it('is the same if it is handed the same again', () => {
    fc.assert(
      fc.property(coverage, coverage, range, (old, heir, days) => {
        const once = after(old, heir, days);
        expect(after(old, once, days)).toEqual(once);
      }),
    );
  });

  it('does not inherit that the old ticker is unknown or delisted', () => {
    const old = known({
      present: [run(5, 10)],
      absent: [absent('unknown-ticker', 0, 1), absent('no-trades', 10, 11), absent('delisted', 11, 20)],
    });
    expect(after(old, NOTHING_KNOWN).absent).toEqual([absent('no-trades', 10, 11)]);
  });

  it('keeps what it knows of a session that has no bar under either name', () => {
    const old = known({ present: [run(5, 7)], absent: [absent('vendor-empty', 7, 9)] });
    const heir = known({ absent: [absent('halted', 8, 9)] });
    expect(after(old, heir).absent).toEqual([absent('vendor-empty', 7, 8), absent('halted', 8, 9)]);
  });

  it('was listed when the old ticker had bars: only what lies before stays before the listing', () => {
    const old = known({ present: [run(5, 7), run(9, 12)] });
    const heir = known({ present: [run(15, 20)], absent: [absent('pre-listing', 0, 15)] });
    expect(handOver(old, heir, ALL).refuted).toEqual([run(5, 15)]);
    expect(after(old, heir).absent).toEqual([absent('pre-listing', 0, 5)]);
  });

  it('does not learn from the old ticker that its own first bars came before the listing', () => {
    const old = known({ present: [run(10, 12)], absent: [absent('pre-listing', 0, 10)] });
    const heir = known({ present: [run(4, 6)] });
    expect(after(old, heir).absent).toEqual([absent('pre-listing', 0, 4)]);
  });
});

describe('the old series', () => {
  it('forgets the days handed over where it has bars besides', () => {
    const old = known({ present: [run(0, 10)] });
    expect(handOver(old, NOTHING_KNOWN, run(0, 9)).vacated).toEqual(run(0, 9));
  });

  it('forgets everything, its delisting too, where it has no other bar', () => {
    const old = known({ present: [run(0, 10)], absent: [absent('delisted', 10, 20)] });
    expect(handOver(old, NOTHING_KNOWN, run(0, 10)).vacated).toEqual(ALL);
  });
});
