import { describe, expect, it } from 'vitest';
import { type Bar, type Identity, UNKNOWN_IDENTITY } from '../../../src/core/bars/bars.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { SESSIONS } from '../received.ts';
import { type Case, bars, daysOf, judge, on } from './judged.ts';

describe('the instrument of an answer', () => {
  const etf: Identity = { ...UNKNOWN_IDENTITY, type: 'etf' };
  const equity: Identity = { ...UNKNOWN_IDENTITY, type: 'equity' };
  const since = (date: string): Identity => ({ ...UNKNOWN_IDENTITY, firstTrade: parseDay(date) });
  /** The answer has wanted bars only: nothing shows that the instrument is the same. */
  const only = { bars: bars(10, 20), proven: daysOf(10, 19) };
  const codeOf = (testCase: Case): string | null => {
    try {
      judge(testCase);
      return null;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('must be the stored one', () => {
    const testCase = { stored: { identity: equity }, answer: { ...only, identity: etf } };
    expect(codeOf(testCase)).toBe('identity-changed');
    expect(codeOf({ ...testCase, stored: { identity: etf } })).toBeNull();
  });

  it('is believed to be the stored one, though described anew, if two repeated bars say the same', () => {
    const described = (known: readonly Bar[], answered: readonly Bar[]) => ({
      ...{ known, stored: { identity: equity }, answer: { bars: answered, identity: etf } },
    });
    const { conflict, oddities } = judge(described(bars(8, 10), bars(8, 20)));
    expect(conflict).toBe('it was equity, now etf');
    expect(oddities).toMatchObject([{ kind: 'identity', session: SESSIONS[19] }]);
    expect(oddities[0]?.note).toContain('it was equity, now etf');
    expect(codeOf(described(bars(9, 10), bars(9, 20)))).toBe('identity-changed');
    const changed = bars(0, 20).map((bar) => (on(bar) === 5 ? { ...bar, volume: 7 } : bar));
    expect(codeOf(described(bars(0, 10), changed))).toBe('identity-changed');
    expect(judge().conflict).toBeNull();
  });

  it('is not believed to be the stored one in other money, whatever its prices, where rows of a file say that', () => {
    const known = { type: 'equity', currency: 'USD' };
    const codeFor = (said: Partial<Identity>, identitySaidIn?: string): string | null =>
      codeOf({
        known: bars(8, 10),
        stored: { identity: { ...UNKNOWN_IDENTITY, ...known } },
        answer: {
          bars: bars(8, 20),
          identity: { ...UNKNOWN_IDENTITY, ...known, ...said },
          ...(identitySaidIn !== undefined && { identitySaidIn }),
        },
      });
    expect(codeFor({ currency: 'EUR' })).toBeNull();
    expect(codeFor({ currency: 'EUR' }, 'AAPL.csv, line 2')).toBe('identity-changed');
    expect(codeFor({ currency: '$' }, 'AAPL.csv, line 2')).toBeNull();
    expect(codeFor({ type: 'etf' }, 'AAPL.csv, line 2')).toBeNull();
  });

  it('cannot be listed after its first stored bar, unless it has its ticker since', () => {
    const late = { answer: { ...only, identity: since('2025-06-20') } };
    expect(codeOf(late)).toBe('identity-changed');
    expect(codeOf({ ...late, stored: { namedSince: parseDay('2025-06-18') } })).toBeNull();
    expect(codeOf({ ...late, known: [] })).toBeNull();
  });
});

describe('a number of trades that cannot be', () => {
  it('is stored as unknown, and named', () => {
    const odd = bars(10, 20).map((bar) => (on(bar) === 12 ? { ...bar, trades: 3.7 } : bar));
    const { wanted, oddities } = judge({ answer: { bars: odd, proven: daysOf(10, 19) } });
    expect(wanted.length).toBe(10);
    expect(wanted.map(({ trades }) => trades ?? null)).toEqual(wanted.map(() => null));
    expect(oddities).toMatchObject([{ kind: 'side-value', session: SESSIONS[12] }]);
  });
});
