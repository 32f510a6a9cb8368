import type { SuspectedLevels } from './coverage.ts';
import { named } from './named.ts';
import { tied } from './page.ts';
import { formatCount } from './table.ts';

/** What a coverage report says of price levels that look wrong: a line, or none. Complete says nothing of values. */
export function suspectedLines({ series, notJudged }: SuspectedLevels): string[] {
  const tickers = [...new Set(series.map(({ ticker }) => ticker))];
  if (tickers.length + notJudged === 0) return [];
  const others = notJudged === 0 ? '' : `, and perhaps ${formatCount(notJudged)} more series`;
  const who = tickers.length === 0 ? '' : ` of ${named(tickers)}`;
  return [`Prices${who}${others} jump without a known cause: ${tied('check-data --issues')}`];
}
