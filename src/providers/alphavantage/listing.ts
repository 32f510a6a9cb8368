import { BackfillError } from '../../core/errors.ts';
import { parseTicker } from '../../core/instrument/ticker.ts';
import { type Day, parseDay } from '../../core/session/day.ts';
import type { Member } from '../../core/universe/member.ts';
import type { HttpAnswer } from '../http/transport.ts';
import { withEnd } from '../lives.ts';
import { tickerOf } from './symbols.ts';
import { bad, tableIn } from './table.ts';

/** What the exchanges list to try their systems with. */
const TEST_NAME = /^$|\btest (?:stock|ticker)\b|\blisted test\b/i;
const TEST_SYMBOL = /^[A-Z]TEST(?:-|$)/;

/** What is asked for as `state`, as the rows of the answer have it. */
const STATUS = { active: 'Active', delisted: 'Delisted' } as const;

export type ListingState = keyof typeof STATUS;

const COLUMNS = [
  ...(['symbol', 'name', 'exchange', 'assetType', 'ipoDate', 'delistingDate', 'status'] as const),
];
type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

const ABOUT = 'its listings';

/** Our tickers of the active listings in an answer, without those that stand for nothing that trades. */
export function tickersIn(answer: HttpAnswer): readonly string[] {
  const rows = listingsIn(answer, 'active');
  return [...new Set(rows.flatMap(({ symbol }) => tickerIfAny(symbol)))];
}

/**
 * The listings of a state in an answer as members, without those that stand for nothing that trades. A delisting is dated by
 * the exchange, on the last trade or after it. Throws as `tableIn` does.
 */
export function membersIn(answer: HttpAnswer, state: ListingState): Member[] {
  return listingsIn(answer, state).flatMap((row) =>
    tickerIfAny(row.symbol).map((ticker) => memberOf(ticker, row)),
  );
}

function listingsIn(answer: HttpAnswer, state: ListingState): Row[] {
  const { heading, rows, isCut } = tableIn(answer, { ticker: ABOUT, symbol: null });
  const places = COLUMNS.map((name) => heading.indexOf(name.toLowerCase()));
  if (places[0] === -1) throw bad(ABOUT, `its columns are ${heading.join(', ')}`);
  if (isCut) throw bad(ABOUT, 'it ends within a row');
  return rows
    .map((cells) => Object.fromEntries(COLUMNS.map((name, i) => [name, cells[places[i] ?? -1] ?? ''])) as Row)
    .filter(({ symbol, name, status }) => status === STATUS[state] && !isTest(symbol, name));
}

function isTest(symbol: string, name: string): boolean {
  return TEST_NAME.test(name.trim()) || TEST_SYMBOL.test(symbol);
}

function memberOf(ticker: string, { name, exchange, assetType, ipoDate, delistingDate }: Row): Member {
  const type = assetType === 'ETF' ? 'etf' : 'equity';
  const about = { ticker, name: name.trim(), type, exchange: exchange || null, source: 'alphavantage' };
  return withEnd({ ...about, listed: dayIn(ipoDate), delisted: null }, dayIn(delistingDate));
}

/** A date that is not told is `null`, in letters. */
function dayIn(text: string): Day | null {
  if (text === 'null' || text === '') return null;
  try {
    return parseDay(text);
  } catch (error) {
    if (error instanceof BackfillError) throw bad(ABOUT, error.message);
    throw error;
  }
}

/** A few symbols (`-P-HIZ`, `ACWV:BAT`) are none of anything. */
function tickerIfAny(symbol: string): string[] {
  try {
    return [parseTicker(tickerOf(symbol))];
  } catch {
    return [];
  }
}
