import { describe, expect, it } from 'vitest';
import { areLongOver, mostOfUse, sumOfUse, usedWindowsIn } from '../../../src/core/plan/quota-journal.ts';

const day = (index: number, used: number) => ({ '86400000ms': { index, used } });

describe('what processes have reserved of a quota', () => {
  it('is added up in the latest window of each length', () => {
    const hour = { '3600000ms': { index: 9, used: 4 } };
    expect(sumOfUse([day(7, 3), { ...day(7, 2), ...hour }, day(6, 50)])).toEqual({ ...day(7, 5), ...hour });
    expect(sumOfUse([day(6, 50), day(7, 3)])).toEqual(day(7, 3));
    expect(sumOfUse([])).toEqual({});
  });

  it('is the most that is said of the same requests', () => {
    expect(mostOfUse(day(7, 3), day(7, 5))).toEqual(day(7, 5));
    expect(mostOfUse(day(7, 5), day(7, 3))).toEqual(day(7, 5));
    expect(mostOfUse(day(7, 5), day(8, 1))).toEqual(day(8, 1));
  });

  it('counts no more a whole window after the last of its windows, and not before', () => {
    const noon = (date: number): number => (date + 0.5) * 86_400_000;
    expect([7, 8, 9].map((date) => areLongOver(day(7, 1), noon(date)))).toEqual([false, false, true]);
    const year = { [`${366 * 86_400_000}ms`]: { index: 0, used: 1 } };
    expect(areLongOver({ ...day(7, 1), ...year }, noon(9))).toBe(false);
    expect(areLongOver({}, noon(9))).toBe(true);
  });

  it.each([null, [], 7, { day: { index: 1, used: 1 } }, day(1, -1), day(0.5, 1), { '5ms': null }])(
    'is not what %j says',
    (value) => {
      expect(usedWindowsIn(value)).toBeUndefined();
    },
  );
});
