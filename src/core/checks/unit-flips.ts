import { type CheckedBars, type RejectedBar, withRejected } from './checks.ts';
import { type Bars, keep } from '../bars/columns.ts';
import { type Day, MS_PER_DAY } from '../session/day.ts';
import { bearsRatios, mayCrossZero } from '../instrument/instrument-type.ts';
import { largest, smallest } from '../extremes.ts';
import { sessionDateOf } from '../bars/partition.ts';
import { rejectOffLevels } from './session-levels.ts';
import {
  NEIGHBOUR_DAYS,
  type SeriesContext,
  type SessionPrices,
  type Sessions,
  areNeighbours,
  changeOf,
  closesAgree,
  isBeyond,
  sessionAt,
  sessionPrices,
  splitRatio,
  standout,
} from './plausibility.ts';

/** Pence in a pound, cents in a rand: the step between the units that vendors confuse, and how exactly a bar keeps to it. */
const UNIT_STEP = 100;
const UNIT_TOLERANCE = 0.25;

/** Beyond this no bar of the next session is, in all its prices, whatever the news; after a halt it may be. */
const BEYOND_UNITS = UNIT_STEP * (1 + UNIT_TOLERANCE);

/** What tells levels beyond all units apart, more than powers of 100 do. */
const FAR = 1000;

/** A price within this factor of the one before needs no explanation, so no split between them is missing. */
const UNCHANGED = 1.5;

/**
 * A session this many times off both its neighbours, which agree within a quarter, is a typing error: no market returns so
 * exactly.
 */
const GROSS_SPIKE = 5;
const GROSS_AGREEMENT = 1.25;

/** A bar of the answer or a known one. */
interface Row {
  readonly ts: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Its place in the answer; -1 for a known one. */
  readonly at: number;
}

/** A row with the unit it is in, relative to the first bar of its chain: powers of 100, or a level that is beyond all of them. */
interface Rated extends Row {
  readonly unit: number;
}

/**
 * Rejects sound bars that are in another unit than the rest, about 100 times or 1/100 of what the bars beside them say
 * without a split that explains it, or in all prices beyond that from one session to the next. The known bars decide which unit
 * is right, else the majority of the answer; if there is none, all that hang together are rejected. Sessions that stand alone
 * beyond 5 times or below 1/5 of both neighbours, which agree with each other within 25 %, are rejected too; so is a first or last session that is as far off
 * the two beside it, and, of intraday bars, what `rejectOffLevels` finds inside sessions. Prices near 0 of what may go
 * below it are left alone: their ratios say nothing.
 */
export function rejectUnitFlips(checked: CheckedBars, context: SeriesContext): CheckedBars {
  const { type = null, known } = context;
  if (!mayCrossZero(type)) return rejectByRatios(checked, context);
  const comparable = <B extends Bars>(bars: B): B =>
    keep(bars, (i) => bearsRatios(bars.low[i] as number, type));
  const accepted = comparable(checked.accepted);
  const judged = rejectByRatios({ ...checked, accepted }, { ...context, known: comparable(known) });
  if (accepted === checked.accepted) return judged;
  const stamps = new Set(judged.rejected.slice(checked.rejected.length).map(({ bar }) => bar.ts));
  const { ts } = checked.accepted;
  const sound = keep(checked.accepted, (i) => !stamps.has(ts[i] as number));
  return { accepted: sound, rejected: judged.rejected };
}

function rejectByRatios(checked: CheckedBars, context: SeriesContext): CheckedBars {
  // Nearly every answer is done with here: no unit, level or gross spike comes without such a step.
  if (!hasStep(context.known, checked.accepted)) return checked;
  const rows = byStamp(context.known, checked.accepted);
  const inOneUnit = rejectOtherUnits(checked, rows, context);
  return rejectGrossSpikes(rejectOffLevels(inOneUnit, context), context);
}

/** Whether a price is far from the one before it, in the order of `byStamp`. */
function hasStep(known: Bars, accepted: Bars): boolean {
  let [i, j, before] = [0, 0, Number.NaN];
  while (i < known.length || j < accepted.length) {
    const close = (isAnsweredNext(known, i, accepted, j) ? accepted.close[j++] : known.close[i++]) as number;
    if (isBeyond(close / before, UNCHANGED)) return true;
    before = close;
  }
  return false;
}

/**
 * The answer's bars and the known ones by stamp. Both bars of a stamp are there, the known one first, so that an answer is
 * compared with what it would replace.
 */
