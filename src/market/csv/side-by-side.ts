import type { CsvLine } from './csv-line.ts';

/** A heading in two lines, of prices and of tickers, and a third with the name of the stamps. */
export interface TwoLineHeading {
  readonly prices: readonly string[];
  readonly tickers: readonly string[];
  /** What the stamps are called. */
  readonly stamp: string;
}

/** What yfinance and pandas-datareader call the columns of a price. */
const PRICES: ReadonlySet<string> = new Set(
  'open,high,low,close,adj close,volume,dividends,stock splits,capital gains,repaired?'.split(','),
);
const FEWEST = 4;
const HEADING_LINES = 3;

/**
 * The heading of a table with a column for each price and ticker, the line of the prices first or second; undefined where it
 * is none.
 */
export function twoLineHeading(head: readonly (readonly string[])[]): TwoLineHeading | undefined {
  const [first = [], second = [], third = []] = head;
  const [stamp = '', ...nothing] = third;
  if (stamp === '' || /\d/.test(stamp) || nothing.some((text) => text !== '')) return undefined;
  for (const [prices, tickers] of [
    [first, second],
    [second, first],
  ] as const) {
    const names = prices.slice(1).map((name) => name.toLowerCase());
    const isHeading = names.length >= FEWEST && names.every((name) => PRICES.has(name));
    if (isHeading && tickers.slice(1).every((ticker) => ticker !== '')) return { prices, tickers, stamp };
  }
  return undefined;
}

/**
 * The lines of a table in which several tickers stand side by side, as those of one with a column `Ticker`; others as they
 * are. A ticker has no line where all of its cells are empty. What stood last in the last line does so still.
 */
export function stacked(all: readonly CsvLine[]): readonly CsvLine[] {
  const heading = twoLineHeading(all.slice(0, HEADING_LINES).map(({ fields }) => fields));
  const [first] = all;
  if (heading === undefined || first === undefined) return all;
  const { prices, tickers } = heading;
  const names = lastOnes(prices.slice(1));
  const each = lastOnes(tickers.slice(1)).map((ticker) => ({
    ticker,
    columns: names.map((name) => prices.findIndex((one, i) => one === name && tickers[i] === ticker)),
  }));
  if (each.length < 2) return all;
  const rows = all.slice(HEADING_LINES).flatMap(({ fields, number }) =>
    each.flatMap(({ ticker, columns }) => {
      const values = columns.map((column) => fields[column] ?? '');
      return values.every((text) => text === '')
        ? []
        : [{ fields: [fields[0] ?? '', ticker, ...values], number }];
    }),
  );
  return [{ fields: [heading.stamp, 'Ticker', ...names], number: first.number }, ...rows];
}

/** Each of some words once, in the order in which they stand for the last time. */
function lastOnes(words: readonly string[]): string[] {
  return [...new Set(words.toReversed())].toReversed();
}
