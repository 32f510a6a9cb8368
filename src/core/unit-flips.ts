import type { Ohlcv } from './bars.ts';
import type { CheckedBars, RejectedBar } from './checks.ts';
import { type Day, MS_PER_DAY } from './day.ts';
import { bearsRatios } from './instrument-type.ts';
import { sessionDateOf } from './partition.ts';
import {
  NEIGHBOUR_DAYS,
  type SeriesContext,
  type SessionPrices,
  areNeighbours,
  changeOf,
  closesAgree,
  isBeyond,
  sessionPrices,
  splitRatio,
  standout,
} from './plausibility.ts';

/** Pence in a pound, cents in a rand: the step between the units that vendors confuse, and how exactly a bar keeps to it. */
const UNIT_STEP = 100;
const UNIT_TOLERANCE = 0.25;

/** A price within this factor of the one before needs no explanation, so no split between them is missing. */
const UNCHANGED = 1.5;

/** A session this many times off both its neighbours, which agree within a quarter, is a typing error: no market returns so exactly. */
const GROSS_SPIKE = 5;
const GROSS_AGREEMENT = 1.25;

/** A bar of the answer or a known one, with the unit it is in, relative to the first bar of its chain (powers of 100). */
interface Rated {
  readonly bar: Ohlcv;
  readonly known: boolean;
  readonly unit: number;
}

/**
 * Rejects sound bars that are in another unit than the rest, about 100 times or 1/100 of what the bars beside them say
 * without a split that explains it. The known bars decide which unit is right, else the majority of the answer; if
 * there is none, all that hang together are rejected. Sessions that stand alone beyond 5 times or below 1/5 of both
 * neighbours, which agree with each other within 25 %, are rejected too; so is a first or last session that is as far off
 * the two beside it. Prices near 0 of what may go below it are left alone: their ratios say nothing.
 */
export function rejectUnitFlips(checked: CheckedBars, context: SeriesContext): CheckedBars {
  const isComparable = ({ low }: Ohlcv): boolean => bearsRatios(low, context.type ?? null);
  if (checked.accepted.every(isComparable) && context.known.every(isComparable))
    return rejectByRatios(checked, context);
  const known = context.known.filter(isComparable);
  const accepted = checked.accepted.filter(isComparable);
  const { rejected } = rejectByRatios({ ...checked, accepted }, { ...context, known });
  const isRejected = new Set(rejected.map(({ bar }) => bar));
  return { accepted: checked.accepted.filter((bar) => !isRejected.has(bar)), rejected };
}

function rejectByRatios(checked: CheckedBars, context: SeriesContext): CheckedBars {
  // With both bars of a stamp that is known and answered, so that an answer is compared with what it would replace.
  const rows = [...context.known, ...checked.accepted].toSorted((a, b) => a.ts - b.ts);
  // Nearly every answer is done with here: neither a unit nor a gross spike comes without such a step.
  if (!rows.some((row, i) => isBeyond(row.close / (rows[i - 1] ?? row).close, UNCHANGED))) return checked;
  return rejectGrossSpikes(rejectOtherUnits(checked, rows, context), context);
}

function rejectOtherUnits(checked: CheckedBars, rows: readonly Ohlcv[], context: SeriesContext): CheckedBars {
  const reasons = new Map<Ohlcv, string>();
  const newer = new Set<Ohlcv>();
  for (const chain of chains(rows, context)) {
    if (chain.every(({ unit }) => unit === chain[0]?.unit)) continue;
    const stored = chain.filter(({ known }) => known);
    const right = majorityUnit(stored.length > 0 ? stored : chain);
    const lastStored = stored.at(-1)?.bar.ts ?? Number.POSITIVE_INFINITY;
    for (const { bar, known, unit } of chain) {
      if (known || unit === right) continue;
      reasons.set(bar, unitReason(unit, right));
      if (bar.ts > lastStored) newer.add(bar);
    }
  }
  const { accepted, rejected } = withRejected(checked, reasons);
  return {
    accepted,
    rejected: rejected.map((one) => (newer.has(one.bar) ? { ...one, isNewUnit: true } : one)),
  };
}

