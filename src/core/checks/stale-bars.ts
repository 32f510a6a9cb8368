import { type Bars, type StoredBars, placeOf } from '../bars/columns.ts';
import { PRICES, PRICE_TOLERANCE, type Pairs, changeOf, compareBars } from '../bars/compare.ts';
import { grouped } from '../grouped.ts';
import type { Day } from '../session/day.ts';

/** Stored bars that were made of finer ones, and what those make now, of the same sessions. */
export interface MadeBars {
  readonly stored: StoredBars;
  readonly made: Bars;
  /** Whether the stored bar at a place was made, and not fetched. */
  readonly isMade: (place: number) => boolean;
  readonly sessionOf: (ts: number) => Day;
  /** To what step a volume at a stamp is known; 0: exactly. */
  readonly stepAt: (ts: number) => number;
}

/** A session of which stored bars are not what is made of the finer ones now. */
export interface StaleSession {
  readonly session: Day;
  /** Stamp of the first such bar, ms since the epoch. */
  readonly ts: number;
  /** What is wrong with that: `close 101 would be 102`. */
  readonly what: string;
  /** Such bars of the session. */
  readonly bars: number;
  /** Whether making it anew puts something right; else there are only bars too many, which no answer removes. */
  readonly isMendable: boolean;
}

interface StaleBar extends Pick<StaleSession, 'ts' | 'what' | 'isMendable'> {}

/**
 * The sessions whose stored bars have other values, beyond the precision of a wire, than what is made of the finer ones now,
 * lack one with a volume, or have one that nothing makes. Ascending; none with a bar that was fetched.
 */
export function staleSessions({ stored, made, isMade, sessionOf, stepAt }: MadeBars): StaleSession[] {
  const [own, fetched] = [new Set<Day>(), new Set<Day>()];
  for (let i = 0; i < stored.length; i++) (isMade(i) ? own : fetched).add(sessionOf(stored.ts[i] as number));
  const { differing, gone } = compareBars(stored, made, stepAt);
  const stale: StaleBar[] = [...gone.ts].map((ts) => ({
    ts,
    what: 'nothing makes the bar',
    isMendable: false,
  }));
  for (let i = 0; i < differing.length; i++)
    stale.push({ ts: differing.stored.ts[i] as number, what: changeText(differing, i), isMendable: true });
  for (const [i, ts] of made.ts.entries())
    if (made.volume[i] !== 0 && placeOf(stored, ts) === -1)
      stale.push({ ts, what: 'it lacks the bar', isMendable: true });
  const sessions = [...grouped(stale, ({ ts }) => sessionOf(ts))].map(([session, bars]): StaleSession => {
    const [first] = bars.toSorted((a, b) => a.ts - b.ts) as [StaleBar];
    const isMendable = bars.some((bar) => bar.isMendable);
    return { session, ts: first.ts, what: first.what, bars: bars.length, isMendable };
  });
  return sessions
    .filter(({ session }) => own.has(session) && !fetched.has(session))
    .toSorted((a, b) => a.session - b.session);
}

function changeText(pairs: Pairs, i: number): string {
  const field = PRICES.findLast((one) => changeOf(pairs, one, i) > PRICE_TOLERANCE) ?? 'volume';
  return `${field} ${pairs.stored[field][i]} would be ${pairs.answered[field][i]}`;
}
