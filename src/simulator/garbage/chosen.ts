import type { Random } from '../../market/random.ts';
import { type AnswerForm, type Garbling, changingRows } from './form.ts';
import { type Row, type TradedRow, isTraded } from './rows.ts';

/** The part of an answer's rows that a distortion of single rows takes. */
const SOME = 0.02;

/** Rows in a run. */
const RUN = 8;

/** Some of the given indexes, never none unless there are none. */
export function some(indexes: readonly number[], random: Random, part = SOME): ReadonlySet<number> {
  const left = [...indexes];
  const taken = Math.min(left.length, Math.max(1, Math.round(left.length * part)));
  return new Set(
    Array.from({ length: taken }, () => left.splice(Math.floor(random() * left.length), 1)[0] as number),
  );
}

/** One of the given indexes as a set; none of none. */
export function one(indexes: readonly number[], random: Random): ReadonlySet<number> {
  const [from, to] = slot(indexes.length, 1, random);
  return new Set(indexes.slice(from, to));
}

/**
 * A run of 8 of the given indexes, or of as many as said, that is neither at the beginning nor at the end; none where there
 * is no room for it.
 */
export function run(indexes: readonly number[], random: Random, length = RUN): readonly number[] {
  const inner = indexes.slice(1, -1);
  const [from, to] = slot(inner.length, length, random);
  return inner.slice(from, to);
}

/** Where `length` of `of` places begin and end, as `[from, to)`; `[0, 0)` where they have no room. */
function slot(of: number, length: number, random: Random): [from: number, to: number] {
  if (of < length) return [0, 0];
  const from = Math.floor(random() * (of - length + 1));
  return [from, from + length];
}

/** Where the rows are that have values and fit. */
export function traded(bars: readonly Row[], fits: (bar: TradedRow) => boolean = () => true): number[] {
  return bars.flatMap((bar, i) => (isTraded(bar) && fits(bar) ? [i] : []));
}

/** The rows, with those at the given indexes changed; rows without values stay. */
export function changed(
  bars: readonly Row[],
  at: { has: (index: number) => boolean },
  change: (bar: TradedRow) => Row,
): Row[] {
  return bars.map((bar, i) => (at.has(i) && isTraded(bar) ? change(bar) : bar));
}

/** Changes some of the rows that fit. */
export function inSome(
  change: (row: TradedRow, random: Random, form: AnswerForm) => Row,
  fits?: (row: TradedRow) => boolean,
): Garbling {
  return changingRows((rows, { random }, form) =>
    changed(rows, some(traded(rows, fits), random), (row) => change(row, random, form)),
  );
}
