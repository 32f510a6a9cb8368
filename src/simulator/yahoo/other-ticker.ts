import type { Asked, Distortion } from '../distortion.ts';
import type { WireResponse } from '../wire.ts';
import { barsOf, type ChartResult, edited, writeBars } from './chart.ts';
import { chartPath, symbolOf, yahooWire } from './wire.ts';

/** The answer for the next ticker of the market that has bars in the range asked for. */
export const wrongTicker: Distortion = (answer, asked) =>
  answer.rows === 0 ? null : firstWithBars(otherTickers(asked), asked);

/**
 * This ticker's answer with the rows of the next one that has bars, of the same exchange where there is one: the
 * stamps of another exchange would give them away.
 */
export const otherSeries: Distortion = (answer, asked) => {
  if (answer.rows === 0) return null;
  const { market, request } = asked;
  const calendarOf = (ticker: string): string | undefined => market.listing(ticker)?.calendar;
  const own = calendarOf(symbolOf(request) ?? '');
  const others = otherTickers(asked);
  const near = others.filter((ticker) => calendarOf(ticker) === own);
  const far = others.filter((ticker) => calendarOf(ticker) !== own);
  const other = firstWithBars([...near, ...far], asked);
  return other && edited(answer, (result) => writeBars(result, barsOf(resultOf(other))));
};

/** All tickers of the market from the next one on, round to the one before. */
function otherTickers({ market, request }: Asked): string[] {
  const tickers = market.tickers();
  const own = tickers.findIndex((ticker) => ticker === symbolOf(request));
  return [...tickers.slice(own + 1), ...tickers.slice(0, Math.max(0, own))];
}

function firstWithBars(tickers: readonly string[], { request, market, now }: Asked): WireResponse | null {
  for (const ticker of tickers) {
    const other = yahooWire({ ...request, path: chartPath(ticker) }, market, now);
    if (other.rows > 0) return other;
  }
  return null;
}

function resultOf({ body }: WireResponse): ChartResult {
  return (JSON.parse(body) as { chart: { result: [ChartResult] } }).chart.result[0];
}
