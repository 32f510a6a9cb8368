import { type StoredBars, sourceAt } from '../core/bars/columns.ts';
import { type Comparison, priceDrift } from '../core/bars/compare.ts';
import { vendorOf } from '../core/bars/vendor.ts';
import type { Day } from '../core/session/day.ts';

/** By what a session is held against the ones beside it: prices of its first bar, and the close of its last. */
export interface SessionEnds {
  readonly open: number;
  /** Of a daily bar: `close`. */
  readonly firstClose: number;
  readonly close: number;
}

/** The bars of one session that are stored and were answered again. Plain JSON. */
export interface ComparedSession {
  readonly session: Day;
  /** Bars that both have, at least one; and those of them with another price or volume. */
  readonly compared: number;
  readonly changed: number;
  /** Largest change of a price, as a part of the stored one. */
  readonly worst: number;
  /** Id of the provider that gave the stored ones: the first of them. */
  readonly source: string;
  readonly stored: SessionEnds;
  readonly answered: SessionEnds;
}

/** What was compared, by session, ascending. */
export function comparedSessions(
  { compared: { length, stored, answered }, differing }: Comparison,
  sessionOf: (ts: number) => Day,
): ComparedSession[] {
  const drifts = new Map<number, number>();
  for (let i = 0; i < differing.length; i++)
    drifts.set(differing.stored.ts[i] as number, priceDrift(differing, i));
  const sessions: ComparedSession[] = [];
  for (let first = 0; first < length;) {
    const session = sessionOf(stored.ts[first] as number);
    let end = first + 1;
    while (end < length && sessionOf(stored.ts[end] as number) === session) end++;
    const changes = [...stored.ts.subarray(first, end)].flatMap((ts) => drifts.get(ts) ?? []);
    sessions.push({
      ...{ session, compared: end - first, changed: changes.length },
      worst: changes.reduce((most, one) => Math.max(most, one), 0),
      source: vendorOf(sourceAt(stored, first)),
      stored: endsOf(stored, first, end),
      answered: endsOf(answered, first, end),
    });
    first = end;
  }
  return sessions;
}

function endsOf(
  { open, close }: Pick<StoredBars, 'open' | 'close'>,
  first: number,
  end: number,
): SessionEnds {
  return {
    open: open[first] as number,
    firstClose: close[first] as number,
    close: close[end - 1] as number,
  };
}
