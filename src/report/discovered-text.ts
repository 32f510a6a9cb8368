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
  /** How many there are, where a limit left some out. */
  readonly of?: number;
  /** Members of the longer list of that day that was there, where a limit left some out. */
  readonly replaced?: number;
  /** Those of them that trade no more. */
  readonly delisted: number;
  /** How many there are of each type; those of which the source tells none are `unknown`. */
  readonly byType: Readonly<Record<string, number>>;
  /** Categories that were meant and that nobody could list. */
  readonly without: readonly Category[];
}

/**
 * `Wrote data/universes/etf_2026-11-28.json: 4,102 members from nasdaqtrader (etf 4,102)`, and a line for what nobody could
 * list, or was left out. Where the source tells no type at all, there is nothing to count by.
 */
export function discoveredText(written: Omit<Discovered, 'date'>): {
  readonly text: string;
  readonly notes: readonly string[];
} {
  const { path, name, sources, members, of, delisted, byType, without } = written;
  const isTold = Object.keys(byType).some((type) => type !== UNKNOWN_TYPE);
  const counts = Object.entries(byType).map(([type, count]) => `${type} ${formatCount(count)}`);
  const about = [
    ...(isTold ? [counts.join(', ')] : []),
    ...(delisted === 0 ? [] : [`${formatCount(delisted)} of them delisted`]),
  ];
  const count = of === undefined ? '' : `${formatCount(members)} of `;
  const found = `${count}${plural(of ?? members, 'member')} from ${sources.join(', ')}`;
  const text = `Wrote ${path}: ${found}${about.length === 0 ? '' : ` (${about.join('; ')})`}`;
  const lacking = without.join(', ');
  const notes = [
    ...cutNotes(written),
    ...(without.length === 0 ? [] : [`Without ${lacking}: no source of ${name} that was asked lists it.`]),
  ];
  return { text, notes };
}

/** What a list that a limit cut means for the runs to come, which take the newest one. */
function cutNotes({ name, members, of, replaced }: Omit<Discovered, 'date'>): string[] {
  if (of === undefined) return [];
  const instead =
    replaced === undefined ? '' : `, in place of ${formatCount(replaced)} that the list of that day had`;
  return [
    `It has the first ${formatCount(members)} of ${formatCount(of)} by ticker${instead}: --tickers ${name} means these alone ` +
      `while there is no newer list; discover ${name} without --limit lists all.`,
  ];
}
