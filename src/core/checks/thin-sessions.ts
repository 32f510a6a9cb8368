import { intervalMs } from '../session/interval.ts';
import { around, leastPart, median } from './short-sessions.ts';
import { roomOf } from '../calendar/session-room.ts';
import { type SeriesContext, type SessionPrices, type Sessions, sessionAt } from './plausibility.ts';

/** With fewer sessions there is no telling what is usual. */
const FEWEST_SESSIONS = 5;
const FEWEST_ROUND_THE_CLOCK = 3;

/** Quiet days have fewer bars; half of the usual is a part of a session that is missing. */
const THIN = 0.5;

/** What trades in fewer than half of its bars anyway has quiet days by chance. */
const LIQUID = 0.5;

/** A session with too few bars, and how many its hours would usually have. */
export interface ThinSession {
  readonly session: SessionPrices;
  readonly usual: number;
}

/** How full a session is: bars out of those that its hours have room for. */
interface Filled {
  readonly session: SessionPrices;
  readonly room: number;
  readonly part: number;
}

/**
 * The judged intraday sessions with fewer than half of the bars of the median one, or that are short beside the known and
 * the judged ones around (`leastPart`), each by its own hours, so that a half day is not thin. Nothing for daily bars, for
 * what has too few sessions to compare with, and for what hardly trades.
 */
export function thinSessions(sessions: Sessions, context: SeriesContext): ThinSession[] {
  if (context.interval === '1d') return [];
  const filled: Filled[] = [];
  for (let i = 0; i < sessions.length; i++) {
    const session = sessionAt(sessions, i);
    if (session !== undefined && context.calendar.isSession(session.day))
      filled.push(filling(session, context));
  }
  const given = filled.filter(({ session }) => session.given);
  const usual = median(given.map(({ part }) => part));
  const least = given.length < FEWEST_SESSIONS || usual < LIQUID ? 0 : usual * THIN;
  return filled.flatMap(({ session, room, part }, i): ThinSession[] => {
    if (!session.given) return [];
    if (part < least) return [{ session, usual: Math.round(usual * room) }];
    const { calendar } = context;
    const fewest = calendar.kind === 'always' ? FEWEST_ROUND_THE_CLOCK : FEWEST_SESSIONS;
    if (calendar.advisory || filled.length < fewest) return [];
    const others = around(filled, i).map((one) => one.part);
    return part < leastPart(others, calendar) ? [{ session, usual: Math.round(median(others) * room) }] : [];
  });
}

function filling(session: SessionPrices, { calendar, interval }: SeriesContext): Filled {
  const room = roomOf(calendar.session(session.day), intervalMs(interval));
  return { session, room, part: session.bars / room };
}
