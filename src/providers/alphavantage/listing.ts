import { parseTicker } from '../../core/instrument/ticker.ts';
import type { HttpAnswer } from '../http/transport.ts';
import { tickerOf } from './symbols.ts';
import { bad, tableIn } from './table.ts';

/** What the exchanges list to try their systems with. */
const TEST_NAME = /^$|\btest (?:stock|ticker)\b|\blisted test\b/i;
const TEST_SYMBOL = /^[A-Z]TEST(?:-|$)/;

/** Our tickers of the active listings in an answer, without those that stand for nothing that trades. */
export function tickersIn(answer: HttpAnswer): readonly string[] {
  const about = 'its listings';
  const { heading, rows, isCut } = tableIn(answer, { ticker: about, symbol: null, now: 0 });
  const [symbolAt, nameAt, statusAt] = ['symbol', 'name', 'status'].map((name) => heading.indexOf(name));
  if (symbolAt === undefined || symbolAt < 0) throw bad(about, `its columns are ${heading.join(', ')}`);
  if (isCut) throw bad(about, 'it ends within a row');
  const tickers = rows.flatMap((row) => {
    const [symbol = '', name = '', status = ''] = [symbolAt, nameAt, statusAt].map((at) => row[at ?? -1]);
    const isTest = TEST_NAME.test(name.trim()) || TEST_SYMBOL.test(symbol);
    return isTest || status !== 'Active' ? [] : tickerIfAny(symbol);
  });
  return [...new Set(tickers)];
}

/** A few symbols (`-P-HIZ`, `ACWV:BAT`) are none of anything. */
function tickerIfAny(symbol: string): string[] {
  try {
    return [parseTicker(tickerOf(symbol))];
  } catch {
    return [];
  }
}
