import type { Category } from '../core/universe/member.ts';
import { formatCount, plural } from './table.ts';

/** The type of members of which the source tells none. */
export const UNKNOWN_TYPE = 'unknown';

/** What was found of a universe and where it was written. Plain JSON. */
export interface Discovered {
  readonly name: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly path: string;
  readonly sources: readonly string[];
  readonly members: number;
  /** Those of them that trade no more. */
  readonly delisted: number;
  /** How many there are of each type; those of which the source tells none are `unknown`. */
  readonly byType: Readonly<Record<string, number>>;
  /** Categories that were meant and that nobody could list. */
  readonly without: readonly Category[];
}

/**
 * `Wrote data/universes/etf_2026-11-28.json: 4,102 members from nasdaqtrader (etf 4,102)`, and a line for what nobody could
 * list. Where the source tells no type at all, there is nothing to count by.
 */
export function discoveredText(written: Omit<Discovered, 'date'>): {
  readonly text: string;
  readonly notes: readonly string[];
} {
  const { path, name, sources, members, delisted, byType, without } = written;
  const isTold = Object.keys(byType).some((type) => type !== UNKNOWN_TYPE);
  const counts = Object.entries(byType).map(([type, count]) => `${type} ${formatCount(count)}`);
  const about = [
    ...(isTold ? [counts.join(', ')] : []),
    ...(delisted === 0 ? [] : [`${formatCount(delisted)} of them delisted`]),
  ];
  const found = `${plural(members, 'member')} from ${sources.join(', ')}`;
  const text = `Wrote ${path}: ${found}${about.length === 0 ? '' : ` (${about.join('; ')})`}`;
  const lacking = without.join(', ');
  const notes =
    without.length === 0 ? [] : [`Without ${lacking}: no source of ${name} that was asked lists it.`];
  return { text, notes };
}
