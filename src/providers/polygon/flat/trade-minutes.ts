import { BarBuilder } from '../../../core/bars/bar-builder.ts';
import type { Bars } from '../../../core/bars/columns.ts';
import type { Counts } from './sale-conditions.ts';

const MINUTE = 60_000;

/** What is shown of a minute that is not known. */
const UNKNOWN: Counts = { highLow: true, openClose: false, volume: true };

/** When a trade was made. */
export interface TradeTime {
  /** ms since the epoch. */
  readonly ms: number;
  /** Nanoseconds after that. */
  readonly ns: number;
  /** Of trades of one nanosecond the order. */
  readonly sequence: number;
}

/** The first and the last price of each minute, in whatever order they come. */
class Ends {
  readonly #firstAt: Float64Array;
  readonly #firstSequence: Float64Array;
  readonly #first: Float64Array;
  readonly #lastAt: Float64Array;
  readonly #lastSequence: Float64Array;
  readonly #last: Float64Array;

  constructor(minutes: number) {
    const column = (): Float64Array => new Float64Array(minutes);
    [this.#firstAt, this.#firstSequence, this.#first] = [column(), column(), column()];
    [this.#lastAt, this.#lastSequence, this.#last] = [column(), column(), column()];
    this.clear();
  }

  clear(): void {
    this.#firstAt.fill(Number.POSITIVE_INFINITY);
    this.#lastAt.fill(Number.NEGATIVE_INFINITY);
  }

  /** `at`: nanoseconds after the minute's begin. */
  note(minute: number, at: number, sequence: number, price: number): void {
    const firstAt = this.#firstAt[minute] as number;
    if (at < firstAt || (at === firstAt && sequence < (this.#firstSequence[minute] as number))) {
      this.#firstAt[minute] = at;
      this.#firstSequence[minute] = sequence;
      this.#first[minute] = price;
    }
    const lastAt = this.#lastAt[minute] as number;
    if (at > lastAt || (at === lastAt && sequence >= (this.#lastSequence[minute] as number))) {
      this.#lastAt[minute] = at;
      this.#lastSequence[minute] = sequence;
      this.#last[minute] = price;
    }
  }

  /** Undefined of a minute without any. */
  of(minute: number): readonly [first: number, last: number] | undefined {
    if (this.#firstAt[minute] === Number.POSITIVE_INFINITY) return undefined;
    return [this.#first[minute] as number, this.#last[minute] as number];
  }
}

/** The minutes of a session made of the trades of one symbol after another. */
export class TradeMinutes {
  readonly #open: number;
  readonly #minutes: number;
  readonly #ends: Ends;
  /** Of trades that give open and close only where no other does. */
  readonly #outOfOrder: Ends;
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  readonly #volume: Float64Array;
  readonly #trades: Float64Array;
  readonly #isUnknown: Uint8Array;

  /** `open` and `close` of the session in ms since the epoch: what was traded before or after is left out. */
  constructor({ open, close }: { readonly open: number; readonly close: number }) {
    this.#open = open;
    this.#minutes = Math.max(0, Math.ceil((close - open) / MINUTE));
    const column = (): Float64Array => new Float64Array(this.#minutes);
    [this.#ends, this.#outOfOrder] = [new Ends(this.#minutes), new Ends(this.#minutes)];
    [this.#high, this.#low] = [column(), column()];
    [this.#volume, this.#trades] = [column(), column()];
    this.#isUnknown = new Uint8Array(this.#minutes);
    this.#clear();
  }

  /** Adds a trade. `counts`: what it counts for; undefined: nobody knows, so that its minute is not known either. */
  add({ ms, ns, sequence }: TradeTime, price: number, size: number, counts: Counts | undefined): void {
    const minute = Math.floor((ms - this.#open) / MINUTE);
    if (minute < 0 || minute >= this.#minutes) return;
    if (counts === undefined) this.#isUnknown[minute] = 1;
    const { highLow, openClose, volume } = counts ?? UNKNOWN;
    if (volume) {
      (this.#volume[minute] as number) += size;
      (this.#trades[minute] as number) += 1;
    }
    if (!highLow) return;
    const at = (ms - this.#open - minute * MINUTE) * 1e6 + ns;
    (openClose ? this.#ends : this.#outOfOrder).note(minute, at, sequence, price);
    if (price > (this.#high[minute] as number)) this.#high[minute] = price;
    if (price < (this.#low[minute] as number)) this.#low[minute] = price;
  }

  /**
   * The bars so far, after which it begins anew. A minute that no trade gives a price has none; one that is not known has neither
   * open nor close.
   */
  take(): Bars {
    const bars = new BarBuilder(this.#minutes);
    for (let minute = 0; minute < this.#minutes; minute++) this.#push(bars, minute);
    this.#clear();
    return bars.bars();
  }

  #push(bars: BarBuilder, minute: number): void {
    const ends = this.#ends.of(minute) ?? this.#outOfOrder.of(minute);
    if (ends === undefined) return;
    const [open, close] = this.#isUnknown[minute] === 1 ? [Number.NaN, Number.NaN] : ends;
    const at = (column: Float64Array): number => column[minute] as number;
    const ts = this.#open + minute * MINUTE;
    bars.push(ts, open, at(this.#high), at(this.#low), close, at(this.#volume), Number.NaN, at(this.#trades));
  }

  #clear(): void {
    this.#ends.clear();
    this.#outOfOrder.clear();
    this.#high.fill(Number.NEGATIVE_INFINITY);
    this.#low.fill(Number.POSITIVE_INFINITY);
    for (const column of [this.#volume, this.#trades, this.#isUnknown]) column.fill(0);
  }
}
