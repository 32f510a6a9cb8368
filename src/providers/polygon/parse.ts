import { BarBuilder } from '../../core/bars/bar-builder.ts';
import type { Bars } from '../../core/bars/columns.ts';
import { Zone } from '../../core/calendar/zone.ts';
import { BackfillError } from '../../core/errors.ts';
import { untoldVolume } from '../../core/instrument/instrument-type.ts';
import { type Day, formatDay } from '../../core/session/day.ts';
import { shown } from '../../core/shown.ts';
import { type Fields, fieldsOf } from '../fields.ts';
import { spoiltAnswer } from './errors.ts';

/** The clock by which days of shares begin, and by which a plan counts days. */
export const NEW_YORK = new Zone('America/New_York');

/**
 * A page of the bars of one symbol of an instrument of a type (`typeOf`), stamped with the starts of its windows; NaN for what
 * has no value. Throws `provider-fault` (retryable) for those of another symbol, `bad-answer`, retryable for what cannot be read.
 */
export function readBars(fields: Fields, symbol: string, type: string | null): Bars {
  const { ticker } = fields;
  assertOf(symbol, ticker);
  const rows = rowsIn(fields);
  const bars = new BarBuilder(rows.length);
  // Rows have a symbol of their own where the page is one of many.
  for (const { T } of rows) assertOf(symbol, T);
  for (const row of rows) push(bars, stampOf(row), row, type);
  return bars.bars();
}

/**
 * Throws `bad-answer` where an answer says that its prices are adjusted for splits: as traded is what was asked for, and by
 * which splits they could be turned back it does not say.
 */
export function assertAsTraded({ adjusted }: Fields, what: string): void {
  if (adjusted === true)
    throw new BackfillError(
      'bad-answer',
      `polygon gives adjusted prices of ${what}, asked for those as traded; none of them is stored`,
    );
}

/** Throws `provider-fault` (retryable) where what was answered is of another symbol. */
export function assertOf(symbol: string, answered: unknown): void {
  if (answered === undefined || answered === symbol) return;
  throw new BackfillError('provider-fault', `polygon answered for ${shown(answered)}, asked for ${symbol}`, {
    retryable: true,
  });
}

/** A page of the bars of a session: one of each symbol, in their order. */
export interface GroupedPage {
  readonly symbols: ReadonlySet<string>;
  readonly bars: Bars;
}

/**
 * A page of the bars of all symbols in one session, stamped with the session's midnight in New York: its rows are stamped with
 * the end of trading. Throws `bad-answer`, retryable for what cannot be read or is of another day, or of a symbol of a page
 * before.
 */
export function readGrouped(fields: Fields, session: Day, before: readonly GroupedPage[]): GroupedPage {
  assertAsTraded(fields, 'all shares');
  const midnight = NEW_YORK.instantOf(session, 0);
  const rows = rowsIn(fields);
  const bars = new BarBuilder(rows.length);
  const symbols = new Set<string>();
  for (const row of rows) {
    const { T: symbol } = row;
    if (typeof symbol !== 'string') throw spoiltAnswer(`a bar has the symbol ${shown(symbol)}`);
    const day = NEW_YORK.localDay(stampOf(row));
    if (day !== session)
      throw spoiltAnswer(`a bar of ${symbol} is of ${formatDay(day)}, asked for ${formatDay(session)}`);
    if (symbols.has(symbol) || before.some((page) => page.symbols.has(symbol)))
      throw spoiltAnswer(`it has two bars of ${symbol}`);
    symbols.add(symbol);
    push(bars, midnight, row, null);
  }
  return { symbols, bars: bars.bars() };
}

/** The rows of a page; none only where it says so. Throws `bad-answer` (retryable), for fewer than it says it has too. */
export function rowsIn(fields: Fields): readonly Fields[] {
  const { results, resultsCount, count, queryCount } = fields;
  const counts = [resultsCount, count, queryCount];
  if (results === undefined || results === null) {
    if (counts.includes(0) && !(Number(resultsCount) > 0)) return [];
    throw spoiltAnswer('it has no results, and does not say that there are none');
  }
  if (!Array.isArray(results)) throw spoiltAnswer(`its results are ${shown(results)}`);
  if (typeof resultsCount === 'number' && results.length < resultsCount)
    throw spoiltAnswer(`it has ${results.length} of its ${resultsCount} results`);
  return (results as readonly unknown[]).map(fieldsOf);
}

/** Where the rows of a list go on, as it says; null: nowhere. */
export function nextIn({ next_url: next = null }: Fields): string | null {
  if (next !== null && typeof next !== 'string') throw spoiltAnswer(`its next_url is ${shown(next)}`);
  return next === '' ? null : next;
}

function stampOf({ t }: Fields): number {
  if (typeof t === 'number' && Math.abs(t) <= 8.64e15) return t;
  throw spoiltAnswer(`a bar has the time ${shown(t)}`);
}

function push(bars: BarBuilder, ts: number, row: Fields, type: string | null): void {
  const value = (name: string): number => {
    const { [name]: one } = row;
    if (typeof one === 'number') return one;
    if (one === undefined || one === null) return Number.NaN;
    throw spoiltAnswer(`a bar has the value ${shown(one)}`);
  };
  const { v } = row;
  const volume = v === undefined || v === null ? untoldVolume(type) : value('v');
  bars.push(ts, value('o'), value('h'), value('l'), value('c'), volume, value('vw'), value('n'));
}
