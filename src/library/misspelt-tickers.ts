import { parseTicker } from '../core/instrument/ticker.ts';

/** What a query compares tickers with: `ticker = 'A'`, `ticker IN ('A', 'B')`. */
const COMPARED = /\bticker"?\s*(?:==?|in\s*\()\s*((?:'[^']*'\s*,?\s*)+)/gi;

/** Tickers that a query compares with and that no store has as they are written, each with how a store has it. */
export function misspeltTickers(sql: string): readonly (readonly [written: string, stored: string])[] {
  const literals = [...sql.matchAll(COMPARED)].flatMap(([, list = '']) =>
    [...list.matchAll(/'([^']*)'/g)].map(([, literal = '']) => literal),
  );
  return [...new Set(literals)].flatMap((written) => {
    const stored = canonical(written);
    return stored === undefined || stored === written ? [] : [[written, stored] as const];
  });
}

function canonical(text: string): string | undefined {
  try {
    return parseTicker(text);
  } catch {
    return undefined;
  }
}
