import { fnv1a } from '../fnv.ts';
import type { DayRange } from '../session/day.ts';
import { intersect, normalize, span } from '../session/ranges.ts';
import type { Member } from './member.ts';

/** What a universe depends on of a member. */
export type UniverseMember = Pick<Member, 'ticker' | 'listed' | 'delisted' | 'stay'>;

/** Session dates on which an instrument is wanted as a member: those of its life, and of its stay. */
export function lifeOf({ listed, delisted, stay }: UniverseMember): DayRange {
  return {
    from: Math.max(listed ?? Number.NEGATIVE_INFINITY, stay?.from ?? Number.NEGATIVE_INFINITY),
    to: Math.min(
      delisted === null ? Number.POSITIVE_INFINITY : delisted + 1,
      stay?.to ?? Number.POSITIVE_INFINITY,
    ),
  };
}

/** The tickers of a universe, each once, in order. */
export interface Universe {
  readonly tickers: readonly string[];
  /** Session dates on which each is wanted, ascending and disjoint; no entry: whatever the day. */
  readonly lives: ReadonlyMap<string, readonly DayRange[]>;
  /**
   * It is all that the provider has: what that has under names that are no tickers is asked for with it, and cannot be had.
   * Default: somebody chose its tickers.
   */
  readonly isAllListed?: true;
  /** Which part of another one it is. Default: it is whole. */
  readonly batch?: BatchPlace;
}

/** Where a batch stands in the universe that it is a part of. Plain JSON. */
export interface BatchPlace {
  /** From 1. */
  readonly number: number;
  /** How many batches the universe is. */
  readonly of: number;
  /** Places of its first and last ticker in the universe, from 1, both in it. */
  readonly first: number;
  readonly last: number;
  /** Tickers of the universe. */
  readonly total: number;
  /** The first and the last batch that were asked for together, from 1, both inclusive. */
  readonly asked: { readonly first: number; readonly last: number };
  /** See `listId`: of the universe. */
  readonly list: string;
}

/** A short text that is the same for the same tickers in the same order, and for no others that matter. */
export function listId(tickers: readonly string[]): string {
  return `${tickers.length}-${fnv1a(tickers.join(' ')).toString(16)}`;
}

/** The universe of some members. Of a ticker that is one without any date all days are wanted. */
export function universeOf(members: readonly UniverseMember[]): Universe {
  const lives = new Map<string, DayRange[]>();
  for (const member of members) {
    const known = lives.get(member.ticker);
    if (known === undefined) lives.set(member.ticker, [lifeOf(member)]);
    else known.push(lifeOf(member));
  }
  const bounded = new Map<string, readonly DayRange[]>();
  for (const [ticker, days] of lives) {
    const joined = normalize(days);
    const isWhole = joined.some(
      ({ from, to }) => from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY,
    );
    if (!isWhole) bounded.set(ticker, joined);
  }
  return { tickers: [...lives.keys()], lives: bounded };
}

/** The sessions of a range that are wanted of an instrument. */
export interface WantedDays {
  /** From the first to the last of them, `[from, to)`; empty where there is none. */
  readonly range: DayRange;
  /** Which days of that, where not all: several stays in an index. */
  readonly lived?: readonly DayRange[];
}

/** What of a range falls into the life of an instrument; undefined: it has always lived. */
export function livedIn(range: DayRange, life: readonly DayRange[] | undefined): WantedDays {
  if (life === undefined) return { range };
  const parts = intersect([range], life);
  const whole = span(parts) ?? { from: range.from, to: range.from };
  return parts.length > 1 ? { range: whole, lived: parts } : { range: whole };
}
