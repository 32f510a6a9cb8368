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

  it('says of how many it is the first few, and what that means for runs', () => {
    const about = { path: 'data/universes/u.json', name: 'etf', sources: ['alpaca'], without: [] };
    const few = { ...about, members: 5, of: 4102, delisted: 0, byType: { etf: 5 } };
    const rest =
      'etf means these alone while there is no newer list; discover etf without --limit lists all.';
    expect(discoveredText(few)).toEqual({
      text: 'Wrote data/universes/u.json: 5 of 4,102 members from alpaca (etf 5)',
      notes: [`It has the first 5 of 4,102 by ticker: --tickers ${rest}`],
    });
    expect(discoveredText({ ...few, replaced: 4100 }).notes).toEqual([
      `It has the first 5 of 4,102 by ticker, in place of 4,100 that the list of that day had: --tickers ${rest}`,
    ]);
  });
});
