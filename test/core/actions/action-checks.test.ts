import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkActions } from '../../../src/core/actions/action-checks.ts';
import type { CorporateAction } from '../../../src/core/bars/bars.ts';
import { parseDay } from '../../../src/core/session/day.ts';

const DAY = parseDay('2024-05-06');
const split = (ratio: number, exDay = DAY): CorporateAction => ({ kind: 'split', exDay, ratio });
const dividend = (amount: number, exDay = DAY): CorporateAction => ({ kind: 'dividend', exDay, amount });
const check = (...actions: CorporateAction[]) =>
  checkActions(actions.map((action) => ({ action, row: { said: action.kind } })));

describe('a split or dividend of an answer', () => {
  it.each([
    ['a split 1:0', split(1 / 0)],
    ['a split 0:1', split(0)],
    ['a split 0:0', split(0 / 0)],
    ['a negative split', split(-2)],
    ['a split of a billion for one', split(1e9)],
    ['a dividend of nothing', dividend(0)],
    ['a negative dividend', dividend(-0.2)],
    ['a dividend that is no number', dividend(Number.NaN)],
    ['an endless dividend', dividend(Number.POSITIVE_INFINITY)],
  ])('that cannot be is kept apart: %s', (_, action) => {
    const { actions, rejected } = check(action, split(2, DAY + 10));
    expect(actions).toEqual([split(2, DAY + 10)]);
    expect(rejected).toEqual([
      {
        exDay: DAY,
        kind: action.kind,
        row: { said: action.kind },
        reason: expect.stringMatching(/ is none$/),
      },
    ]);
  });

  it.each([Number.NaN, parseDay('1899-12-31'), parseDay('2100-01-01'), 1e12])(
    'has an ex-date: %s is none',
    (exDay) => {
      expect(check(split(2, exDay))).toEqual({
        actions: [],
        rejected: [
          { exDay: null, kind: 'split', row: { said: 'split' }, reason: 'split without an ex-date' },
        ],
      });
    },
  );

  it.each([
    ['the largest split', split(1e6), split(1e6 + 1)],
    ['the smallest split', split(1e-6), split(0.99e-6)],
    ['the largest dividend', dividend(1e12 - 1), dividend(1e12)],
    ['the smallest dividend', dividend(1e-12), dividend(0)],
    ['the first day', split(2, parseDay('1900-01-01')), split(2, parseDay('1900-01-01') - 1)],
    ['the last day', split(2, parseDay('2100-01-01') - 1), split(2, parseDay('2100-01-01'))],
  ])('is kept up to its bound and not beyond: %s', (_, within, beyond) => {
    expect([within, beyond].map((action) => check(action).actions.length)).toEqual([1, 0]);
  });

  it('that changes nothing is left out without a word', () => {
    expect(check(split(1))).toEqual({ actions: [], rejected: [] });
    expect(check(split(1), split(4))).toEqual({ actions: [split(4)], rejected: [] });
  });

  it('counts once if it is repeated; other dividends of the day add up, other splits contradict it', () => {
    expect(check(split(2), split(2), dividend(0.25), dividend(0.25), dividend(1))).toEqual({
      actions: [split(2), dividend(1.25)],
      rejected: [],
    });
    const { actions, rejected } = check(split(2), split(3), split(5, DAY + 1));
    expect(actions).toEqual([split(5, DAY + 1)]);
    expect(rejected.map(({ reason }) => reason)).toEqual([
      'another split of the same day has another ratio',
      'another split of the same day has another ratio',
    ]);
  });

  it('is in a currency by its code, or in none', () => {
    const inCurrency = (currency: string): CorporateAction =>
      ({ kind: 'dividend', exDay: DAY, amount: 0.5, currency }) as const;
    expect(check(inCurrency('usd '), inCurrency('USD')).actions).toEqual([inCurrency('USD')]);
    expect(check(inCurrency('GBp')).actions).toEqual([inCurrency('GBp')]);
    for (const word of ['123', '💶', 'gbp', 'x'.repeat(40_000)]) {
      const { actions, rejected } = check(inCurrency(word));
      expect(actions).toEqual([]);
      expect(rejected).toMatchObject([
        { exDay: DAY, reason: expect.stringMatching(/^a dividend in ".{1,41}", which is no currency/u) },
      ]);
    }
  });

  it('is never lost and never impossible', () => {
    const values = fc.oneof(fc.double(), fc.constantFrom(0, 1, 2, 1 / 0, Number.NaN));
    const days = fc.constantFrom(DAY, DAY + 1, Number.NaN);
    const one = fc.tuple(fc.boolean(), values, days);
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), (list) => {
        const { actions } = check(
          ...list.map(([isSplit, value, day]) => (isSplit ? split(value, day) : dividend(value, day))),
        );
        for (const action of actions) {
          const value = action.kind === 'split' ? action.ratio : action.amount;
          expect(value > 0 && Number.isFinite(value) && Number.isInteger(action.exDay)).toBe(true);
        }
        expect(new Set(actions.map(({ kind, exDay }) => `${kind} ${exDay}`)).size).toBe(actions.length);
      }),
    );
  });
});
