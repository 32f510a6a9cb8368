import { roomOf } from '../calendar/session-room.ts';
import { type SeriesContext, type SessionPrices, type Sessions, sessionAt } from './plausibility.ts';

/** With fewer sessions there is no telling what is usual. */
const FEWEST_SESSIONS = 5;

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
 * The judged intraday sessions with fewer than half of the bars of the median one, each by its own hours, so that a
 * half day is not thin. Nothing for daily bars, for fewer than five sessions, and for what hardly trades.
 */
export function thinSessions(sessions: Sessions, context: SeriesContext): ThinSession[] {
  if (context.interval === '1d') return [];
  const filled: Filled[] = [];
  for (let i = 0; i < sessions.length; i++) {
    const session = sessionAt(sessions, i);
    if (session?.given && context.calendar.isSession(session.day)) filled.push(filling(session, context));
  }
  const usual = filled.map(({ part }) => part).toSorted((a, b) => a - b)[filled.length >> 1] ?? 0;
  if (filled.length < FEWEST_SESSIONS || usual < LIQUID) return [];
  return filled
    .filter(({ part }) => part < usual * THIN)
    .map(({ session, room }) => ({ session, usual: Math.round(usual * room) }));
}

function filling(session: SessionPrices, { calendar, interval }: SeriesContext): Filled {
  const room = roomOf(calendar.session(session.day), interval);
  return { session, room, part: session.bars / room };
}
