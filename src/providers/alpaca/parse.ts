import { BarBuilder } from '../../core/bars/bar-builder.ts';
import type { Bars } from '../../core/bars/columns.ts';
import { BackfillError, type ErrorDetails } from '../../core/errors.ts';
import { shown } from '../../core/shown.ts';
import { type Fields, fieldsOf } from '../fields.ts';

/** A page of bars: rows by symbol, stamped as Alpaca does, NaN for what has no value; the token of the next page. */
export interface BarsPage {
  readonly rows: ReadonlyMap<string, Bars>;
  readonly next: string | null;
}

/**
 * The page in a body. `symbols`: those asked for, of which some may come on another page, or never. Throws `bad-answer`
 * (retryable) for what is none, or of other symbols.
 */
export function readBarsPage(body: string, symbols: readonly string[]): BarsPage {
  const page = pageIn(body, 'bars');
  // The endpoint of one symbol answers with a list.
  const lists: Fields = Array.isArray(page.list) ? { [symbols[0] ?? '']: page.list } : fieldsOf(page.list);
  if (Array.isArray(page.list) && symbols.length !== 1)
    refuse('it does not say of which symbols its bars are');
  const rows = Object.entries(lists).map(([symbol, list]): [string, Bars] => {
    if (!symbols.includes(symbol)) refuse(`it is of ${symbol}, which was not asked for`);
    return [symbol, barsIn(list, symbol)];
  });
  return { rows: new Map(rows), next: page.next };
}

/** The list of a page by its name, and what follows. */
export function pageIn(body: string, name: string): { readonly list: unknown; readonly next: string | null } {
  const page = fieldsOf(parsed(body));
  if (!(name in page)) refuse(`it has no ${name}`);
  const { [name]: list, next_page_token: next = null } = page;
  if (list !== null && typeof list !== 'object') refuse(`its ${name} are ${shown(list)}`);
  if (next !== null && typeof next !== 'string') refuse(`its next_page_token is ${shown(next)}`);
  return { list, next: next === '' ? null : next };
}

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    return refuse(`it does not parse (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** Throws that an answer cannot be read; `details`: what else is known of it. */
export function refuse(what: string, details: ErrorDetails = {}): never {
  const message = `alpaca's answer cannot be read: ${what}`;
  throw new BackfillError('bad-answer', message, { retryable: true, ...details });
}

/** The same of rows that stand where those that were asked for should. */
function refuseRows(what: string): never {
  return refuse(what, { isOfOne: true });
}

function barsIn(list: unknown, symbol: string): Bars {
  if (!Array.isArray(list)) return refuseRows(`its bars of ${symbol} are ${shown(list)}`);
  const bars = new BarBuilder(list.length);
  for (const row of list as readonly unknown[]) {
    const { t, o, h, l, c, v, n, vw } = fieldsOf(row);
    const ts = typeof t === 'string' ? Date.parse(t) : Number.NaN;
    if (Number.isNaN(ts)) refuseRows(`a bar of ${symbol} has the time ${shown(t)}`);
    const value = (one: unknown): number =>
      typeof one === 'number'
        ? one
        : isNone(one)
          ? Number.NaN
          : refuseRows(`a bar of ${symbol} has the value ${shown(one)}`);
    bars.push(ts, value(o), value(h), value(l), value(c), value(v), value(vw), value(n));
  }
  return bars.bars();
}

function isNone(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
