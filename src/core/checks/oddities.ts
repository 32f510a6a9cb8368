import { type CorporateAction, type Split, isSplit } from '../bars/bars.ts';
import { plural } from '../plural.ts';
import type { Bars } from '../bars/columns.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { closedDay } from './closed-days.ts';
import { CALM, splitLike } from './common-splits.ts';
import { copiedBars, stillBars } from './copies.ts';
import { type Day, formatDay } from '../session/day.ts';
import { bearsRatios } from '../instrument/instrument-type.ts';
import { findDividendOddities } from './dividend-oddities.ts';
import { idleBars } from './idle-bars.ts';
import { oddLevels, timeOf } from './intraday-oddities.ts';
import { type JoinedBars, joinBars } from '../bars/merge-bars.ts';
import {
  type SeriesContext,
  type SessionPrices,
  type Sessions,
  areNeighbours,
  changeOf,
  closesAgree,
  isBeyond,
  sessionAt,
  sessionsOf,
  splitRatio,
  standout,
} from './plausibility.ts';
import type { Oddity } from './oddity.ts';
import { sessionDateOf } from '../bars/partition.ts';
import { stillSeries } from './still-series.ts';
import { straightLines } from './straight-lines.ts';
import { thinSessions } from './thin-sessions.ts';
import { isHidden } from './unapplied-splits.ts';

/** Of 611,520 daily bars of large companies 10 go further in a session; most are spin-offs and errors. */
const JUMP = 1.5;

/** Large companies do fall by a sixth and recover in one day, but hardly ever to within a twentieth of where they were. */
const SPIKE = 1.2;
const SPIKE_AGREEMENT = 1.05;

/**
 * Warnings about the accepted bars, ascending by session. Comparisons take the known bars
 * in: a known session is reported too if only a judged one beside it shows that it is odd.
 */
export function findOddities(bars: Bars, context: SeriesContext): Oddity[] {
  const joined = joinBars(context.known, bars);
  const sessions = sessionsOf(joined, context);
  const odd = new Map<Day, Oddity>();
  for (const found of idleBars(joined, context)) odd.set(found.session, found);
  for (const { session, usual } of thinSessions(sessions, context)) {
    const note = `${plural(session.bars, 'bar')}, where about ${usual} are usual`;
    odd.set(session.day, { kind: 'thin', session: session.day, ts: session.ts, note });
  }
  for (const { session, original, at } of copiedBars(joined, context)) {
    const note = `the bar repeats that of ${formatDay(original)}, volume and all`;
    odd.set(session, { kind: 'repeat', session, ts: bars.ts[at] as number, note });
  }
  for (const { session, at, copies } of stillBars(joined, context)) {
    if (odd.get(session)?.kind === 'repeat') continue;
    const ts = bars.ts[at] as number;
    const note = `${copies} bars from ${timeOf(ts)} on repeat the one before them, volume and all`;
    odd.set(session, { kind: 'repeat', session, ts, note });
  }
  for (const found of stillSeries(joined, context)) odd.set(found.session, found);
  for (const line of linesIn(joined, context)) odd.set(line.session, line);
  for (const doubt of findDividendOddities(sessions, context.actions)) odd.set(doubt.session, doubt);
  const inside = oddLevels(joined, context);
  for (const found of inside.odd) odd.set(found.session, found);
  for (const found of stepsIn(sessions, context))
    if (!inside.explained.has(found.session)) odd.set(found.session, found);
  // Last: a row that should not be there explains what else is odd about it.
  for (const found of onClosedDays(sessions, context.calendar)) odd.set(found.session, found);
  return [...odd.values()].toSorted((a, b) => a.session - b.session);
}

/** Judged sessions after the calendar's facts on which it expects the exchange to be closed. */
function onClosedDays({ day, ts, given, length }: Sessions, calendar: Calendar): Oddity[] {
  const odd: Oddity[] = [];
  for (let i = length - 1; i >= 0 && (day[i] as Day) >= calendar.reliable.to; i--) {
    const session = day[i] as Day;
    if (given[i] !== 1 || closedDay(session, calendar) !== 'expected') continue;
    const asOf = formatDay(calendar.reliable.to - 1);
    const note = `a bar on ${formatDay(session)}, which the calendar of ${calendar.id}, as of ${asOf}, expects closed`;
    odd.push({ kind: 'closed-day', session, ts: ts[i] as number, note });
  }
  return odd;
}

/** Jumps, spikes and splits that do not show, ascending. */
function stepsIn(sessions: Sessions, { actions, type = null }: SeriesContext): Oddity[] {
  const splits = actions.filter(isSplit);
  const odd: Oddity[] = [];
  let last = nextComparable(sessions, 0, type);
  for (let at = nextComparable(sessions, last + 1, type); at < sessions.length;) {
    const next = nextComparable(sessions, at + 1, type);
    if (!isEven(sessions, last, at, splits)) {
      const [before, session, after] = [last, at, next].map((one) => sessionAt(sessions, one));
      if (before === undefined || session === undefined) break;
      const spike = spikeOf([before, session, after], actions);
      const found = spike ?? jumpOf(before, session, actions) ?? hiddenSplit(before, session, splits);
      if (found) odd.push({ ...found, session: session.day, ts: session.ts });
      // What comes after a spike is compared with what came before it, so that the return is no jump.
      last = spike ? last : at;
    } else last = at;
    at = next;
  }
  return odd;
}

