import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { chart, market, seconds, tiny } from './charts.ts';

describe('events on the wire', () => {
  const from = '2014-06-01T00:00:00Z';
  const to = '2014-09-01T00:00:00Z';
  const splitStamp = String(seconds('2014-06-09T13:30:00Z'));

  it('are those asked for, by stamp, dividends adjusted for the splits since', () => {
    const dividend = market.actions('ALFA').find(({ exDay }) => exDay === parseDay('2014-08-11'));
    if (dividend?.kind !== 'dividend') throw new Error('no dividend');
    const stamp = String(seconds('2014-08-11T13:30:00Z'));
    const both = chart('ALFA', from, to, '&events=div%7Csplit%7Cearn').events;
    expect(both).toEqual({
      dividends: { [stamp]: { amount: Number((dividend.amount / 4).toFixed(6)), date: Number(stamp) } },
      splits: { [splitStamp]: { date: Number(splitStamp), numerator: 7, denominator: 1, splitRatio: '7:1' } },
    });
    expect(chart('ALFA', from, to, '&events=div,splits').events).toEqual(both);
    expect(Object.keys(Object(chart('ALFA', from, to, '&events=div').events))).toEqual(['dividends']);
    expect(chart('ALFA', from, to).events).toBeUndefined();
  });

  it('print fractions and reverse splits in whole numbers', () => {
    const day = parseDay('2024-01-04');
    const splitOf = (ratio: number): unknown =>
      tiny([1, 1, 1], [{ kind: 'split', exDay: day, ratio }], '&events=split').events;
    expect(splitOf(1.5)).toMatchObject({
      splits: { '1704378600': { numerator: 3, denominator: 2, splitRatio: '3:2' } },
    });
    expect(splitOf(0.05)).toMatchObject({
      splits: { '1704378600': { numerator: 1, denominator: 20, splitRatio: '1:20' } },
    });
  });

  it('are not told before they are effective, nor outside the period', () => {
    const more = '&events=div|split';
    expect(chart('DUNO', '2026-11-01T00:00:00Z', '2027-12-01T00:00:00Z', more).events).toBeUndefined();
    expect(chart('ALFA', '2014-06-10T00:00:00Z', '2014-07-01T00:00:00Z', more).events).toBeUndefined();
  });
});
