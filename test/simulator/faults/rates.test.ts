import { describe, expect, it } from 'vitest';
import { FAULT_NAMES } from '../../../src/simulator/faults/faults.ts';
import { assertFaultRates, parseFaultRates } from '../../../src/simulator/faults/rates.ts';

describe('fault rates', () => {
  it('are read as per cent or as parts of one', () => {
    expect(parseFaultRates('throttle=5%, reset=0.01,huge=.5,drip=100%,stall=1,refused=2.5%')).toEqual({
      throttle: 0.05,
      reset: 0.01,
      huge: 0.5,
      drip: 1,
      stall: 1,
      refused: 0.025,
    });
  });

  it('apply to all faults that have none of their own, wherever `all` stands', () => {
    const rates = parseFaultRates('stall=0,all=5%,drip=10%');
    expect(Object.keys(rates).toSorted()).toEqual([...FAULT_NAMES].toSorted());
    expect(rates).toMatchObject({ stall: 0, drip: 0.1, throttle: 0.05, milliseconds: 0.05 });
  });

  it.each(['throttel=5%', 'list', '', '=5%', 'toString=5%', 'throttle=5%,,drip=5%'])(
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
    'throttle=5',
    'all=1e-2',
  ])('refuse the rate in "%s"', (text) => {
    expect(() => parseFaultRates(text)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `--fault ${text}: write it as NAME=5% or NAME=0.05, at most 100%`,
      }),
    );
  });

  it('are checked as data, too', () => {
    expect(() => assertFaultRates({ throttle: 0.5, drip: 0 })).not.toThrow();
    expect(() => assertFaultRates({ throttel: 0.5 } as object)).toThrow('--fault throttel=0.5: there is no');
    expect(() => assertFaultRates({ throttle: 5 })).toThrow('--fault throttle=5: write it as');
    expect(() => assertFaultRates({ throttle: Number.NaN })).toThrow('--fault throttle=NaN: write it as');
  });
});
