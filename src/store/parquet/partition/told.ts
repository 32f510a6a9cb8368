import type { DayRange } from '../../../core/session/day.ts';
import { normalize } from '../../../core/session/ranges.ts';
import { fields, list, pairOf, rangeOf, text } from '../codec/json.ts';

/**
 * What the answers behind daily bars say of the ticker's corporate actions: in these days there are those that its file
 * holds, and no others. It counts only while the file holds just what it did then, so that a day more without a split or a
 * dividend, which is nearly every day, need not write that file too.
 */
export interface Told {
  /** Edition of the file, see `BookFile`. */
  readonly of: string;
  /** Ex-dates. */
  readonly days: readonly DayRange[];
}

/** How it is written, where there is anything. */
export function encodeTold(told: Told | undefined): { told?: object } {
  return told === undefined ? {} : { told: { of: told.of, days: told.days.map(pairOf) } };
}

/** The inverse of what `encodeTold` writes. Throws for what is malformed. */
export function toldOf(value: unknown): Told {
  const { of, days } = fields(value);
  return { of: text(of), days: normalize(list(days).map(rangeOf)) };
}
