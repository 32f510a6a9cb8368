import type { Asked } from '../distortion.ts';
import type { WireResponse } from '../wire.ts';
import { type AnswerForm, changing } from './form.ts';

/** The answer for the next ticker of the market that has bars in the range asked for. */
export const wrongTicker = changing((_, asked, form) =>
  firstWithBars(otherTickers(asked, form), asked, form),
);

/**
 * This ticker's answer with the rows of the next one that has bars, of the same exchange where there is one: the
 * stamps of another exchange would give them away.
 */
export const otherSeries = changing((answer, asked, form) => {
  const { market } = asked;
  const calendarOf = (ticker: string): string | undefined => market.listing(ticker)?.calendar;
  const own = calendarOf(form.tickerOf(asked) ?? '');
  const others = otherTickers(asked, form);
  const near = others.filter((ticker) => calendarOf(ticker) === own);
  const far = others.filter((ticker) => calendarOf(ticker) !== own);
  const other = firstWithBars([...near, ...far], asked, form);
  return other && form.withRows(answer, form.rowsOf(other));
});

/** All tickers of the market from the next one on, round to the one before. */
function otherTickers(asked: Asked, form: AnswerForm): string[] {
  const tickers = asked.market.tickers();
  const own = tickers.indexOf(form.tickerOf(asked) ?? '');
  return [...tickers.slice(own + 1), ...tickers.slice(0, Math.max(0, own))];
}

function firstWithBars(
  tickers: readonly string[],
  { request, market, now }: Asked,
  form: AnswerForm,
): WireResponse | null {
  for (const ticker of tickers) {
    const other = form.wire(form.insteadOf(request, ticker), market, now);
    if (other.rows > 0) return other;
  }
  return null;
}
