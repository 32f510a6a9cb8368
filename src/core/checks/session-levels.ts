import type { Bars } from '../bars/columns.ts';
import { joinBars } from '../bars/merge-bars.ts';
import { sessionDateOf } from '../bars/partition.ts';
import { isNearInTrading } from '../calendar/trading-time.ts';
import type { Day } from '../session/day.ts';
import { type CheckedBars, withRejected } from './checks.ts';
import { type SeriesContext, changeOf, isBeyond } from './plausibility.ts';
import { LEAST_UNITS, priceGrid } from './price-grid.ts';

/**
 * A step this large from the whole range of one bar to the whole range of the next, a moment later, is no trading. Of 48,880
 * real intraday bars (QuantConnect/Lean: hours of AAPL 1998-2021 and BTC-USDT, minutes of SPY, IBM and BTC-BUSD; hours that
 * Binance answered), the crash of 2010-05-06 among them, none has its range apart from that of the bar before in its session
 * by more than 1.0007 times. Crashes run through all prices between, so that ranges meet: the order that took ETH-USD from
 * 317.81 to 0.10 within a second (GDAX, 2017-06-21; the trades stood) was filled at each of them, in one bar.
 */
const GROSS_STEP = 5;

/** How near the prices on both sides of a stretch come to each other, where it is the stretch that is wrong. */
const GROSS_AGREEMENT = 1.25;

/** So many levels in a row may be wrong in a stretch. */
const MOST_LEVELS = 4;

/** A gross step between two bars. */
interface Step {
  /** Place of the bar after it. */
  readonly at: number;
  /** Whether both bars are of one session. */
  readonly isInside: boolean;
  /** Whether they are near enough in trading time to say something of each other. */
  readonly isNear: boolean;
}

/** Bars `[from, to)` at one level, but for what was taken out of them. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  /** How many they are; infinite where some of them are stored. */
  readonly weight: number;
  /** Null for the first one. */
  readonly begins: Step | null;
}

/**
 * Rejects sound intraday bars at an impossible level inside a session: stretches beyond 5 times, or below 1/5, of the bars
 * on both sides, which agree within 25 % and are more, or stored; at the beginning or end of all bars those of one session
 * that are so far off the rest of it, and no more, as nothing on their other side confirms them. Only where the step is
 * one from bar to bar, with next to no trading time between. A step between sessions alone is none of these: a split may
 * make it, and whole sessions are compared by `rejectUnitFlips`. Stored bars are never rejected. Daily bars are left alone.
 */
export function rejectOffLevels(checked: CheckedBars, context: SeriesContext): CheckedBars {
  if (context.interval === '1d') return checked;
  const { bars, places } = joinBars(context.known, checked.accepted);
  const steps = grossSteps(bars, context);
  if (steps.length === 0) return checked;
  const reasons = new Map<number, string>();
  for (const { from, to, reason } of offStretches(stretchesBetween(steps, places), bars, context))
    for (let i = from; i < to; i++) reasons.set(places[i] as number, reason);
  return withRejected(checked, (i) => reasons.get(i));
}

/** Ascending. Nearly every bar is done with by its close. */
function grossSteps(bars: Bars, context: SeriesContext): Step[] {
  const { interval, calendar } = context;
  const { ts, close, length } = bars;
  const sessionOf = sessionDateOf(interval, calendar);
  const steps: Step[] = [];
  let least = -1;
  for (let i = 1; i < length; i++) {
    if (!isBeyond((close[i] as number) / (close[i - 1] as number), GROSS_STEP)) continue;
    const [before, after] = [ts[i - 1] as number, ts[i] as number];
    const days = [sessionOf(before), sessionOf(after)] as const;
    if (least < 0) least = LEAST_UNITS * priceGrid(bars);
    if (!isApart(bars, i, days, least, context)) continue;
    const isNear = isNearInTrading({ ts: before, day: days[0] }, { ts: after, day: days[1] }, context);
    steps.push({ at: i, isInside: days[0] === days[1], isNear });
  }
  return steps;
}

/**
 * Whether the whole ranges of bar i and the one before it are apart by a gross step, of `least` in price, and no split
 * explains it.
 */
function isApart(
  { high, low }: Bars,
  i: number,
  [from, to]: readonly [Day, Day],
  least: number,
  { actions }: SeriesContext,
): boolean {
  const isFar = (start: number, end: number): boolean =>
    Math.abs(end - start) >= least &&
    isBeyond(changeOf({ day: from, price: start }, { day: to, price: end }, actions), GROSS_STEP);
  const isUp = (low[i] as number) > (high[i - 1] as number);
  const isDown = (high[i] as number) < (low[i - 1] as number);
  if (isUp) return isFar(high[i - 1] as number, low[i] as number);
  return isDown && isFar(low[i - 1] as number, high[i] as number);
}