/** The first session at a place or later whose prices can be compared; `length` if there is none. */
function nextComparable({ low, length }: Sessions, from: number, type: string | null): number {
  let at = from;
  while (at < length && !bearsRatios(low[at] as number, type)) at++;
  return at;
}

/** Whether there is nothing to be seen between two sessions: nearly every pair is done with here. */
function isEven(sessions: Sessions, from: number, to: number, splits: readonly Split[]): boolean {
  const { day, open, firstClose, close } = sessions;
  const before = close[from] as number;
  return (
    !isBeyond((close[to] as number) / before, SPIKE) &&
    !isBeyond((open[to] as number) / before, JUMP) &&
    !isBeyond((firstClose[to] as number) / before, JUMP) &&
    !splits.some(({ exDay }) => exDay > (day[from] as number) && exDay <= (day[to] as number))
  );
}

/** Lines that were stored, at the first judged bar of each. */
function linesIn({ bars: series, places }: JoinedBars, { interval, calendar }: SeriesContext): Oddity[] {
  const sessionOf = sessionDateOf(interval, calendar);
  return straightLines(series, interval).flatMap(({ from, to, note }): Oddity[] => {
    const first = places.subarray(from, to).findIndex((place) => place >= 0);
    if (first === -1) return [];
    const ts = series.ts[from + first] as number;
    return [{ kind: 'line', session: sessionOf(ts), ts, note }];
  });
}

type Finding = Pick<Oddity, 'kind' | 'note'>;

function spikeOf(
  [before, session, after]: readonly [SessionPrices, SessionPrices, SessionPrices | undefined],
  actions: readonly CorporateAction[],
): Finding | undefined {
  if (!after || !(before.given || session.given || after.given)) return undefined;
  if (!areNeighbours(before, session) || !areNeighbours(session, after)) return undefined;
  // Most sessions are done with here; the exact comparison is dearer.
  if (!isBeyond(session.close / before.close, SPIKE)) return undefined;
  const factor = standout(session.day, [session.firstClose, session.close], [before, after], actions);
  if (!isBeyond(factor, SPIKE) || !closesAgree(before, after, SPIKE_AGREEMENT, actions)) return undefined;
  const note = `close ${session.close} stands between closes of ${before.close} and ${after.close}`;
  return { kind: 'spike', note };
}

function jumpOf(
  before: SessionPrices,
  session: SessionPrices,
  actions: readonly CorporateAction[],
): Finding | undefined {
  const prices = [session.open, session.firstClose];
  if (!prices.some((price) => isBeyond(price / before.close, JUMP))) return undefined;
  if (!(before.given || session.given) || !areNeighbours(before, session)) return undefined;
  const change = (price: number): number =>
    changeOf({ day: before.day, price: before.close }, { day: session.day, price }, actions);
  const open = change(session.open);
  const close = change(session.firstClose);
  if (!isBeyond(open, JUMP) && !isBeyond(close, JUMP)) return undefined;
  const what = isBeyond(close, JUMP)
    ? `close ${session.firstClose} is ${times(close)}`
    : `open ${session.open} is ${times(open)}`;
  const note = `${what} the last close of ${before.close}`;
  const isCalm = isCalmBar(session.open, session.firstClose);
  const split = isCalm ? (splitLike(open) ?? splitLike(close)) : undefined;
  return split === undefined
    ? { kind: 'jump', note: `${note}, and no corporate action explains it` }
    : { kind: 'basis-flip', note: `${note}: it looks like a ${split} split that the provider does not list` };
}

/**
 * The split that a step between two closes looks like, as `4:1`, or undefined. `open` and `close` are those of the bar that
 * comes after one that ended `before`.
 */
export function splitLikeStep(before: number, open: number, close: number): string | undefined {
  const [atOpen, atClose] = [open / before, close / before];
  const isStep = isBeyond(atOpen, JUMP) || isBeyond(atClose, JUMP);
  return isStep && isCalmBar(open, close) ? (splitLike(atOpen) ?? splitLike(atClose)) : undefined;
}

/** A changed basis shows from the open on; news moves the price all day, and a bad tick is gone by the close. */
function isCalmBar(open: number, close: number): boolean {
  return !isBeyond(close / open, CALM);
}

/** A listed split that the prices would show, had they gone down or up by it. */
function hiddenSplit(
  before: SessionPrices,
  session: SessionPrices,
  splits: readonly Split[],
): Finding | undefined {
  const ratio = splitRatio(before.day, session.day, splits);
  if (!isHidden(ratio, before.close, [session.open, session.firstClose])) return undefined;
  if (!(before.given || session.given) || !areNeighbours(before, session)) return undefined;
  const note = `close ${session.firstClose} after ${before.close} does not show the split of ${ratio} for 1 after ${formatDay(before.day)}`;
  return { kind: 'basis-flip', note };
}

function times(factor: number): string {
  return `${factor >= 10 ? Math.round(factor) : Number(factor.toPrecision(3))} times`;
}
