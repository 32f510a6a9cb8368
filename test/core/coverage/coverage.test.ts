import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Absence,
  type Coverage,
  NOTHING_KNOWN,
  type SessionState,
  knownSpan,
  learn,
  stateOf,
  unlearn,
  within,
  withoutRefuted,
} from '../../../src/core/coverage/coverage.ts';
import { type DayRange } from '../../../src/core/session/day.ts';
import { type AbsenceReason, firstClaim, isDue, nextRetry } from '../../../src/core/coverage/evidence.ts';
import { normalize } from '../../../src/core/session/ranges.ts';

const LAST = 40;
const DAY_MS = 86_400_000;
const days = Array.from({ length: LAST }, (_, day) => day);
const range = fc
  .tuple(fc.nat(LAST), fc.nat(12))
  .map(([from, length]): DayRange => ({ from, to: Math.min(LAST, from + length) }));
const ranges = fc.array(range, { maxLength: 4 }).map(normalize);
const reason = fc.constantFrom<AbsenceReason>('vendor-empty', 'pre-listing', 'rejected', 'not-yet-published');

/** An answer: present days, some of them provisional, and absences on other days. */
const answer = fc
  .record({
    present: ranges,
    provisional: ranges,
    absent: ranges,
    reason,
    at: fc.integer({ min: 1, max: 50 }),
  })
  .map((parts): Coverage => {
    const present = parts.present;
    const isPresent = (day: number): boolean => present.some(({ from, to }) => from <= day && day < to);
    const provisional = normalize(
      days
        .filter((day) => isPresent(day) && inRanges(parts.provisional, day))
        .map((day) => ({ from: day, to: day + 1 })),
    );
    const absentDays = days.filter((day) => !isPresent(day) && inRanges(parts.absent, day));
    const checkedAt = parts.at * DAY_MS;
    const absent = normalize(absentDays.map((day) => ({ from: day, to: day + 1 }))).map((run) =>
      absence(run, parts.reason, checkedAt),
    );
    return { present, provisional, absent };
  });

describe('what is known after a series of answers', () => {
  it('is, day by day, what a plain record of the answers says', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 6 }), (answers) => {
        const coverage = learnAll(answers);
        for (const day of days) expect(stateOf(coverage, day).state).toBe(modelState(answers, day));
      }),
    );
  });

  it('never has a day in two states, and keeps its lists ascending and disjoint', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 6 }), (answers) => {
        const { present, provisional, absent } = learnAll(answers);
        expect(normalize(present)).toEqual(present);
        expect(normalize(provisional)).toEqual(provisional);
        for (const [i, run] of absent.entries()) {
          expect(run.from).toBeLessThan(run.to);
          expect(run.from).toBeGreaterThanOrEqual(absent[i - 1]?.to ?? 0);
        }
        for (const day of days) {
          expect(inRanges(present, day) && inRanges(absent, day)).toBe(false);
          if (inRanges(provisional, day)) expect(inRanges(present, day)).toBe(true);
        }
      }),
    );
  });

  it('is the same when an answer is learned twice', () => {
    fc.assert(
      fc.property(answer, answer, (before, news) => {
        const once = learn(learn(NOTHING_KNOWN, before), news);
        expect(learn(once, news)).toEqual(once);
      }),
    );
  });

  it('falls apart into the part within some days and the part without them', () => {
    fc.assert(
      fc.property(answer, ranges, (coverage, cut) => {
        const inside = within(coverage, cut);
        const outside = unlearn(coverage, cut);
        for (const day of days) {
          const here = inRanges(cut, day) ? inside : outside;
          const there = inRanges(cut, day) ? outside : inside;
          expect(described(stateOf(here, day))).toEqual(described(stateOf(coverage, day)));
          expect(stateOf(there, day).state).toBe('missing');
        }
      }),
    );
  });
});

describe('a single answer', () => {
  const known = learn(NOTHING_KNOWN, {
    present: [{ from: 10, to: 20 }],
    provisional: [{ from: 18, to: 20 }],
    absent: [absence({ from: 5, to: 10 }, 'vendor-empty', DAY_MS)],
  });

  it('that lacks a stored bar does not un-learn it', () => {
    const after = learn(known, {
      ...NOTHING_KNOWN,
      absent: [absence({ from: 8, to: 12 }, 'vendor-empty', 9 * DAY_MS)],
    });
    expect(after.present).toEqual([{ from: 10, to: 20 }]);
    expect(stateOf(after, 11).state).toBe('present');
  });

  it('with a final bar ends the provisional state', () => {
    const after = learn(known, { ...NOTHING_KNOWN, present: [{ from: 18, to: 19 }] });
    expect(after.provisional).toEqual([{ from: 19, to: 20 }]);
  });

  it('that repeats an absence counts the attempts of the repeated part and doubles its wait', () => {
    const at = 9 * DAY_MS;
    const after = learn(known, {
      ...NOTHING_KNOWN,
      absent: [absence({ from: 3, to: 7 }, 'vendor-empty', at)],
    });
    expect(after.absent).toMatchObject([
      { from: 3, to: 5, by: [{ attempts: 1, nextRetryAt: at + DAY_MS }] },
      { from: 5, to: 7, by: [{ attempts: 2, nextRetryAt: at + 2 * DAY_MS }] },
      { from: 7, to: 10, by: [{ attempts: 1, checkedAt: DAY_MS }] },
    ]);
  });

  it('of another kind starts counting anew', () => {
    const after = learn(known, {
      ...NOTHING_KNOWN,
      absent: [absence({ from: 5, to: 10 }, 'rejected', 9 * DAY_MS)],
    });
    expect(after.absent).toMatchObject([{ by: [{ reason: 'rejected', attempts: 1 }] }]);
  });

  it('that knows the ticker ends its being unknown, on all days', () => {
    const unknown = learn(NOTHING_KNOWN, {
      ...NOTHING_KNOWN,
      absent: [absence({ from: 0, to: 9 }, 'unknown-ticker', 1)],
    });
    expect(stateOf(unknown, 30)).toMatchObject({ state: 'absent', claim: { reason: 'unknown-ticker' } });
    const after = learn(unknown, { ...NOTHING_KNOWN, present: [{ from: 5, to: 9 }] });
    expect(stateOf(after, 2).state).toBe('missing');
    expect(stateOf(after, 30).state).toBe('missing');
  });
});

