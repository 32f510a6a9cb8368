import { type Ohlcv, mergeBars } from './bars.ts';
import type { CheckedBars, RejectedBar } from './checks.ts';
import { MS_PER_DAY } from './day.ts';
import { type Interval, intervalMs } from './interval.ts';
import type { SeriesContext } from './plausibility.ts';

/** Two steps count as the same within this part of the price: a few units of a float32-like wire. */
export const STEP_TOLERANCE = 1e-6;

/** A step must be so many times what the precision of a wire, or of what is printed, may make of none. */
const LEAST_TOLERANCES = 10;

/** What pays interest does go up on a straight line, day by day, but by less a year than this part of its price. */
const MOST_INTEREST = 0.1;
const DAYS_OF_YEAR = 365;

/** Equal steps in a row that may be a line. A week of interest has four: over the weekend it is paid for three days. */
const FEWEST_STEPS = 5;

/** Of a line that open, high, low and volume follow too, fewer are enough. */
const FEWEST_WHOLE_STEPS = 3;

/** How often a line may be expected by chance among the steps of a series and still be taken for an invented one. */
const CHANCE = 1e-4;

/** Grids of a unit, down to this part of one. */
const FINEST_GRID = 1e12;

/** How far two steps to a bar may differ and still be the same. */
type Tolerance = (bar: Ohlcv) => number;

/** Bars `[from, to)` of a series of which each close is as far from the one before. */
interface Line {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Interpolation fills holes: a series of which so large a part lies on lines was made by other means, and is left as it is. */
const MOST_INVENTED = 0.25;

/**
 * Rejects bars that were interpolated, whatever volume they claim: inside a run of closes that go on by one exact step,
 * longer than chance makes one of the steps that the series has. A price that is held is no line. The bars at both ends
 * of one may be real, those that it connects, and stay, as do all where more than a quarter of the series lies on lines.
 * `known` bars lengthen lines and are not judged.
 */
export function rejectStraightLines(
  { accepted, rejected }: CheckedBars,
  context: SeriesContext,
): CheckedBars {
  const series = mergeBars(context.known, accepted);
  const reasons = new Map<Ohlcv, string>();
  for (const { inner, note } of straightLines(series, context.interval))
    for (const bar of inner) reasons.set(bar, `one of ${note}`);
  if (reasons.size > series.length * MOST_INVENTED) return { accepted, rejected };
  const faults = accepted.flatMap((bar): RejectedBar[] => {
    const reason = reasons.get(bar);
    return reason === undefined ? [] : [{ bar, reason }];
  });
  if (faults.length === 0) return { accepted, rejected };
  return { accepted: accepted.filter((bar) => !reasons.has(bar)), rejected: [...rejected, ...faults] };
}

/** Bars that lie on one exact line, without the two that it connects, and what is to be said of them. */
export interface StraightLine {
  readonly inner: readonly Ohlcv[];
  /** `33 bars on a straight line from 100 to 133` */
  readonly note: string;
}

/** The lines of a series (ascending) that no market draws. */
export function straightLines(series: readonly Ohlcv[], interval: Interval): StraightLine[] {
  return inventedLines(series, interval).map(({ from, to }) => {
    const inner = series.slice(from + 1, to - 1);
    const ends = `${series[from]?.close} to ${series[to - 1]?.close}`;
    return { inner, note: `${inner.length} bars on a straight line from ${ends}` };
  });
}

function inventedLines(series: readonly Ohlcv[], interval: Interval): Line[] {
  const steps = series.map((bar, i) => bar.close - (series[i - 1] ?? bar).close);
  const interest = (MOST_INTEREST * intervalMs(interval)) / (DAYS_OF_YEAR * MS_PER_DAY);
  const linesBy = (tolerance: Tolerance): Line[] => linesOf(series, steps, tolerance, interest);
  const ofWire: Tolerance = ({ close }) => Math.abs(close) * STEP_TOLERANCE;
  const printed = 2 * gridOf(series);
  const ofPrint: Tolerance = () => printed;
  return [
    ...linesBy(ofWire).filter((line) => isWhole(line, series) || isBeyondChance(line, series, steps, ofWire)),
    ...linesBy(ofPrint).filter((line) => isBeyondChance(line, series, steps, ofPrint)),
  ];
}

/** The longest runs of equal steps that are no interest, of three steps or more. */
function linesOf(
  series: readonly Ohlcv[],
  steps: readonly number[],
  tolerance: Tolerance,
  interest: number,
): Line[] {
  const lines: Line[] = [];
  for (let at = 1; at < series.length;) {
    const first = series[at];
    const step = steps[at] ?? 0;
    let to = at + 1;
    for (let bar = series[to]; bar !== undefined; bar = series[++to])
      if (Math.abs((steps[to] ?? 0) - step) > tolerance(bar)) break;
    const isLong = to - at >= FEWEST_WHOLE_STEPS && first !== undefined;
    if (
      isLong &&
      Math.abs(step) > Math.max(tolerance(first) * LEAST_TOLERANCES, interest * Math.abs(first.close))
    )
      lines.push({ from: at - 1, to, step });
    at = to;
  }
  return lines;
}

/** Whether all of a bar goes on by its own exact step, a volume included, which does not do so by being one lot. */
function isWhole({ from, to }: Line, series: readonly Ohlcv[]): boolean {
  if (series[from]?.volume === series[from + 1]?.volume) return false;
  return (['open', 'high', 'low', 'volume'] as const).every((field) =>
    series.slice(from + 2, to).every((bar, i) => {
      const [first, second] = [series[from + i], series[from + i + 1]];
      if (first === undefined || second === undefined || !(bar.volume > 0)) return false;
      const [before, step] = [second[field] - first[field], bar[field] - second[field]];
      return Math.abs(step - before) <= STEP_TOLERANCE * Math.abs(bar[field]);
    }),
  );
}

/** Whether a line has more equal steps than the steps of its series lead one to expect. */
function isBeyondChance(
  { from, to, step }: Line,
  series: readonly Ohlcv[],
  steps: readonly number[],
  tolerance: Tolerance,
): boolean {
  const count = to - from - 1;
  if (count < FEWEST_STEPS) return false;
  const others = series.filter(
    (bar, i) => i > 0 && (i <= from || i >= to) && Math.abs((steps[i] ?? 0) - step) <= tolerance(bar),
  );
  const all = steps.length - 1;
  return all * ((others.length + 1) / all) ** (count - 1) < CHANCE;
}

/** What the closes are printed in multiples of: 0.01 for cents, 1e-12 for what is not printed at all. */
function gridOf(series: readonly Ohlcv[]): number {
  let units = 1;
  for (const { close } of series)
    while (units < FINEST_GRID && Math.round(close * units) / units !== close) units *= 10;
  return 1 / units;
}
