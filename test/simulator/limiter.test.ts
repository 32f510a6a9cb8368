import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quota } from '../../src/core/plan/quota.ts';
import { Limiter } from '../../src/simulator/limiter.ts';

/** The definition, word by word: all admissions are kept and counted anew for every request. */
class Model {
  readonly #admitted: number[] = [];
  readonly #quotas: readonly Quota[];

  constructor(quotas: readonly Quota[]) {
    this.#quotas = quotas;
  }

  admits(now: number): boolean {
    const admits = this.#quotas.every(
      ({ requests, perMs }) => this.#admitted.filter((at) => at > now - perMs).length < requests,
    );
    if (admits) this.#admitted.push(now);
    return admits;
  }
}

const quotas = fc.array(
  fc.record({ requests: fc.integer({ min: 1, max: 6 }), perMs: fc.integer({ min: 1, max: 60 }) }),
  { maxLength: 3 },
);

/** Arrivals at quarters of a millisecond, many of them at once. */
const arrivals = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 400 })), {
    maxLength: 80,
  })
  .map((steps) => {
    let now = 0;
    return steps.map((step) => (now += step / 4));
  });

describe('the limiter', () => {
  it('admits exactly the requests that find fewer than N admitted ones in every window', () => {
    fc.assert(
      fc.property(quotas, arrivals, (limits, times) => {
        const limiter = new Limiter(limits);
        const model = new Model(limits);
        expect(times.map((now) => limiter.admit(now) === 0)).toEqual(times.map((now) => model.admits(now)));
      }),
      { numRuns: 500 },
    );
  });

  it('says to the ms when it would admit: not before, and then', () => {
    fc.assert(
      fc.property(quotas, arrivals, (limits, times) => {
        const probe = (upTo: number): Limiter => {
          const limiter = new Limiter(limits);
          for (const now of times.slice(0, upTo)) limiter.admit(now);
          return limiter;
        };
        for (const [i, now] of times.entries()) {
          const waitMs = probe(i).admit(now);
          if (waitMs === 0) continue;
          expect(probe(i).admit(now + waitMs)).toBe(0);
          expect(probe(i).admit(now + waitMs - 0.25)).toBe(0.25);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('admits everything without a quota', () => {
    const limiter = new Limiter([]);
    for (let i = 0; i < 10; i++) expect(limiter.admit(0)).toBe(0);
  });
});
