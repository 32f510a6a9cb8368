import type { Calendar } from '../calendar/calendar.ts';
import { type Coverage, unknownTicker, within } from './coverage.ts';
import type { DayRange } from '../session/day.ts';
import { type AbsenceReason, type Claim, leadingClaim } from './evidence.ts';
import { span } from '../session/ranges.ts';

/** Who cannot give some sessions, and why. */
type Unable = Pick<Claim, 'provider' | 'reason'>;

/** Sessions that cannot be had, by whoever says most of them, and why. */
export interface UnavailableSessions extends Unable {
  /** What others say of the same sessions. Default: nobody else said anything. */
  readonly also?: readonly Unable[];
  readonly sessions: number;
  /** When any of them is asked for again, ms since the epoch; null: not by itself. */
  readonly nextRetryAt: number | null;
}

/** The same of many tickers. */
export interface Unavailable extends UnavailableSessions {
  /** In the order in which they were found, each once. */
  readonly tickers: readonly string[];
}

/** On these sessions there was nothing to trade or nobody traded: nothing is lacking. */
export const NOTHING_TO_TRADE: ReadonlySet<AbsenceReason> = new Set([
  'pre-listing',
  'delisted',
  'halted',
  'no-trades',
]);

const NOTHING: readonly UnavailableSessions[] = [];

/** These can only be had from somebody else. */
const ELSEWHERE: ReadonlySet<AbsenceReason> = new Set(['unknown-ticker', 'plan-limited']);

/**
 * What of a range cannot be had: the sessions of an unknown ticker, those that a plan does not reach, all that should
 * have a bar where not one has, and those between the first and the last bar where more of them lack one than have one.
 */
export function unavailableIn(
  coverage: Coverage,
  range: DayRange,
  calendar: Calendar,
): readonly UnavailableSessions[] {
  if (coverage.absent.length === 0) return NOTHING;
  const unknown = unknownTicker(coverage);
  if (unknown !== undefined) return [partOf(unknown.by, calendar.count([range]))];
  const { present, absent } = within(coverage, [range]);
  const parts = absent.map(({ by, ...days }) => ({ days, by, claim: leadingClaim(by) }));
  const elsewhere = parts.filter(({ claim }) => ELSEWHERE.has(claim.reason));
  const counted = [...elsewhere, ...lackingIn(parts, present, calendar)].flatMap(({ days, by }) => {
    const sessions = calendar.count([days]);
    return sessions === 0 ? [] : [{ ...partOf(by, sessions), tickers: [] }];
  });
  return joined(counted).map(({ tickers: _none, ...part }) => part);
}

/**
 * The days, ascending and disjoint, on which a series should have a bar and has none, though it does not seem to be one that has
 * bars: there is not one of it, or between the first and the last fewer have one than lack it, or after the last more lack one
 * than have one. Before the first it was not listed, perhaps. As in `unavailableIn`, but whatever range is asked for.
 */
export function barelyCovered(coverage: Coverage, calendar: Calendar): readonly DayRange[] {
  const { present, absent } = coverage;
  const parts = absent.map(({ by, ...days }) => ({ days, by, claim: leadingClaim(by) }));
  const after = parts.filter(({ days, claim }) => isHole(claim.reason) && placeOf(days, present) === 'after');
  const isLong = calendar.count(after.map(({ days }) => days)) > calendar.count(present);
  return [...lackingIn(parts, present, calendar), ...(isLong ? after : [])].map(({ days }) => days);
}

interface AbsentPart {
  readonly days: DayRange;
  readonly by: readonly Claim[];
  /** The leading one. */
  readonly claim: Claim;
}

/** Absent sessions that should have a bar, where most of those that could have one lack it; else none. */
function lackingIn(
  parts: readonly AbsentPart[],
  present: readonly DayRange[],
  calendar: Calendar,
): AbsentPart[] {
  const lacking = parts.filter(({ claim }) => isHole(claim.reason));
  const whole = span(present);
  if (whole === undefined) return lacking;
  const inside = lacking.filter(({ days }) => days.from >= whole.from && days.to <= whole.to);
  const without = calendar.count(inside.map(({ days }) => days));
  return without > calendar.count(present) ? inside : [];
}

