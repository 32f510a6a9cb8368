import type { Calendar, Session } from '../calendar/calendar.ts';
import { roomOf } from '../calendar/session-room.ts';
import type { Bars } from '../bars/columns.ts';
import type { Day } from '../session/day.ts';
import { type Interval, intervalMs } from '../session/interval.ts';
import { mergeBars } from '../bars/merge-bars.ts';
import { sessionDateOf, sessionDays } from '../bars/partition.ts';

/** Sessions that tell what is usual: the last ones before, or where there are too few, those around. */
const NEIGHBOURS = 20;

/** Fewer than half of the usual bars are a part of a session. */
const SHORT = 0.5;

/** Where so many neighbours, and the median one, have nearly every bar, one with a tenth fewer has holes. */
export const STEADY_NEIGHBOURS = 4;
/** The same of what trades round the clock: of its sessions none is quiet. */
const STEADY_ROUND_THE_CLOCK = 2;
const STEADY = 0.95;
const WITH_HOLES = 0.9;

/**
 * What is thinly traded has sessions of every filling; of what is not, hardly any is between a full one and one with holes. Of
 * 5,881 real sessions (QuantConnect/Lean: hours of AAPL 1998-2021 and BTC-USDT, minutes of SPY, IBM and BTC-BUSD) one is short:
 * AAPL on 2013-08-22, when the Nasdaq stood still for three hours.
 */
const MOST_BETWEEN = 0.1;

/** What trades in fewer than half of its bars anyway has quiet days by chance. */
const LIQUID = 0.5;

/** A session whose bars leave no gap, and stop (or begin) by more than this part of its hours from the end, was cut. */
const CUT = 0.2;
const WITHOUT_GAP = 0.9;

/** Fewer bars without a gap may be a thin share's busy hour. */
const FEWEST_DENSE = 20;

/** What sessions are held against. */
interface ShortContext {
  readonly interval: Interval;
  readonly calendar: Calendar;
  /** Stored bars around. */
  readonly known: Bars;
}

/** A session and how full it is: bars out of those that its hours have room for. */
interface Filling {
  readonly day: Day;
  readonly part: number;
  /** Whether its bars have no gap but one at its beginning or its end. */
  readonly isCut: boolean;
}

/**
 * Sessions of the given intraday bars that hold fewer than half of the bars that the series' own twenty sessions
 * before them do, each by its own hours (nine tenths, where these have nearly all, but for a minority with such holes
 * themselves), or that trade without a gap and end an hour before the exchange did. None of daily bars, where the
 * calendar is a guess, and of what hardly trades.
 */
export function shortSessions(bars: Bars, { interval, calendar, known }: ShortContext): Day[] {
  if (interval === '1d' || calendar.advisory) return [];
  const sessionOf = sessionDateOf(interval, calendar);
  const given = new Set(sessionDays(bars, sessionOf));
  const fillings = eachSession(mergeBars(known, bars).ts, sessionOf)
    .filter(([day]) => calendar.isSession(day))
    .map(([day, stamps]) => fillingOf(stamps, calendar.session(day), interval));
  return fillings.flatMap(({ day, part, isCut }, i) => {
    if (!given.has(day)) return [];
    if (isCut) return [day];
    const others = around(fillings, i).map((filling) => filling.part);
    return part < leastPart(others, calendar) ? [day] : [];
  });
}

/** The part of its bars below which a session is short beside sessions of these parts; 0 where none can be. */
export function leastPart(others: readonly number[], { kind }: Pick<Calendar, 'kind'>): number {
  const usual = median(others);
  if (usual < LIQUID) return 0;
  const fewest = kind === 'always' ? STEADY_ROUND_THE_CLOCK : STEADY_NEIGHBOURS;
  return usual * (isSteady(others, fewest) ? WITH_HOLES : SHORT);
}

/**
 * Whether sessions of these parts have nearly every bar but for some with holes: those do not speak for each other, until
 * half of the sessions are like them.
 */
function isSteady(others: readonly number[], fewest: number): boolean {
  const usual = median(others);
  const unbroken = others.filter((other) => other >= usual * WITH_HOLES);
  const full = unbroken.filter((other) => other >= STEADY);
  return full.length >= fewest && unbroken.length - full.length <= unbroken.length * MOST_BETWEEN;
}

/** The sessions that tell what is usual for the one at `i`. */
export function around<Filled>(sessions: readonly Filled[], i: number): Filled[] {
  const before = sessions.slice(Math.max(0, i - NEIGHBOURS), i);
  return [...before, ...sessions.slice(i + 1, i + 1 + NEIGHBOURS - before.length)];
}

/** The stamps of each session. */
function eachSession(ts: Float64Array, sessionOf: (ts: number) => Day): [Day, Float64Array][] {
  const sessions: [Day, Float64Array][] = [];
  for (let from = 0; from < ts.length;) {
    const day = sessionOf(ts[from] as number);
    let to = from + 1;
    while (to < ts.length && sessionOf(ts[to] as number) === day) to++;
    sessions.push([day, ts.subarray(from, to)]);
    from = to;
  }
  return sessions;
}

function fillingOf(stamps: Float64Array, session: Session, interval: Interval): Filling {
  const { day, open, lunch, reliable } = session;
  const lengthMs = intervalMs(interval);
  const room = roomOf(session, lengthMs);
  const [first = open, last = open] = [stamps[0], stamps.at(-1)];
  const pause = lunch !== null && first < lunch.start && last >= lunch.end ? lunch.end - lunch.start : 0;
  const reach = Math.round((last - first - pause) / lengthMs) + 1;
  const isDense = stamps.length >= FEWEST_DENSE && stamps.length >= reach * WITHOUT_GAP;
  return { day, part: stamps.length / room, isCut: reliable && isDense && reach < room * (1 - CUT) };
}

/** 0 for none, by which nothing is short. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
