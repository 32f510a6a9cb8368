/** A reason without what differs between alike ones: numbers, and which of the given tickers it names, however many. */
export function reasonPattern(reason: string, tickers: ReadonlySet<string>): string {
  return reason
    .replaceAll(/[^\s,;:()/]+/g, (word) =>
      tickers.has(word) || tickers.has(word.replace(/\.[a-z]+$/, '')) ? '·' : word,
    )
    .replaceAll(/·(, ·)+/g, '·')
    .replaceAll(/\d+([.,]\d+)*/g, '0');
}