/** Wanted sessions that are known to have no bar, or too few, though nobody says why. */
export interface HoleCounts {
  /** All of them: those between stored bars of the series, and the two below. */
  readonly holes: number;
  /** Before the first or after the last bar that is stored of the series: it was not listed, perhaps. */
  readonly holesAround: number;
  /** Of which rows came and were rejected: all of them, or some that are still lacking. */
  readonly holesRejected: number;
}

export const NO_HOLES: HoleCounts = { holes: 0, holesAround: 0, holesRejected: 0 };

/** The holes in a range; `bars` are the days that have bars, which are whatever lies in the range. */
export function holesIn(
  coverage: Coverage,
  range: DayRange,
  calendar: Calendar,
  bars: readonly DayRange[] = coverage.present,
): HoleCounts {
  if (coverage.absent.length + (coverage.lacking?.length ?? 0) === 0) return NO_HOLES;
  let [holes, holesAround, holesRejected] = [0, 0, 0];
  const { absent, lacking = [] } = within(coverage, [range]);
  for (const { by, ...days } of [...absent, ...lacking]) {
    const { reason } = leadingClaim(by);
    if (!isHole(reason)) continue;
    const sessions = calendar.count([days]);
    holes += sessions;
    if (reason === 'rejected') holesRejected += sessions;
    else if (placeOf(days, bars) !== 'between') holesAround += sessions;
  }
  return holes === 0 ? NO_HOLES : { holes, holesAround, holesRejected };
}

/** Where sessions without a bar lie among the bars of their series; `nowhere`: it has none. */
export type HolePlace = 'before' | 'between' | 'after' | 'nowhere';

export function placeOf({ from, to }: DayRange, bars: readonly DayRange[]): HolePlace {
  const whole = span(bars);
  if (whole === undefined) return 'nowhere';
  if (to <= whole.from) return 'before';
  return from >= whole.to ? 'after' : 'between';
}

export function addHoles(a: HoleCounts, b: HoleCounts): HoleCounts {
  return {
    holes: a.holes + b.holes,
    holesAround: a.holesAround + b.holesAround,
    holesRejected: a.holesRejected + b.holesRejected,
  };
}

/** Whether sessions that are absent for a reason should have had a bar, from this very provider. */
export function isHole(reason: AbsenceReason): boolean {
  return !NOTHING_TO_TRADE.has(reason) && !ELSEWHERE.has(reason) && reason !== 'doubted';
}

/** Groups by provider and reason, those of most tickers first. */
export function groupUnavailable(
  ofTickers: readonly { readonly ticker: string; readonly parts: readonly UnavailableSessions[] }[],
): Unavailable[] {
  const all = ofTickers.flatMap(({ ticker, parts }) => parts.map((part) => ({ ...part, tickers: [ticker] })));
  return joined(all).toSorted((a, b) => b.tickers.length - a.tickers.length);
}

/** Two lists of groups as one. */
export function joinUnavailable(a: readonly Unavailable[], b: readonly Unavailable[]): Unavailable[] {
  return joined([...a, ...b]).toSorted((x, y) => y.tickers.length - x.tickers.length);
}

function joined(groups: readonly Unavailable[]): Unavailable[] {
  const byKey = new Map<string, Unavailable & { readonly names: Set<string> }>();
  for (const { tickers, ...group } of groups) {
    const key = [group, ...(group.also ?? [])].map(({ provider, reason }) => `${provider} ${reason}`).join();
    const before = byKey.get(key);
    const names = before?.names ?? new Set<string>();
    for (const ticker of tickers) names.add(ticker);
    byKey.set(key, {
      ...group,
      sessions: (before?.sessions ?? 0) + group.sessions,
      nextRetryAt: before === undefined ? group.nextRetryAt : earlier(before.nextRetryAt, group.nextRetryAt),
      ...{ names, tickers: [] },
    });
  }
  return [...byKey.values()].map(({ names, ...group }) => ({ ...group, tickers: [...names] }));
}

function partOf(by: readonly Claim[], sessions: number): UnavailableSessions {
  const said = by.filter(({ reason }) => reason !== 'doubted');
  const { provider, reason } = leadingClaim(by);
  const also = said.filter((one) => one.provider !== provider).map(unableOf);
  const nextRetryAt = said.map((one) => one.nextRetryAt).reduce(earlier, null);
  return { provider, reason, ...(also.length > 0 && { also }), sessions, nextRetryAt };
}

function unableOf({ provider, reason }: Claim): Unable {
  return { provider, reason };
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