function byStamp(known: Bars, accepted: Bars): Row[] {
  const rows: Row[] = [];
  let [i, j] = [0, 0];
  while (i < known.length || j < accepted.length) {
    const isAnswered = isAnsweredNext(known, i, accepted, j);
    const [{ ts, high, low, close }, at] = isAnswered ? [accepted, j++] : [known, i++];
    const prices = { high: high[at] as number, low: low[at] as number, close: close[at] as number };
    rows.push({ ts: ts[at] as number, ...prices, at: isAnswered ? at : -1 });
  }
  return rows;
}

function isAnsweredNext(known: Bars, i: number, accepted: Bars, j: number): boolean {
  return i === known.length || (j < accepted.length && (accepted.ts[j] as number) < (known.ts[i] as number));
}

function rejectOtherUnits(checked: CheckedBars, rows: readonly Row[], context: SeriesContext): CheckedBars {
  const reasons = new Map<number, string>();
  const newer = new Set<number>();
  for (const chain of chains(rows, context)) {
    if (chain.every(({ unit }) => unit === chain[0]?.unit)) continue;
    const stored = chain.filter(({ at }) => at < 0);
    const right = majorityUnit(stored.length > 0 ? stored : chain);
    const isFar = chain.some((row) => Math.abs(row.unit) > FAR / 2);
    const lastStored = stored.at(-1)?.ts ?? Number.POSITIVE_INFINITY;
    for (const { at, ts, unit } of chain) {
      if (at < 0 || unit === right) continue;
      reasons.set(at, unitReason(unit, right, isFar));
      if (ts > lastStored) newer.add(ts);
    }
  }
  const { accepted, rejected } = withRejected(checked, (i) => reasons.get(i));
  if (newer.size === 0) return { accepted, rejected };
  const before = checked.rejected.length;
  return {
    accepted,
    rejected: rejected.map((one, n): RejectedBar =>
      n >= before && newer.has(one.bar.ts) ? { ...one, isNewUnit: true } : one,
    ),
  };
}

/** All bars with their units, cut where they are too far apart in time to be compared. */
function chains(rows: readonly Row[], context: SeriesContext): Rated[][] {
  const found: Rated[][] = [];
  let chain: Rated[] = [];
  for (const row of rows) {
    const last = chain.at(-1);
    const before = last !== undefined && isNear(last, row) ? last : undefined;
    if (before === undefined) found.push((chain = []));
    const unit = before === undefined ? 0 : unitAfter(chain, before, row, context);
    chain.push({ ...row, unit });
  }
  return found;
}

function isNear(a: Row, b: Row): boolean {
  return b.ts - a.ts <= NEIGHBOUR_DAYS * MS_PER_DAY;
}

/** The unit of a row that comes after those of a chain; beyond all units that of a level which the chain was at, or another one. */
function unitAfter(chain: readonly Rated[], before: Rated, row: Row, context: SeriesContext): number {
  if (!isBeyond(row.close / before.close, UNCHANGED)) return before.unit;
  if (!isFarApart(before, row, context)) return before.unit + unitChange(before, row, context);
  const same = chain.findLast(({ close }) => !isBeyond(row.close / close, GROSS_SPIKE));
  if (same !== undefined) return same.unit;
  const units = chain.map(({ unit }) => unit);
  return row.close > before.close ? largest(units) + FAR : smallest(units) - FAR;
}

/** Whether all prices of a bar of the same session or the next one are so far from those of the one before. */
function isFarApart(from: Row, to: Row, { interval, calendar, actions }: SeriesContext): boolean {
  const [high, low] = [to.low / from.high, to.high / from.low];
  if (!(high > BEYOND_UNITS || low < 1 / BEYOND_UNITS)) return false;
  const sessionOf = sessionDateOf(interval, calendar);
  const [day, next] = [sessionOf(from.ts), sessionOf(to.ts)];
  if (next !== day && calendar.nextSession(day) !== next) return false;
  const split = splitRatio(day, next, actions);
  return high * split > BEYOND_UNITS || low * split < 1 / BEYOND_UNITS;
}

/** 1 if the later close is in a unit 100 times smaller (so the number is larger), -1 the other way round, else 0. */
function unitChange(from: Row, to: Row, { interval, calendar, actions }: SeriesContext): number {
  const plain = to.close / from.close;
  if (!isBeyond(plain, UNCHANGED)) return 0;
  const sessionOf = sessionDateOf(interval, calendar);
  const change = plain * splitRatio(sessionOf(from.ts), sessionOf(to.ts), actions);
  if (isUnitStep(change)) return 1;
  return isUnitStep(1 / change) ? -1 : 0;
}

