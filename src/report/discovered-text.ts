import type { Category } from '../core/universe/member.ts';
import { formatCount, plural } from './table.ts';

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
  readonly byType: Readonly<Record<string, number>>;
  /** Categories that were meant and that nobody could list. */
  readonly without: readonly Category[];
}

/**
 * `Wrote data/universes/etf_2026-11-28.json: 4,102 members from nasdaqtrader (etf 4,102)`, and a line for what nobody could
 * list.
 */
export function discoveredText(written: Omit<Discovered, 'date'>): {
  readonly text: string;
  readonly notes: readonly string[];
} {
  const { path, name, sources, members, delisted, byType, without } = written;
  const counts = Object.entries(byType).map(([type, count]) => `${type} ${formatCount(count)}`);
  const gone = delisted === 0 ? '' : `; ${formatCount(delisted)} of them delisted`;
  const text = `Wrote ${path}: ${plural(members, 'member')} from ${sources.join(', ')} (${counts.join(', ')}${gone})`;
  const lacking = without.join(', ');
  const notes =
    without.length === 0 ? [] : [`Without ${lacking}: no source of ${name} that was asked lists it.`];
  return { text, notes };
}
