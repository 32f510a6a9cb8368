import type { ToldBars } from './same-bars.ts';

/** An answer that has another ticker's bars, of which some contradict what was stored. */
export interface OtherAnswer {
  readonly told: ToldBars;
  /** All that got these bars, ascending. */
  readonly tickers: readonly string[];
}

/**
 * Finds wants of different tickers whose answers are the very same, the stored bars that they repeat included: what is new of
 * these alone may be too few to tell.
 */
export class SameAnswers {
  /** Tickers by interval and fingerprint: one that nobody else got is a text, not a list. */
  readonly #tickers = new Map<string, string | readonly string[]>();
  /** By the same: those that changed final bars, which are few. */
  readonly #changing = new Map<string, ToldBars[]>();

  /** A fingerprint that is undefined is nobody's. */
  note(told: ToldBars, fingerprint: string | undefined): void {
    if (fingerprint === undefined) return;
    const { ticker, interval } = told.want.series;
    const key = `${interval} ${fingerprint}`;
    const before = this.#tickers.get(key);
    if (before === undefined) this.#tickers.set(key, ticker);
    else this.#tickers.set(key, [...new Set([before, ticker].flat())]);
    if (told.counts.revised === 0) return;
    const changing = this.#changing.get(key);
    if (changing === undefined) this.#changing.set(key, [told]);
    else changing.push(told);
  }

  /**
   * Those that changed final bars where another ticker's stored bars agree with the answer, and those that changed most of what
   * they repeat: of one instrument under two names both are corrected alike.
   */
  others(): OtherAnswer[] {
    return [...this.#changing].flatMap(([key, changing]) => {
      const tickers = [this.#tickers.get(key) ?? []].flat().toSorted();
      if (tickers.length < 2) return [];
      const changed = new Set(changing.map(({ want }) => want.series.ticker));
      const hasOwner = tickers.some((ticker) => !changed.has(ticker));
      return changing.filter((told) => hasOwner || isMostlyOther(told)).map((told) => ({ told, tickers }));
    });
  }
}

function isMostlyOther({ counts: { revised, compared } }: ToldBars): boolean {
  const repeated = Object.values(compared).reduce((sum, bars) => sum + bars, 0);
  return revised > repeated / 2;
}
