import { BarBuilder } from '../../core/bars/bar-builder.ts';
import { eachTicker } from '../../core/bars/cross-section.ts';
import type { ErrorData } from '../../core/errors.ts';
import type { Day } from '../../core/session/day.ts';
import type { BarAnswer } from '../../providers/provider.ts';
import type { StagedPart } from '../../store/staging.ts';

/** What an answer says besides bars and the days that it speaks of. */
export type SaidBeside = Omit<BarAnswer, 'bars' | 'proven'>;

/** What an answer says of a ticker in one session besides its bars; the same object where it says the same. */
type Said =
  | {
      readonly answer: SaidBeside;
      /** Whether it speaks of the session. */
      readonly isProven: boolean;
    }
  | { readonly error: ErrorData };

/** A session that was collected. */
interface Collected {
  readonly session: Day;
  /** Until when its answer knows of the market, ms since the epoch. */
  readonly asOf: number;
  /** Tickers of which all of its answer has a bar. */
  readonly tickers: number;
}

/** What the collected sessions have of one ticker. */
interface OfTicker {
  /** Bars of all of them, in their order. */
  readonly bars: BarBuilder;
  /** By the place of a session: what its pieces say besides; undefined where none names the ticker. */
  readonly said: (readonly Said[] | undefined)[];
  /** By the place of a session: whether it has a bar. */
  readonly hasBar: Uint8Array;
}

/**
 * What was collected of some tickers, session by session, in their order. Bars are joined as they are read: an object for each
 * ticker and session would be hundreds of megabytes a year.
 */
export class CollectedSessions {
  readonly sessions: Collected[] = [];
  /** How many sessions there are at most. */
  readonly #most: number;
  readonly #byTicker: ReadonlyMap<string, OfTicker>;
  readonly #known = new Map<string, readonly [Said]>();

  constructor(tickers: Iterable<string>, most: number) {
    this.#most = most;
    this.#byTicker = new Map(Array.from(tickers, (ticker) => [ticker, this.#nothing()]));
  }

  #nothing(): OfTicker {
    return { bars: new BarBuilder(this.#most), said: [], hasBar: new Uint8Array(this.#most) };
  }

  /** The next session. */
  add(session: Day, { asOf, tickers, groups }: StagedPart): void {
    const at = this.sessions.push({ session, asOf, tickers }) - 1;
    for (const { said: words, bars, ...section } of groups) {
      const said = this.#once(words, session);
      eachTicker(section, (ticker, from, to) => {
        const own = this.#byTicker.get(ticker);
        if (own === undefined) return;
        const before = own.said[at];
        own.said[at] = before === undefined ? said : [...before, ...said];
        if (to > from) own.hasBar[at] = 1;
        for (let i = from; i < to; i++) own.bars.pushFrom(bars, i);
      });
    }
  }

  /** What it says, as one list for all sessions in which it says the same. */
  #once(words: object, session: Day): readonly [Said] {
    const said = saidIn(words, session);
    const text = JSON.stringify(said);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const once = [said] as const;
    this.#known.set(text, once);
    return once;
  }

  /** What the pieces of the session at a place say of a ticker, at least one; undefined where it does not name it. */
  saidAt(ticker: string, at: number): readonly Said[] | undefined {
    return this.#byTicker.get(ticker)?.said[at];
  }

  hasBar(ticker: string, at: number): boolean {
    return this.#byTicker.get(ticker)?.hasBar[at] === 1;
  }

  /** The bars of a ticker, once all sessions are there. */
  barsOf(ticker: string): BarAnswer['bars'] {
    return (this.#byTicker.get(ticker)?.bars ?? new BarBuilder(1)).bars();
  }
}

function saidIn(words: object, session: Day): Said {
  const { answer, error } = words as {
    readonly answer?: Omit<BarAnswer, 'bars'>;
    readonly error?: ErrorData;
  };
  if (answer === undefined) return { error: error as ErrorData };
  const { proven, ...others } = answer;
  return { answer: others, isProven: proven.to > session };
}
