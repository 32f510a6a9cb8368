import { describe, expect, it } from 'vitest';
import { discoveredText } from '../../src/report/discovered-text.ts';

describe('what was found of a universe', () => {
  it.each([
    [{ etf: 4102 }, 0, '4,102 members from alpaca (etf 4,102)'],
    [
      { equity: 3000, etf: 1102 },
      12,
      '4,102 members from alpaca (equity 3,000, etf 1,102; 12 of them delisted)',
    ],
    [{ unknown: 4000, crypto: 102 }, 0, '4,102 members from alpaca (unknown 4,000, crypto 102)'],
    [{ unknown: 4102 }, 0, '4,102 members from alpaca'],
    [{ unknown: 4102 }, 12, '4,102 members from alpaca (12 of them delisted)'],
  ])('is counted by the types that are told: %o, %i delisted', (byType, delisted, text) => {
    const about = { path: 'data/universes/u.json', name: 'us_equities', sources: ['alpaca'], without: [] };
    const said = discoveredText({ ...about, members: 4102, delisted, byType });
    expect(said).toEqual({ text: `Wrote data/universes/u.json: ${text}`, notes: [] });
  });
});
