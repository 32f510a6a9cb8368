import { describe, expect, it } from 'vitest';
import { FAULT_GROUPS } from '../../../src/simulator/faults/faults.ts';
import { assertFaultRates, parseFaultRates } from '../../../src/simulator/faults/rates.ts';

describe('fault rates', () => {
  it('are percentages, with the sign or without', () => {
    expect(parseFaultRates('throttle=5%, reset=0.01%,huge=50,drip=100%,stall=0,refused=2.5%')).toEqual({
      throttle: 0.05,
      reset: 0.0001,
      huge: 0.5,
      drip: 1,
      stall: 0,
      refused: 0.025,
    });
  });

  it.each([
    ['throttle=0.05', '0.05% or 5%'],
    ['all=1', '1% or 100%'],
    ['garbage=.5', '0.5% or 50%'],
  ])('that could be parts of one are refused, as everywhere: %s', (text, either) => {
    expect(() => parseFaultRates(`drip=2%,${text}`)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `fault ${text}: say which it is, ${either}`,
      }),
    );
  });

  it('apply to all faults of the network that have none of their own, wherever `all` stands', () => {
    const rates = parseFaultRates('stall=0,all=5%,drip=10%');
    expect(Object.keys(rates).toSorted()).toEqual([...FAULT_GROUPS.all].toSorted());
    expect(rates).toMatchObject({ stall: 0, drip: 0.1, throttle: 0.05, milliseconds: 0.05 });
  });

  it('apply to all garbage that has none of its own, wherever `garbage` stands', () => {
    const rates = parseFaultRates('spike=0,garbage=2%,half=10%');
    expect(Object.keys(rates).toSorted()).toEqual([...FAULT_GROUPS.garbage].toSorted());
    expect(rates).toMatchObject({ spike: 0, half: 0.1, crossed: 0.02, empty: 0.02 });
  });

  it('apply to both groups, each at its own', () => {
    const rates = parseFaultRates('garbage=2%,all=5%');
    expect(Object.keys(rates)).toHaveLength(19 + 26);
    expect(rates).toMatchObject({ throttle: 0.05, milliseconds: 0.05, crossed: 0.02, half: 0.02 });
  });

  it('have two groups that share no fault; `all` is what it always was', () => {
    expect(FAULT_GROUPS.all).toEqual([
      ...['throttle', 'throttle-seconds', 'throttle-date', 'error-500', 'error-503', 'html-200', 'html-502'],
      ...['redirect', 'truncated', 'wrong-length', 'stall', 'drip', 'reset', 'refused', 'huge'],
      ...['wrong-ticker', 'duplicated', 'unordered', 'milliseconds'],
    ]);
    expect(FAULT_GROUPS.garbage.filter((name) => FAULT_GROUPS.all.includes(name))).toEqual([]);
  });

  it('name both groups with their members where a name is none', () => {
    expect(() => parseFaultRates('boom=5%')).toThrow(
      `fault boom=5%: there is no such fault; there are all (${FAULT_GROUPS.all.join(', ')}) ` +
        `and garbage (${FAULT_GROUPS.garbage.join(', ')})`,
    );
  });

  it.each(['throttel=5%', 'rubbish=5%', 'list', '', '=5%', 'toString=5%', 'throttle=5%,,drip=5%'])(
    'refuse the name in "%s", listing those that there are',
    (text) => {
      expect(() => parseFaultRates(text)).toThrow(
        expect.objectContaining({
          code: 'usage',
          message: expect.stringMatching(/no such fault.*throttle.*huge/),
        }),
      );
    },
  );

  it.each([
    'throttle',
    'throttle=',
    'throttle=often',
    'throttle=-1%',
    'throttle=101%',
    'throttle=500',
    'all=1e-2',
  ])('refuse the rate in "%s"', (text) => {
    expect(() => parseFaultRates(text)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `fault ${text}: write it as NAME=5%, at most 100%`,
      }),
    );
  });

  it('are checked as data, too', () => {
    expect(() => assertFaultRates({ throttle: 0.5, drip: 0 })).not.toThrow();
    expect(() => assertFaultRates({ throttel: 0.5 } as object)).toThrow('fault throttel=0.5: there is no');
    expect(() => assertFaultRates({ throttle: 5 })).toThrow(
      'fault throttle=5: must be a part of one, from 0 to 1: 0.05 is 5%',
    );
    expect(() => assertFaultRates({ throttle: Number.NaN })).toThrow('fault throttle=NaN: must be a part');
  });
});