describe('an absence', () => {
  it('of a vendor is asked for again after 24 hours, then after twice as long each time, and settles', () => {
    const waits = [1, 2, 3, 4].map((attempts) => (nextRetry('vendor-empty', attempts, 0) ?? 0) / DAY_MS);
    expect(waits).toEqual([1, 2, 4, 8]);
    expect(nextRetry('vendor-empty', 5, 0)).toBeNull();
  });

  it('of an unknown ticker is never settled and never waits longer than 30 days', () => {
    expect(nextRetry('unknown-ticker', 60, 0)).toBe(30 * DAY_MS);
  });

  it('of a halt is settled at once, for every provider', () => {
    const halted = absence({ from: 0, to: 5 }, 'halted', 0);
    expect(halted.by[0]?.nextRetryAt).toBeNull();
    expect(dueFor(halted, 'somebody-else', 1e15)).toBe(false);
  });

  it('before the listing is believed for a month, then twice asked again: a listing date may be wrong', () => {
    const before = absence({ from: 0, to: 5 }, 'pre-listing', 0);
    expect(before.by[0]?.nextRetryAt).toBe(30 * DAY_MS);
    expect(nextRetry('pre-listing', 3, 0)).toBeNull();
    expect(dueFor(before, 'somebody-else', 1000)).toBe(true);
  });

  it('that is one provider’s word does not keep another from being asked', () => {
    const empty = absence({ from: 0, to: 5 }, 'vendor-empty', 0);
    expect(dueFor(empty, 'test', 1000)).toBe(false);
    expect(dueFor(empty, 'somebody-else', 1000)).toBe(true);
    expect(dueFor(empty, 'test', DAY_MS)).toBe(true);
  });
});

describe('a claim that a session lies before the listing', () => {
  const present = [
    { from: 5, to: 8 },
    { from: 12, to: 15 },
  ];
  const of = (...absent: Absence[]): Coverage => withoutRefuted({ present, provisional: [], absent });

  it('is refuted by an older bar: the vendor has a hole, which is due after a day', () => {
    const claim = absence({ from: 8, to: 12 }, 'pre-listing', 0);
    expect(of(claim).absent).toEqual([absence({ from: 8, to: 12 }, 'vendor-empty', 0)]);
    expect(dueFor(of(claim).absent[0] as Absence, 'test', DAY_MS)).toBe(true);
  });

  it('holds before the first bar, and where there is none', () => {
    const before = absence({ from: 0, to: 5 }, 'pre-listing', 0);
    const empty = absence({ from: 8, to: 12 }, 'vendor-empty', 0);
    expect(of(before, empty).absent).toEqual([before, empty]);
    const nothing = { present: [], provisional: [], absent: [before] };
    expect(withoutRefuted(nothing)).toBe(nothing);
  });

  it('leaves what others say of the same sessions', () => {
    const both: Absence = {
      ...{ from: 8, to: 12 },
      by: [
        ...absence({ from: 8, to: 12 }, 'pre-listing', 0).by,
        ...absence({ from: 8, to: 12 }, 'no-trades', 0, 'other').by,
      ],
    };
    const [run] = of(both).absent;
    expect(run?.by.map((claim) => `${claim.provider} ${claim.reason}`).toSorted()).toEqual([
      'other no-trades',
      'test vendor-empty',
    ]);
  });
});

describe('the span of what is known', () => {
  it('reaches from the first to the last day with a state', () => {
    expect(knownSpan(NOTHING_KNOWN)).toBeUndefined();
    const absent = [absence({ from: 2, to: 4 }, 'pre-listing', 0)];
    expect(knownSpan({ present: [{ from: 8, to: 9 }], provisional: [], absent })).toEqual({ from: 2, to: 9 });
  });
});

function absence(run: DayRange, why: AbsenceReason, checkedAt: number, provider = 'test'): Absence {
  return { ...run, by: [firstClaim(why, provider, checkedAt)] };
}

function learnAll(answers: readonly Coverage[]): Coverage {
  return answers.reduce((known, one) => learn(known, one), NOTHING_KNOWN);
}

/** Whether an absence is due for a provider without a look-back. */
function dueFor({ by }: Absence, provider: string, now: number, isReached = true): boolean {
  return isDue(by, { provider, now, isReached });
}

function inRanges(list: readonly DayRange[], day: number): boolean {
  return list.some(({ from, to }) => from <= day && day < to);
}

/** A state without the run that it stands in. */
function described(known: SessionState): unknown {
  if (known.state !== 'absent') return known;
  return { state: known.state, by: known.absence.by };
}

/** A day is present once any answer had a bar of it, else absent if any said so, else missing. */
function modelState(answers: readonly Coverage[], day: number): string {
  if (answers.some(({ present }) => inRanges(present, day))) return 'present';
  return answers.some(({ absent }) => inRanges(absent, day)) ? 'absent' : 'missing';
}
