import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultDraw } from '../../../src/simulator/faults/draw.ts';
import { FAULT_GROUPS, type FaultName } from '../../../src/simulator/faults/faults.ts';
import { type FaultRates, parseFaultRates } from '../../../src/simulator/faults/rates.ts';

/** The faults of `times` requests for each of 200 series. */
function draws(rates: FaultRates, seed: number, times = 10): (FaultName | null)[] {
  const draw = faultDraw(rates, seed);
  return Array.from({ length: 200 * times }, (_, i) => draw(`T${i % 200} 1d`).fault);
}

function share(drawn: readonly (FaultName | null)[], fault: FaultName | null): number {
  return drawn.filter((one) => one === fault).length / drawn.length;
}

describe('the draw of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    const rates = parseFaultRates('all=3%');
    expect(draws(rates, 7)).toEqual(draws(rates, 7));
    expect(draws(rates, 8)).not.toEqual(draws(rates, 7));
  });

  it('does not depend on the order in which different series are asked for', () => {
    const rates = parseFaultRates('all=4%');
    const series = fc.constantFrom('ALFA 1d', 'ALFA 1h', 'BRVO.PA 1d', 'KUMO.T 1d');
    const bySeries = (asked: readonly string[]): Map<string, unknown[]> => {
      const draw = faultDraw(rates, 1);
      const seen = new Map<string, unknown[]>();
      for (const one of asked) {
        const { fault, random } = draw(one);
        seen.set(one, [...(seen.get(one) ?? []), fault, random()]);
      }
      return seen;
    };
    fc.assert(
      fc.property(fc.array(series, { maxLength: 30 }), (asked) => {
        expect(bySeries(asked)).toEqual(bySeries(asked.toSorted()));
      }),
    );
  });

  it('gives the requests for one series each a draw of its own', () => {
    const draw = faultDraw({ throttle: 0.5 }, 1);
    const faults = Array.from({ length: 200 }, () => draw('ALFA 1d').fault);
    expect(share(faults, 'throttle')).toBeCloseTo(0.5, 1);
    const runs = faults.filter((fault, i) => fault !== faults[i - 1]).length;
    expect(runs).toBeGreaterThan(70);
    expect(runs).toBeLessThan(130);
  });

  it('hits as often as each rate says', () => {
    const drawn = draws({ throttle: 0.05, reset: 0.2, drip: 0 }, 1);
    expect(share(drawn, 'throttle')).toBeCloseTo(0.05, 1);
    expect(share(drawn, 'throttle')).toBeGreaterThan(0.03);
    expect(share(drawn, 'reset')).toBeCloseTo(0.2, 1);
    expect(share(drawn, 'drip')).toBe(0);
    expect(share(drawn, null)).toBeCloseTo(0.75, 1);
  });

  it('draws every fault by itself: all n at 5 % hit 1 - 0.95ⁿ of the requests, and none is favoured', () => {
    const drawn = draws(parseFaultRates('all=5%'), 1);
    expect(1 - share(drawn, null)).toBeCloseTo(1 - 0.95 ** FAULT_GROUPS.all.length, 1);
    expect(new Set(drawn)).toEqual(new Set([null, ...FAULT_GROUPS.all]));
    const shares = FAULT_GROUPS.all.map((name) => share(drawn, name));
    expect(Math.max(...shares)).toBeLessThan(2.5 * Math.min(...shares));
  });

  it('has one of those happen that hit the same request', () => {
    const drawn = draws({ throttle: 1, milliseconds: 1 }, 1);
    expect(share(drawn, null)).toBe(0);
    expect(share(drawn, 'throttle')).toBeCloseTo(0.5, 1);
  });

  it('hits every request at 100 % and none at 0 %', () => {
    expect(new Set(draws({ stall: 1 }, 3))).toEqual(new Set(['stall']));
    expect(new Set(draws({ stall: 0 }, 3))).toEqual(new Set([null]));
    expect(new Set(draws({}, 3))).toEqual(new Set([null]));
  });

  it('keeps what a seed means: a change of it changes every recorded run', () => {
    const draw = faultDraw(parseFaultRates('all=5%'), 1);
    expect(['ALFA 1d', 'ALFA 1d', 'ALFA 1d', 'BRVO.PA 1d', 'KUMO.T 1d'].map((one) => draw(one).fault))
      .toMatchInlineSnapshot(`
        [
          "duplicated",
          null,
          "html-200",
          "wrong-length",
          null,
        ]
      `);
  });

  it('keeps what a seed means for garbage', () => {
    const draw = faultDraw(parseFaultRates('garbage=5%'), 1);
    expect(['ALFA 1d', 'ALFA 1d', 'ALFA 1d', 'BRVO.PA 1d', 'KUMO.T 1d'].map((one) => draw(one).fault))
      .toMatchInlineSnapshot(`
      [
        null,
        "filler",
        "negative-price",
        "filler",
        "filler",
      ]
    `);
  });

  it('draws garbage apart: what else hits is the same with and without it', () => {
    const plain = draws(parseFaultRates('all=1%'), 1);
    const both = draws(parseFaultRates('all=1%,garbage=1%'), 1);
    const isGarbage = (fault: FaultName | null): boolean =>
      fault !== null && FAULT_GROUPS.garbage.includes(fault);
    for (const [i, fault] of both.entries()) {
      if (fault === null) expect(plain[i]).toBe(null);
      else if (plain[i] === null) expect(isGarbage(fault)).toBe(true);
    }
    const hitTwice = both.filter((fault, i) => plain[i] !== null && isGarbage(fault));
    expect(hitTwice.length).toBeGreaterThan(0);
    expect(hitTwice.length).toBeLessThan(0.2 * plain.filter((fault) => fault !== null).length);
  });

  it('draws all garbage, none of it favoured', () => {
    const drawn = draws(parseFaultRates('garbage=5%'), 1);
    expect(1 - share(drawn, null)).toBeCloseTo(1 - 0.95 ** FAULT_GROUPS.garbage.length, 1);
    expect(new Set(drawn)).toEqual(new Set([null, ...FAULT_GROUPS.garbage]));
    const shares = FAULT_GROUPS.garbage.map((name) => share(drawn, name));
    expect(Math.max(...shares)).toBeLessThan(2.5 * Math.min(...shares));
  });
});
