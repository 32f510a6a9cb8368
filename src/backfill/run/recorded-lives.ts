import { type Day, type DayRange, formatDay, parseDay } from '../../core/session/day.ts';
import type { Universe } from '../../core/universe/universe.ts';

/** By ticker, the first and the last session date of each life, `YYYY-MM-DD`; null: from the beginning, or without an end. */
export type RecordedLives = Readonly<Record<string, readonly (readonly [string | null, string | null])[]>>;

/** The lives of what a run left undone, for who asks for that in other sessions. */
export function livesOfLeft(
  left: readonly { readonly tickers: readonly string[] }[],
  lives: Universe['lives'],
): RecordedLives {
  const text = (day: Day): string | null => (Number.isFinite(day) ? formatDay(day) : null);
  const tickers = new Set(left.flatMap((one) => one.tickers));
  return Object.fromEntries(
    [...lives]
      .filter(([ticker]) => tickers.has(ticker))
      .map(([ticker, days]) => [ticker, days.map(({ from, to }) => [text(from), text(to - 1)] as const)]),
  );
}

/** Session dates of a life on record; undefined where none is: all are wanted. */
export function lifeOnRecord(lives: RecordedLives, ticker: string): readonly DayRange[] | undefined {
  const known = Object.hasOwn(lives, ticker) ? lives[ticker] : undefined;
  return known?.map(([first, last]) => ({
    from: first === null ? Number.NEGATIVE_INFINITY : parseDay(first),
    to: last === null ? Number.POSITIVE_INFINITY : parseDay(last) + 1,
  }));
}
