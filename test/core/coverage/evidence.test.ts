import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ABSENCE_REASONS,
  type Claim,
  firstClaim,
  isDue,
  joinClaims,
  leadingClaim,
  saidSince,
  sameClaims,
} from '../../../src/core/coverage/evidence.ts';

const DAY = 86_400_000;
const claim = fc
  .tuple(fc.constantFrom(...ABSENCE_REASONS), fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 9 }))
  .map(([reason, provider, at]): Claim => firstClaim(reason, provider, at * DAY));

describe('claims of several providers', () => {
  it('stand side by side, one a provider, whatever comes in which order', () => {
    fc.assert(
      fc.property(fc.array(claim, { minLength: 1, maxLength: 8 }), (claims) => {
        const joined = claims.reduce<Claim[]>((known, one) => joinClaims(known, [one]), []);
        const providers = joined.map(({ provider }) => provider);
        expect(new Set(providers).size).toBe(providers.length);
        expect(new Set(providers)).toEqual(new Set(claims.map(({ provider }) => provider)));
      }),
    );
  });

  it('are led by the one that tells most', () => {
    const known = [firstClaim('plan-limited', 'a', DAY), firstClaim('unknown-ticker', 'b', DAY)];
    expect(leadingClaim(joinClaims(known, [])).reason).toBe('unknown-ticker');
    const more = joinClaims(known, [firstClaim('vendor-empty', 'c', DAY)]);
    expect(more.map(({ reason }) => reason)).toEqual(['vendor-empty', 'unknown-ticker', 'plan-limited']);
    expect(() => leadingClaim([])).toThrow(RangeError);
  });

  it('count up by themselves: what one says again leaves the other’s attempts alone', () => {
    const known = [firstClaim('vendor-empty', 'a', DAY), firstClaim('vendor-empty', 'b', DAY)];
    const joined = joinClaims(known, [firstClaim('vendor-empty', 'a', 3 * DAY)]);
    expect(joined.map(({ provider, attempts, nextRetryAt }) => [provider, attempts, nextRetryAt])).toEqual([
      ['a', 2, 5 * DAY],
      ['b', 1, 2 * DAY],
    ]);
  });

  it('keep when they were made first, whatever the edition, and not beyond another reason', () => {
    const first = [firstClaim('rejected', 'a', DAY, { edition: 'one' })];
    const again = joinClaims(first, [firstClaim('rejected', 'a', 3 * DAY, { edition: 'one' })]);
    const later = joinClaims(again, [firstClaim('rejected', 'a', 5 * DAY, { edition: 'two' })]);
    expect([first, again, later].map(([one]) => [one?.checkedAt, one && saidSince(one)])).toEqual([
      [DAY, DAY],
      [3 * DAY, DAY],
      [5 * DAY, DAY],
    ]);
    expect(sameClaims(again, [{ ...(again[0] as Claim), since: 2 * DAY }])).toBe(false);
    const [other] = joinClaims(later, [firstClaim('vendor-empty', 'a', 9 * DAY, { edition: 'two' })]);
    expect(other && saidSince(other)).toBe(9 * DAY);
  });

  it('are replaced by another reason of the same provider, and not by an older one of the same reason', () => {
    const known = [firstClaim('vendor-empty', 'a', 3 * DAY)];
    expect(joinClaims(known, [firstClaim('vendor-empty', 'a', DAY)])).toEqual(known);
    expect(joinClaims(known, [firstClaim('rejected', 'a', 4 * DAY)])).toMatchObject([
      { reason: 'rejected', attempts: 1 },
    ]);
  });
});

describe('sessions without a bar', () => {
  const asking = (provider: string, now = DAY, isReached = true) => ({ provider, now, isReached });

  it('are asked of a provider that said nothing, unless somebody stated a fact', () => {
    for (const reason of ABSENCE_REASONS) {
      const isFact = ['delisted', 'halted', 'no-trades'].includes(reason);
      expect([reason, isDue([firstClaim(reason, 'a', 0)], asking('b'))]).toEqual([reason, !isFact]);
    }
  });

  it('are asked of one that claims something once its own retry is due, whatever others claim', () => {
    const by = [firstClaim('vendor-empty', 'a', 0), firstClaim('vendor-empty', 'b', 5 * DAY)];
    expect(isDue(by, asking('a', DAY - 1))).toBe(false);
    expect(isDue(by, asking('a', DAY))).toBe(true);
    expect(isDue(by, asking('b', DAY))).toBe(false);
  });

  it('that a plan did not reach are asked for as soon as it reaches them', () => {
    const by = [firstClaim('plan-limited', 'a', 0, { reachDays: 59 })];
    expect(isDue(by, asking('a', 999 * DAY, false))).toBe(false);
    expect(isDue(by, asking('a', 1, true))).toBe(true);
  });

  it('are asked for again, whatever is claimed, once the provider reads another edition', () => {
    for (const reason of ABSENCE_REASONS) {
      const by = [firstClaim(reason, 'a', 0, { edition: 'one', reachDays: 99 })];
      const due = (edition?: string | null): boolean =>
        isDue(by, { ...asking('a', 1, false), ...(edition !== undefined && { edition }) });
      expect([reason, due('two')]).toEqual([reason, true]);
      const isOpen = reason === 'doubted';
      expect([reason, due('one'), due(null), due()]).toEqual([reason, isOpen, isOpen, isOpen]);
      expect(isDue([firstClaim(reason, 'a', 0)], { ...asking('a', 1, false), edition: 'one' })).toBe(true);
    }
  });

  it('count anew in another edition, on whatever clock', () => {
    const known = joinClaims(
      [firstClaim('rejected', 'a', 5 * DAY, { edition: 'one' })],
      [firstClaim('rejected', 'a', 7 * DAY, { edition: 'one' })],
    );
    expect(known).toMatchObject([{ attempts: 2, edition: 'one' }]);
    const again = firstClaim('rejected', 'a', 4 * DAY, { edition: 'two' });
    expect(joinClaims(known, [again])).toEqual([again]);
    expect(sameClaims([again], [{ ...again, edition: 'one' }])).toBe(false);
  });

  it('that are in doubt are asked for at once', () => {
    expect(isDue([firstClaim('doubted', 'a', DAY)], asking('a', DAY))).toBe(true);
    // Also by a clock that was put back.
    expect(isDue([firstClaim('doubted', 'a', DAY)], asking('a', DAY - 1))).toBe(true);
  });
});
