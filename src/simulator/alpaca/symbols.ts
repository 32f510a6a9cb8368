/** How kinds of shares are spelt behind a company's symbol, and in a market's tickers. */
const KINDS: readonly (readonly [theirs: RegExp, asOurs: string, ours: RegExp, asTheirs: string])[] = [
  [/\.PR([A-Z]?)$/, '-P$1', /-P([A-Z]?)$/, '.PR$1'],
  [/\.WS$/, '-WT', /-WT$/, '.WS'],
  [/\.WS\.([A-Z])$/, '-WT$1', /-WT([A-Z])$/, '.WS.$1'],
  [/\.RT$/, '-RI', /-RI$/, '.RT'],
  [/\.U$/, '-UN', /-UN$/, '.U'],
  [/\./, '-', /-/, '.'],
];

/** The market's ticker of a symbol. */
export function tickerIn(symbol: string): string {
  const [pattern, ours] = KINDS.find(([theirs]) => theirs.test(symbol)) ?? ['/', '-'];
  return symbol.replace(pattern, ours);
}

/** The symbol of a share of the market. */
export function symbolIn(ticker: string): string {
  const [, , pattern, theirs] = KINDS.find(([, , ours]) => ours.test(ticker)) ?? [];
  return pattern === undefined || theirs === undefined ? ticker : ticker.replace(pattern, theirs);
}

/** Whether the data host takes a symbol of shares for one, be it known or not. */
export function isShareSymbol(symbol: string): boolean {
  return /^[A-Z]{1,6}(\.[A-Z]{1,4}){0,2}$/.test(symbol);
}

export function isPairSymbol(symbol: string): boolean {
  return /^[A-Z0-9]{1,12}\/[A-Z]{3,5}$/.test(symbol);
}