function stretchesBetween(steps: readonly Step[], places: Int32Array): Stretch[] {
  return [null, ...steps].map((begins, n): Stretch => {
    const from = begins?.at ?? 0;
    const to = steps[n]?.at ?? places.length;
    const isStored = places.subarray(from, to).some((place) => place < 0);
    return { from, to, weight: isStored ? Number.POSITIVE_INFINITY : to - from, begins };
  });
}

interface OffStretch {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

function offStretches(stretches: readonly Stretch[], bars: Bars, context: SeriesContext): OffStretch[] {
  const off: OffStretch[] = [];
  const level: Stretch[] = [];
  for (const next of stretches) {
    level.push(next);
    while (closeStretch(level, off, bars, context));
  }
  return [...off, ...unconfirmed(level, bars, context)];
}

/** Takes what stands alone before the last stretch out, joins what is on both sides of it, and tells whether it did. */
function closeStretch(level: Stretch[], off: OffStretch[], bars: Bars, context: SeriesContext): boolean {
  const after = level.at(-1);
  for (let n = 1; n <= MOST_LEVELS; n++) {
    const before = level.at(-2 - n);
    if (before === undefined || after === undefined) return false;
    const between = level.slice(-1 - n, -1);
    if (!isAlone([before, between, after], bars, context)) continue;
    const [start, end] = [before.to - 1, after.from].map((i) => bars.close[i] as number);
    for (const { from, to } of between) {
      const reason = `prices about ${bars.close[from]} stand alone in the session between closes of ${start} and ${end}`;
      off.push({ from, to, reason });
    }
    level.length -= n + 2;
    level.push({ ...before, to: after.to, weight: before.weight + after.weight });
    return true;
  }
  return false;
}

/** Whether it takes what is between two stretches to be wrong: they agree, and outweigh it. */
function isAlone(
  [before, between, after]: readonly [Stretch, readonly Stretch[], Stretch],
  { ts, close }: Bars,
  { interval, calendar, actions }: SeriesContext,
): boolean {
  const steps = [...between, after].flatMap(({ begins }) => begins ?? []);
  const isInside = steps[0]?.isInside === true || steps.at(-1)?.isInside === true;
  if (!isInside || !steps.every(({ isNear }) => isNear)) return false;
  const weight = between.reduce((sum, stretch) => sum + stretch.weight, 0);
  if (!(weight < before.weight + after.weight) || weight === Number.POSITIVE_INFINITY) return false;
  const sessionOf = sessionDateOf(interval, calendar);
  const [from, to] = [before.to - 1, after.from].map((i) => ({
    day: sessionOf(ts[i] as number),
    price: close[i] as number,
  }));
  return from !== undefined && to !== undefined && !isBeyond(changeOf(from, to, actions), GROSS_AGREEMENT);
}

/** The first and the last stretch, where they are a part of a session that is so far off the rest of it. */
function unconfirmed(level: readonly Stretch[], bars: Bars, context: SeriesContext): OffStretch[] {
  const { interval, calendar } = context;
  const sessionOf = sessionDateOf(interval, calendar);
  const isInOne = ({ from, to }: Stretch): boolean =>
    sessionOf(bars.ts[from] as number) === sessionOf(bars.ts[to - 1] as number);
  const reasonOf = (i: number, beside: number): string =>
    `close ${bars.close[i]} beside one of ${bars.close[beside]} in the session, and no bar on its other side confirms it`;
  const off: OffStretch[] = [];
  const [first, second] = level;
  const [last, nearLast] = [level.at(-1), level.at(-2)];
  if (first === undefined || second === undefined || last === undefined || nearLast === undefined) return off;
  const isPartly = ({ begins }: Stretch): boolean => begins !== null && begins.isInside && begins.isNear;
  const isLastOff = isPartly(last) && isInOne(last) && last.weight <= nearLast.weight;
  if (isLastOff && Number.isFinite(last.weight))
    off.push({ ...last, reason: reasonOf(last.from, last.from - 1) });
  if (isPartly(second) && isInOne(first) && first.weight < second.weight)
    off.push({ ...first, reason: reasonOf(first.to - 1, first.to) });
  return off;
}
