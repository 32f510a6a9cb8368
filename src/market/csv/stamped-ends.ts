import type { Bars } from '../../core/bars/columns.ts';
import { barStart } from '../../core/bars/session-grid.ts';
import type { Calendar, Session } from '../../core/calendar/calendar.ts';
import type { Day } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { malformed } from './records.ts';

/** What intraday stamps are of their bars; null: nobody says it, and they are taken for starts. */
export type StampsSaid = 'start' | 'end' | null;

/** Sessions, all of them, by which it is sure that stamps are of the other end of their bars. */
const ENOUGH_SESSIONS = 5;

/** What is traded in the first bar of regular hours, to the last one before it, at least; and to the second one. */
const OPENS = 4;

/** Bars at the ends of a session, as they are read; a volume is NaN where there is no bar, 0 where it is not told. */
interface AtEnds {
  /** Of the bar two before the open, of the one before it, and so on, up to that after the first of the session. */
  readonly volumes: [number, number, number, number];
  hasLast: boolean;
  /** What is traded in the bar that begins at the close; NaN where there is none. */
  atClose: number;
  /** Bars outside regular hours. */
  outside: number;
}

/** Intraday rows at the ends of sessions; of a long file a stretch at a time. */
export class EndsOfSessions {
  readonly #interval: Interval;
  readonly #calendar: Calendar;
  readonly #ends = new Map<Day, { readonly session: Session; readonly at: AtEnds } | null>();

  constructor(interval: Interval, calendar: Calendar) {
    this.#interval = interval;
    this.#calendar = calendar;
  }

  /** Adds bars by their starts. */
  add({ ts, volume }: Pick<Bars, 'ts' | 'volume'>): void {
    const lengthMs = intervalMs(this.#interval);
    for (const [i, start] of ts.entries()) {
      const found = this.#of(start);
      if (found === null) continue;
      const { session, at } = found;
      const { open, close } = session;
      const place = (start - open) / lengthMs + 2;
      if (place in at.volumes) at.volumes[place] = (at.volumes[place] || 0) + (volume[i] || 0);
      if (start < open || start >= close) at.outside++;
      if (start === close) at.atClose = volume[i] || 0;
      if (start === barStart(session, close - 1, lengthMs)) at.hasLast = true;
    }
  }

  /** Which end of their bars stamps are of in all sessions, that are read as starts or as ends, where it is the other one. */
  otherEnd(read: 'start' | 'end'): { readonly are: 'start' | 'end'; readonly sessions: number } | undefined {
    const all = [...this.#ends.values()].flatMap((one) => one?.at ?? []);
    const isOther = read === 'start' ? isLate : isEarly;
    if (all.length < ENOUGH_SESSIONS || !all.every(isOther)) return undefined;
    return { are: read === 'start' ? 'end' : 'start', sessions: all.length };
  }

  #of(start: number): { readonly session: Session; readonly at: AtEnds } | null {
    const day = this.#calendar.localDay(start);
    let found = this.#ends.get(day);
    if (found !== undefined) return found;
    const session = this.#calendar.isSession(day) ? this.#calendar.session(day) : null;
    const none = Number.NaN;
    const at: AtEnds = { volumes: [none, none, none, none], hasLast: false, atClose: none, outside: 0 };
    found = session?.reliable === true ? { session, at } : null;
    this.#ends.set(day, found);
    return found;
  }
}

/**
 * Whether bars come one late: none at the open and one at the close, where none starts, or what opens trades in the second one.
 * Without a volume that is no evidence: an index may have no value in its first bar, and one after its last.
 */
function isLate({ volumes: [, , first, second], atClose, outside }: AtEnds): boolean {
  if (!(second > 0)) return false;
  return Number.isNaN(first) ? atClose > 0 && outside === 1 : outside > 1 && OPENS * first <= second;
}

/** Whether bars come one early: one before the open and none at the last start of one, or what opens trades before the open. */
function isEarly({ volumes: [early, before, first], hasLast, outside }: AtEnds): boolean {
  if (Number.isNaN(before) || Number.isNaN(first)) return false;
  if (outside === 1) return !hasLast;
  return OPENS * early <= before && before > 0 && before * OPENS >= first;
}

/** Refuses intraday rows whose stamps are of the other end of their bars, unless the user says that they are starts. Throws `usage`. */
export function assertOwnEnd(path: string, ends: EndsOfSessions, said: StampsSaid): void {
  const found = said === 'start' ? undefined : ends.otherEnd(said ?? 'start');
  if (found === undefined) return;
  const { are, sessions } = found;
  const [seen, here] =
    are === 'end'
      ? ['all begin and end one bar late', 'their starts']
      : ['all begin and end one bar early', 'the ends of bars'];
  const way =
    are === 'end'
      ? 'give --csv-stamps end, or start if they are not'
      : 'leave out --csv-stamps end, or give start';
  throw malformed(
    path,
    null,
    `its times look like the ${are}s of bars: its ${sessions} sessions ${seen} where they are read as ${here}; ${way}`,
  );
}
