import { type CheckedBars, withRejected } from './checks.ts';
import type { Bars } from '../bars/columns.ts';
import { MS_PER_DAY } from '../session/day.ts';
import { type Interval, intervalMs } from '../session/interval.ts';
import { joinBars } from '../bars/merge-bars.ts';
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

/** How far two steps to a close may differ and still be the same: by so much, and by a part of the close. */
interface Tolerance {
  readonly fixed: number;
  readonly part: number;
}

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
export function rejectStraightLines(checked: CheckedBars, context: SeriesContext): CheckedBars {
  const { bars: series, places } = joinBars(context.known, checked.accepted);
  const notes = new Map<number, string>();
  for (const { from, to, note } of straightLines(series, context.interval))
    for (let at = from; at < to; at++) notes.set(places[at] as number, note);
  if (notes.size === 0 || notes.size > series.length * MOST_INVENTED) return checked;
  return withRejected(checked, (i) => (notes.has(i) ? `one of ${notes.get(i)}` : null));
}

/** Bars that lie on one exact line, without the two that it connects, and what is to be said of them. */
export interface StraightLine {
  /** Their places, `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** `33 bars on a straight line from 100 to 133` */
  readonly note: string;
}

/** The lines of a series that no market draws. */
export function straightLines(series: Bars, interval: Interval): StraightLine[] {
  return inventedLines(series, interval).map(({ from, to }) => {
    const ends = `${series.close[from]} to ${series.close[to - 1]}`;
    return { from: from + 1, to: to - 1, note: `${to - from - 2} bars on a straight line from ${ends}` };
  });
}

function inventedLines(series: Bars, interval: Interval): Line[] {
  const steps = stepsOf(series);
  const interest = (MOST_INTEREST * intervalMs(interval)) / (DAYS_OF_YEAR * MS_PER_DAY);
  const linesBy = (tolerance: Tolerance): Line[] => linesOf(series, steps, tolerance, interest);
  const ofWire: Tolerance = { fixed: 0, part: STEP_TOLERANCE };
  const ofPrint: Tolerance = { fixed: 2 * gridOf(series), part: 0 };
  return [
    ...linesBy(ofWire).filter((line) => isWhole(line, series) || isBeyondChance(line, series, steps, ofWire)),
    ...linesBy(ofPrint).filter((line) => isBeyondChance(line, series, steps, ofPrint)),
  ];
}

/** How far each close is from the one before; 0 for the first. */
function stepsOf({ close, length }: Bars): Float64Array {
  const steps = new Float64Array(length);
  for (let i = 1; i < length; i++) steps[i] = (close[i] as number) - (close[i - 1] as number);
  return steps;
}

/** The longest runs of equal steps that are no interest, of three steps or more. */
function linesOf(
  { close, length }: Bars,
  steps: Float64Array,
  tolerance: Tolerance,
  interest: number,
): Line[] {
  const lines: Line[] = [];
  for (let at = 1; at < length;) {
    const step = steps[at] as number;
    let to = at + 1;
    while (to < length && !(Math.abs((steps[to] as number) - step) > allowed(tolerance, close[to] as number)))
      to++;
    // Hardly any run comes so far.
    if (to - at >= FEWEST_WHOLE_STEPS) {
      const first = close[at] as number;
      const least = Math.max(allowed(tolerance, first) * LEAST_TOLERANCES, interest * Math.abs(first));
      if (Math.abs(step) > least) lines.push({ from: at - 1, to, step });
    }
    at = to;
  }
  return lines;
}

function allowed({ fixed, part }: Tolerance, close: number): number {
  return fixed + part * Math.abs(close);
}

/** Whether all of a bar goes on by its own exact step, a volume included, which does not do so by being one lot. */
function isWhole({ from, to }: Line, series: Bars): boolean {
  const { volume } = series;
  if (volume[from] === volume[from + 1]) return false;
  return (['open', 'high', 'low', 'volume'] as const).every((field) => {
    const column = series[field];
    for (let at = from + 2; at < to; at++) {
      const [first, second, last] = [column[at - 2], column[at - 1], column[at]] as [number, number, number];
      if (!((volume[at] as number) > 0)) return false;
      if (!(Math.abs(last - second - (second - first)) <= STEP_TOLERANCE * Math.abs(last))) return false;
    }
    return true;
  });
}

/** Whether a line has more equal steps than the steps of its series lead one to expect. */
function isBeyondChance(
  { from, to, step }: Line,
  { close, length }: Bars,
  steps: Float64Array,
  tolerance: Tolerance,
): boolean {
  const count = to - from - 1;
  if (count < FEWEST_STEPS) return false;
  let others = 0;
  for (let i = 1; i < length; i++) {
    const isOther = i <= from || i >= to;
    if (isOther && Math.abs((steps[i] as number) - step) <= allowed(tolerance, close[i] as number)) others++;
  }
  const all = length - 1;
  return all * ((others + 1) / all) ** (count - 1) < CHANCE;
}

/** What the closes are printed in multiples of: 0.01 for cents, 1e-12 for what is not printed at all. */
function gridOf({ close: closes }: Bars): number {
  let units = 1;
  for (const close of closes)
    while (units < FINEST_GRID && Math.round(close * units) / units !== close) units *= 10;
  return 1 / units;
}