/** All bars with their units, cut where they are too far apart in time to be compared. */
function chains(rows: readonly Ohlcv[], context: SeriesContext): Rated[][] {
  const stored = new Set(context.known);
  const found: Rated[][] = [];
  for (const bar of rows) {
    const known = stored.has(bar);
    const chain = found.at(-1);
    const last = chain?.at(-1);
    if (chain !== undefined && last !== undefined && isNear(last.bar, bar))
      chain.push({ bar, known, unit: last.unit + unitChange(last.bar, bar, context) });
    else found.push([{ bar, known, unit: 0 }]);
  }
  return found;
}

function isNear(a: Ohlcv, b: Ohlcv): boolean {
  return b.ts - a.ts <= NEIGHBOUR_DAYS * MS_PER_DAY;
}

/** 1 if the later close is in a unit 100 times smaller (so the number is larger), -1 the other way round, else 0. */
function unitChange(from: Ohlcv, to: Ohlcv, { interval, calendar, actions }: SeriesContext): number {
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

function unitReason(unit: number, right: number | null): string {
  if (right === null) return 'prices jump by about 100 times, and nothing says which of the units is right';
  return `prices are about ${unit > right ? '100 times' : '1/100 of'} those of the bars beside it: another unit`;
}

function rejectGrossSpikes(checked: CheckedBars, context: SeriesContext): CheckedBars {
  const sessionOf = sessionDateOf(context.interval, context.calendar);
  const sessions = sessionPrices(checked.accepted, context);
  const spikes = new Map<Day, string>();
  for (const [i, session] of sessions.entries()) {
    const before = sessions[i - 1];
    const after = sessions[i + 1];
    if (before && after) {
      if (!isGrossSpike(session, [before, after], context)) continue;
      const reason = `prices about ${session.close} stand alone between closes of ${before.close} and ${after.close}`;
      spikes.set(session.day, reason);
    } else if (isUnconfirmed(session, sessions, i, context)) {
      const beside = (before ?? after)?.close ?? 0;
      const reason = `close ${session.close} beside one of ${beside}, and no session on its other side confirms it`;
      spikes.set(session.day, reason);
    }
  }
  const reasons = new Map<Ohlcv, string>();
  if (spikes.size === 0) return checked;
  for (const bar of checked.accepted) {
    const reason = spikes.get(sessionOf(bar.ts));
    if (reason !== undefined) reasons.set(bar, reason);
  }
  return withRejected(checked, reasons);
}

function isGrossSpike(
  session: SessionPrices,
  neighbours: readonly [SessionPrices, SessionPrices],
  { actions }: SeriesContext,
): boolean {
  const [before, after] = neighbours;
  // Most sessions are done with here; the exact comparison is dearer.
  if (!isBeyond(session.close / before.close, GROSS_SPIKE)) return false;
  if (!areNeighbours(before, session) || !areNeighbours(session, after)) return false;
  const factor = standout(session.day, [session.low, session.high], neighbours, actions);
  return isBeyond(factor, GROSS_SPIKE) && closesAgree(before, after, GROSS_AGREEMENT, actions);
}

/**
 * Whether the whole first or last session is so far off the two beside it, which agree, that it takes one on its other
 * side to believe it: a real change of price is confirmed the day after.
 */
function isUnconfirmed(
  session: SessionPrices,
  sessions: readonly SessionPrices[],
  at: number,
  { actions }: SeriesContext,
): boolean {
  const isFirst = at === 0;
  const near = sessions[isFirst ? 1 : at - 1];
  const far = sessions[isFirst ? 2 : at - 2];
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

function withRejected(checked: CheckedBars, reasons: ReadonlyMap<Ohlcv, string>): CheckedBars {
  if (reasons.size === 0) return checked;
  const rejected = [...reasons].map(([bar, reason]): RejectedBar => ({ bar, reason }));
  return {
    accepted: checked.accepted.filter((bar) => !reasons.has(bar)),
    rejected: [...checked.rejected, ...rejected],
  };
}
