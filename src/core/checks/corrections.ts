import { grouped } from '../grouped.ts';
import { type Pairs, type PriceField, PRICES, changeOf, pairsWhere } from '../bars/compare.ts';
import type { Day } from '../session/day.ts';
import type { Oddity } from './oddity.ts';

/** What vendors correct in a final price is hardly ever more than this part of it. */
const LARGE = 0.05;

/** The pairs of which a price changed by more than vendors correct. */
export function largeCorrections(compared: Pairs): Pairs {
  return pairsWhere(compared, (i) => PRICES.some((field) => changeOf(compared, field, i) > LARGE));
}

/** A large correction in words: `final close 101`, `1020.08`, `, and 3 more of the session`. */
export interface CorrectionWords {
  readonly was: string;
  readonly now: number;
  readonly others: string;
}

/** Large corrections as oddities, one a session, of its first bar. */
export function correctionOddities(
  large: Pairs,
  sessionOf: (ts: number) => Day,
  noteOf: (words: CorrectionWords, session: Day) => string,
): Oddity[] {
  const places = Array.from({ length: large.length }, (_, i) => i);
  const sessions = grouped(places, (i) => sessionOf(large.stored.ts[i] as number));
  return [...sessions].map(([session, [first = 0, ...more]]): Oddity => {
    const isLarge = (one: PriceField): boolean => changeOf(large, one, first) > LARGE;
    const field = isLarge('close') ? 'close' : (PRICES.find(isLarge) ?? 'close');
    const [before, now] = [large.stored, large.answered].map((bars) => bars[field][first] as number);
    const others = more.length === 0 ? '' : `, and ${more.length} more of the session`;
    const words = { was: `final ${field} ${before}`, now: now as number, others };
    return {
      kind: 'correction',
      session,
      ts: large.stored.ts[first] as number,
      note: noteOf(words, session),
    };
  });
}

/** Of a correction that was taken. */
export function takenNote({ was, now, others }: CorrectionWords): string {
  return `${was} became ${now}${others}: the old bar is kept as a revision`;
}