function isUnitStep(factor: number): boolean {
  return Math.abs(factor / UNIT_STEP - 1) <= UNIT_TOLERANCE;
}

/** The unit of more than half of the rows, or null. */
function majorityUnit(rows: readonly Rated[]): number | null {
  const counts = new Map<number, number>();
  for (const { unit } of rows) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  for (const [unit, count] of counts) if (count * 2 > rows.length) return unit;
  return null;
}

function unitReason(unit: number, right: number | null, isFar: boolean): string {
  if (right === null)
    return `prices jump by ${isFar ? 'more than' : 'about'} 100 times, and nothing says which of the units is right`;
  if (Math.abs(unit - right) > FAR / 2)
    return `prices are ${unit > right ? 'more than 100 times' : 'less than 1/100 of'} those of the bars beside it: another unit, or another instrument`;
  return `prices are about ${unit > right ? '100 times' : '1/100 of'} those of the bars beside it: another unit`;
}

function rejectGrossSpikes(checked: CheckedBars, context: SeriesContext): CheckedBars {
  const sessionOf = sessionDateOf(context.interval, context.calendar);
  const sessions = sessionPrices(checked.accepted, context);
  const spikes = new Map<Day, string>();
  for (let i = 0; i < sessions.length; i++) {
    const isEnd = i === 0 || i === sessions.length - 1;
    const reason = isEnd ? unconfirmedReason(sessions, i, context) : spikeReason(sessions, i, context);
    if (reason !== undefined) spikes.set(sessions.day[i] as Day, reason);
  }
  const { ts } = checked.accepted;
  return spikes.size === 0 ? checked : withRejected(checked, (i) => spikes.get(sessionOf(ts[i] as number)));
}

/** What is to be said of a session between two others that is a gross spike. */
function spikeReason(sessions: Sessions, at: number, { actions }: SeriesContext): string | undefined {
  const { close } = sessions;
  // Most sessions are done with here; the exact comparison is dearer.
  if (!isBeyond((close[at] as number) / (close[at - 1] as number), GROSS_SPIKE)) return undefined;
  const [before, session, after] = [at - 1, at, at + 1].map((one) => sessionAt(sessions, one));
  if (before === undefined || session === undefined || after === undefined) return undefined;
  if (!areNeighbours(before, session) || !areNeighbours(session, after)) return undefined;
  const factor = standout(session.day, [session.low, session.high], [before, after], actions);
  if (!isBeyond(factor, GROSS_SPIKE) || !closesAgree(before, after, GROSS_AGREEMENT, actions))
    return undefined;
  return `prices about ${session.close} stand alone between closes of ${before.close} and ${after.close}`;
}

/** What is to be said of a first or last session that is so far off the one beside it that nobody confirms it. */
function unconfirmedReason(sessions: Sessions, at: number, context: SeriesContext): string | undefined {
  const session = sessionAt(sessions, at);
  if (session === undefined || !isUnconfirmed(session, sessions, at, context)) return undefined;
  const beside = sessions.close[at === 0 ? 1 : at - 1];
  return `close ${session.close} beside one of ${beside}, and no session on its other side confirms it`;
}

/**
 * Whether the whole first or last session is so far off the two beside it, which agree, that it takes one on its other
 * side to believe it: a real change of price is confirmed the day after.
 */
function isUnconfirmed(
  session: SessionPrices,
  sessions: Sessions,
  at: number,
  { actions }: SeriesContext,
): boolean {
  const isFirst = at === 0;
  const near = sessionAt(sessions, isFirst ? 1 : at - 1);
  const far = sessionAt(sessions, isFirst ? 2 : at - 2);
  if (!session.given || near === undefined || far === undefined) return false;
  const inOrder = <T>(outer: T, inner: T): readonly [T, T] => (isFirst ? [outer, inner] : [inner, outer]);
  const [first, last] = inOrder(session, near);
  const [earlier, later] = inOrder(near, far);
  if (!areNeighbours(first, last) || !areNeighbours(earlier, later)) return false;
  const isFar = (price: number): boolean => {
    const [from, to] = inOrder({ day: session.day, price }, { day: near.day, price: near.close });
    return isBeyond(changeOf(from, to, actions), GROSS_SPIKE);
  };
  return isFar(session.low) && isFar(session.high) && closesAgree(earlier, later, GROSS_AGREEMENT, actions);
}
