import { expect, it } from 'vitest';
import { type Coverage, learn, NOTHING_KNOWN, unlearn, within } from '../../../src/core/coverage/coverage.ts';
import { type AbsenceReason, firstClaim } from '../../../src/core/coverage/evidence.ts';

const DAYS = { from: 10, to: 20 };
const bars: Coverage = { ...NOTHING_KNOWN, present: [DAYS] };

/** What a provider says of the days, none of which it has a bar of. */
function none(provider: string, at = 1, reason: AbsenceReason = 'vendor-empty', days = DAYS): Coverage {
  return { ...NOTHING_KNOWN, absent: [{ ...days, by: [firstClaim(reason, provider, at)] }] };
}

function saidIn({ hadElsewhere = [] }: Coverage): unknown[] {
  return hadElsewhere.map(({ from, to, by }) => [from, to, by.map((one) => [one.provider, one.attempts])]);
}

const one = learn(none('polygon'), bars, ['csv']);

it('keeps what a provider said of sessions that another one has bars of', () => {
  expect([one.present, one.absent, saidIn(one)]).toEqual([[DAYS], [], [[10, 20, [['polygon', 1]]]]]);
  const both = learn(learn(none('yahoo'), none('polygon'), []), bars, ['csv']);
  expect(saidIn(both)).toEqual([
    [
      10,
      20,
      [
        ['polygon', 1],
        ['yahoo', 1],
      ],
    ],
  ]);
});

it('counts what is said again of sessions that have bars', () => {
  expect(saidIn(learn(one, none('polygon', 2), []))).toEqual([[10, 20, [['polygon', 2]]]]);
  expect(saidIn(learn(bars, none('polygon'), []))).toEqual([[10, 20, [['polygon', 1]]]]);
});

it('ends with bars of its own', () => {
  const some = { ...NOTHING_KNOWN, present: [{ from: 12, to: 14 }] };
  expect(saidIn(learn(one, some, ['polygon']))).toEqual([
    [10, 12, [['polygon', 1]]],
    [14, 20, [['polygon', 1]]],
  ]);
  expect(saidIn(learn(one, some, ['csv']))).toEqual([[10, 20, [['polygon', 1]]]]);
  expect(saidIn(learn(none('polygon'), bars, ['polygon']))).toEqual([]);
});

it('goes with its sessions', () => {
  expect(saidIn(unlearn(one, [{ from: 10, to: 18 }]))).toEqual([[18, 20, [['polygon', 1]]]]);
  expect(saidIn(within(one, [{ from: 0, to: 12 }]))).toEqual([[10, 12, [['polygon', 1]]]]);
});

it.each(['unknown-ticker', 'plan-limited', 'rejected'] as const)('is nothing of %s', (reason) => {
  expect(saidIn(learn(none('polygon', 1, reason), bars, ['csv']))).toEqual([]);
});
