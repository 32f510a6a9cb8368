import { type Bars, keep } from '../../core/bars/columns.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { givenBy, vendorOf } from '../../core/bars/vendor.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import type { Day } from '../../core/session/day.ts';
import type { Received } from './received.ts';

/** Sessions of a series that stay another source's. */
export interface OthersSessions {
  /** Bars without those of these sessions. */
  readonly without: (bars: Bars) => Bars;
  /** One for each of them that was asked for and of which the answer has bars that are not stored. */
  readonly oddities: readonly Oddity[];
}

const NONE: OthersSessions = { without: (bars) => bars, oddities: [] };

/**
 * Sessions of an intraday series that stay as they are, since another source's bars of them are stored: no session is of two
 * sources. Only one that is asked for again, and of which the answer has a bar for each stored one, is replaced.
 */
export function sessionsOfOthers(
  { want, calendar, stored: { bars }, source }: Received,
  accepted: Bars,
  isAsked: (day: Day) => boolean,
): OthersSessions {
  const { interval } = want.series;
  if (interval === '1d' || bars.source.names.every((name) => vendorOf(name) === source)) return NONE;
  const sessionOf = sessionDateOf(interval, calendar);
  const isOwn = givenBy(bars, source);
  const answered = new Set(accepted.ts);
  const isAgain = want.again === true || want.replaces === true;
  const others = new Set<Day>();
  const inPart = new Set<Day>();
  const stored = new Set(bars.ts);
  for (const [i, ts] of bars.ts.entries()) {
    const day = sessionOf(ts);
    if (!isOwn(i)) others.add(day);
    if (!answered.has(ts)) inPart.add(day);
  }
  const stays = (day: Day): boolean => others.has(day) && (!isAgain || !isAsked(day) || inPart.has(day));
  const oddities = new Map<Day, Oddity>();
  const note = `${source} has more bars of it, which are not taken: those that are stored are another source's`;
  for (const ts of accepted.ts) {
    if (stored.has(ts)) continue;
    const session = sessionOf(ts);
    if (stays(session) && isAsked(session) && !oddities.has(session))
      oddities.set(session, { kind: 'sources-differ', session, ts, note });
  }
  return {
    without: (some) => keep(some, (i) => !stays(sessionOf(some.ts[i] as number))),
    oddities: [...oddities.values()],
  };
}
