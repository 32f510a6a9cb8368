import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Identity, UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { identityConflict, identityError } from '../../../src/core/instrument/identity.ts';

const FACEBOOK: Identity = {
  currency: 'USD',
  exchange: 'XNAS',
  type: 'equity',
  firstTrade: parseDay('2012-05-18'),
};
const LISTED = parseDay('2012-05-18');

const day = fc.integer({ min: -20_000, max: 20_000 });
const identity = fc.record<Identity>({
  currency: fc.option(fc.constantFrom('USD', 'GBP', 'GBp')),
  exchange: fc.option(fc.constantFrom('XNAS', 'XNYS')),
  type: fc.option(fc.constantFrom('equity', 'etf', 'other')),
  firstTrade: fc.option(day),
});

describe('the instrument of an answer is the stored one', () => {
  it('where it says the same, less, or nothing', () => {
    fc.assert(
      fc.property(identity, (known) => {
        expect(identityConflict(known, known, known.firstTrade)).toBeNull();
        expect(identityConflict(known, UNKNOWN_IDENTITY, known.firstTrade)).toBeNull();
        expect(identityConflict(UNKNOWN_IDENTITY, { ...known, firstTrade: null }, 0)).toBeNull();
      }),
    );
  });

  it('where only its exchange changed', () => {
    expect(identityConflict(FACEBOOK, { ...FACEBOOK, exchange: 'XNYS' }, LISTED)).toBeNull();
  });

  it('where its first trade is earlier, or up to ten days later', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -9000, max: 10 }), (first, shift) => {
        const said = { ...FACEBOOK, firstTrade: first + shift };
        expect(identityConflict({ ...FACEBOOK, firstTrade: first }, said, first)).toBeNull();
      }),
    );
  });

  it('where it has another word for its type that is not one of ours', () => {
    expect(
      identityConflict({ ...FACEBOOK, type: 'EQUITY' }, { ...FACEBOOK, type: 'etf' }, LISTED),
    ).toBeNull();
    expect(identityConflict(FACEBOOK, { ...FACEBOOK, type: 'Common Stock' }, LISTED)).toBeNull();
  });

  it('where a provider takes the day of its new name for its first trade', () => {
    const named = parseDay('2022-06-09');
    const said = { ...FACEBOOK, firstTrade: named + 10 };
    expect(identityConflict(FACEBOOK, said, LISTED, named)).toBeNull();
    expect(identityConflict(FACEBOOK, { ...said, firstTrade: named + 11 }, LISTED, named)).toBe(
      'its first trade was 2012-05-18, now 2022-06-20',
    );
  });
});

describe('the instrument of an answer is another one', () => {
  it.each<[string, Partial<Identity>, string]>([
    ['of another type', { type: 'etf' }, 'it was equity, now etf'],
    ['in another currency', { currency: 'EUR' }, 'its currency was USD, now EUR'],
    [
      'listed eleven days later',
      { firstTrade: parseDay('2012-05-29') },
      'its first trade was 2012-05-18, now 2012-05-29',
    ],
    [
      'different in everything',
      { type: 'etf', currency: 'CAD', firstTrade: parseDay('2025-03-04') },
      'it was equity, now etf, its currency was USD, now CAD, its first trade was 2012-05-18, now 2025-03-04',
    ],
  ])('%s', (_, changes, conflict) => {
    expect(identityConflict(FACEBOOK, { ...FACEBOOK, ...changes }, LISTED)).toBe(conflict);
  });

  it('quoted in pence instead of pounds', () => {
    expect(identityConflict({ ...FACEBOOK, currency: 'GBP' }, { ...FACEBOOK, currency: 'GBp' }, null)).toBe(
      'its currency was GBP, now GBp',
    );
  });

  it('listed after the first stored bar, whatever is known of the listing', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 11, max: 9000 }), (firstBar, late) => {
        const said = { ...FACEBOOK, firstTrade: firstBar + late };
        for (const firstTrade of [null, firstBar + late]) {
          const conflict = identityConflict({ ...FACEBOOK, firstTrade }, said, firstBar);
          expect(conflict).toMatch(/^it has bars since \S+, now its first trade is \S+$/);
        }
      }),
    );
  });
});

it('the error is one line that names the ticker, the change and both ways on', () => {
  const error = identityError('FB', 'it was equity, now etf');
  expect(error).toMatchObject({ code: 'identity-changed', ticker: 'FB', retryable: false });
  expect(error.message).toBe(
    'FB is another instrument than the one stored: it was equity, now etf; nothing is stored. If FB was renamed: ' +
      'backfill rename FB NEW --on DATE; if the stored bars may go: backfill forget FB',
  );
});
