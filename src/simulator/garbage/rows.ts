/** One row of an answer. */
export interface Row {
  /** In the wire's unit. */
  readonly stamp: number;
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly close: number | null;
  readonly volume: number | null;
  /** The close less later dividends, where the wire has it. */
  readonly adjclose?: number | null;
  /** What else the wire tells of it. */
  readonly more?: readonly (number | null)[];
}

/** A row that has every value; `adjclose` comes and goes with the others. */
export type TradedRow = Row & { readonly [K in Values]: number } & { readonly adjclose?: number };

type Values = 'open' | 'high' | 'low' | 'close' | 'volume';

export function isTraded(row: Row): row is TradedRow {
  return row.close !== null;
}

/** Makes prices of the wire's precision. */
type Price = (price: number) => number;

/** A row with its prices multiplied. */
export function scaled(row: TradedRow, factor: number, price: Price): TradedRow {
  const times = (one: number): number => price(one * factor);
  return {
    ...row,
    open: times(row.open),
    high: times(row.high),
    low: times(row.low),
    close: times(row.close),
    ...(row.adjclose !== undefined && { adjclose: times(row.adjclose) }),
  };
}

/** A row without a trade: all prices are one, and dividends take off as much as they did. */
export function flat(row: TradedRow, at: number, price: Price): TradedRow {
  const one = price(at);
  const { close, adjclose } = row;
  return {
    ...row,
    ...{ open: one, high: one, low: one, close: one, volume: 0 },
    ...(adjclose !== undefined && { adjclose: price((adjclose / close) * at) }),
  };
}
