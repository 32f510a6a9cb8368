import { mergeIdentity, UNKNOWN_IDENTITY } from '../../../core/bars/bars.ts';
import { calendarById } from '../../../core/calendar/calendars.ts';
import { type Coverage, learn, NOTHING_KNOWN, withoutRefuted } from '../../../core/coverage/coverage.ts';
import { compact, type Knowledge } from './knowledge.ts';
import { newestTopUps } from './top-ups.ts';

/** What is known of a series from what is known of its partitions; undefined for none. */
export function joinKnowledge(parts: readonly Knowledge[]): Knowledge | undefined {
  const [only] = parts;
  if (parts.length === 1 && only) return { ...only, coverage: withoutRefuted(only.coverage) };
  const oldestFirst = parts.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : Number(timeOf(a) > timeOf(b))));
  const newest = oldestFirst.at(-1);
  return (
    newest && {
      calendar: newest.calendar,
      coverage: joinCoverage(oldestFirst, newest.calendar),
      identity: oldestFirst.reduce((known, { identity }) => mergeIdentity(known, identity), UNKNOWN_IDENTITY),
      fetchedAt: newest.fetchedAt,
      ...newestTopUps(parts),
    }
  );
}

function timeOf({ fetchedAt }: Knowledge): number {
  return fetchedAt ?? Number.NEGATIVE_INFINITY;
}

/** Partitions speak of disjoint days, so learning them in the order in which they were fetched joins them. */
function joinCoverage(oldestFirst: readonly Knowledge[], calendarId: string): Coverage {
  const all = oldestFirst.reduce((sum, { coverage }) => learn(sum, coverage), NOTHING_KNOWN);
  return compact(withoutRefuted(all), calendarById(calendarId));
}
