import type { Bars } from '../bars/columns.ts';
import type { JoinedBars } from '../bars/merge-bars.ts';
import { sessionDateOf } from '../bars/partition.ts';
import { bearsRatios } from '../instrument/instrument-type.ts';
import { grouped } from '../grouped.ts';
import { type Day, MS_PER_DAY } from '../session/day.ts';
import type { Oddity } from './oddity.ts';
import { type DatedPrice, NEIGHBOUR_DAYS, type SeriesContext, changeOf, isBeyond } from './plausibility.ts';
import { LEAST_UNITS, priceGrid } from './price-grid.ts';

/**
 * As of whole sessions. Of 48,880 real intraday bars (QuantConnect/Lean: hours of AAPL 1998-2021 and BTC-USDT, minutes of
 * SPY, IBM and BTC-BUSD; hours that Binance answered) none has open and close both off those of the bar before in its
 * session by more than 1.022. Eleven have a high or low beyond 1.2 times the closes: AAPL in the crash of 2010-05-06, and
 * prints that no bar beside them has, of up to 17 times.
 */
const SPIKE = 1.2;
const SPIKE_AGREEMENT = 1.05;
const JUMP = 1.5;

/** What looks odd inside sessions. */
export interface OddLevels {
  /** One a session, ascending. */
  readonly odd: readonly Oddity[];
  /** Sessions whose step from the session before is where such a spike begins or ends. */
  readonly explained: ReadonlySet<Day>;
}

/** The intraday series that is looked at. */
interface Series {
  readonly bars: Bars;
  readonly context: SeriesContext;
  /** Session date of bar i. */
  readonly dayAt: (i: number) => Day;
  /** Whether a step is of so many units of the price grid that it says something. */
  readonly isMuch: (from: number, to: number) => boolean;
}

/** Bars `[from, to)` that are off. */
interface OddStretch {
  readonly from: number;
  readonly to: number;
  readonly kind: 'spike' | 'jump';
  /** Places of the first and the last bar that show it. */
  readonly seenIn: readonly [number, number];
  readonly note: string;
}

/**
 * Names intraday bars that are off the others of their session, where a bar that shows it is judged. Spikes: stretches of
 * which opens and closes are beyond 1.2 times, or below 1/1.2, those of the bars on both sides, whose closes agree within 5 %
 * (one of the two steps may lie between sessions); and a high or low as far off the closes of its bar and of the one before.
 * Jumps: opens and closes beyond 1.5 times those of the bar before in the session, that do not return so. Nothing of daily
 * bars.
 */
export function oddLevels({ bars, places }: JoinedBars, context: SeriesContext): OddLevels {
  const { interval, calendar } = context;
  if (interval === '1d') return { odd: [], explained: new Set() };
  const sessionOf = sessionDateOf(interval, calendar);
  const dayAt = (i: number): Day => sessionOf(bars.ts[i] as number);
  let least = -1;
  const isMuch = (from: number, to: number): boolean => {
    if (least < 0) least = LEAST_UNITS * priceGrid(bars);
    return Math.abs(to - from) >= least;
  };
  const stretches = oddStretches({ bars, context, dayAt, isMuch });
  const isSeen = ({ seenIn: [first, last] }: OddStretch): boolean =>
    places.subarray(first, last + 1).some((place) => place >= 0);
  const ends = stretches
    .filter(({ to, seenIn: [, last] }) => last === to)
    .flatMap(({ from, to }) => [from, to])
    .filter((at) => dayAt(at - 1) !== dayAt(at));
  return {
    odd: onePerSession(stretches.filter(isSeen), bars, dayAt),
    explained: new Set(ends.map(dayAt)),
  };
}

function onePerSession(
  stretches: readonly OddStretch[],
  { ts }: Bars,
  dayAt: (i: number) => Day,
): readonly Oddity[] {
  const sessions = grouped(stretches, ({ from }) => dayAt(from));
  return [...sessions].flatMap(([session, [first, ...more]]): Oddity[] => {
    if (first === undefined) return [];
    const others = more.length === 0 ? '' : `; ${more.length} more of the session`;
    const { kind, from, note } = first;
    return [{ kind, session, ts: ts[from] as number, note: note + others }];
  });
}

/** Ascending. Nearly every bar is done with by its close, high and low. */
function oddStretches(series: Series): OddStretch[] {
  const { high, low, close, length } = series.bars;
  const found: OddStretch[] = [];
  for (let i = 0; i < length; i++) {
    const at = close[i] as number;
    const isStep = i > 0 && isBeyond(at / (close[i - 1] as number), SPIKE);
    const isWide = (high[i] as number) > at * SPIKE || (low[i] as number) * SPIKE < at;
    if (!isStep && !isWide) continue;
    const one = (isStep ? steppedTo(series, i) : undefined) ?? wickOf(series, i);
    if (one === undefined) continue;
    found.push(one);
    // The return from a spike is no jump.
    i = one.seenIn[1];
  }
  return found;
}

/** What begins with bar i on another level than the one before. */
function steppedTo(series: Series, i: number): OddStretch | undefined {
  const { bars, dayAt } = series;
  const { close, low } = bars;
  const type = series.context.type ?? null;
  if (!bearsRatios(Math.min(low[i - 1] as number, low[i] as number), type)) return undefined;
  if (!series.isMuch(close[i - 1] as number, close[i] as number)) return undefined;
  const step = bodyStep(series, i - 1, i);
  if (!isBeyond(step, SPIKE)) return undefined;
  const isInside = dayAt(i - 1) === dayAt(i);
  const to = spikeEnd(series, i, step > 1);
  if (to !== undefined && (isInside || dayAt(to - 1) === dayAt(to))) {
    const what =
      to - i === 1
        ? `the bar of ${timeOf(bars.ts[i] as number)} closes`
        : `${to - i} bars from ${timeOf(bars.ts[i] as number)} on close`;
    const note = `${what} at ${close[i]}, between closes of ${close[i - 1]} and ${close[to]}`;
    return { from: i, to, kind: 'spike', seenIn: [i - 1, to], note };
  }
  if (!isInside || !isBeyond(step, JUMP)) return undefined;
  const times = Number(((close[i] as number) / (close[i - 1] as number)).toPrecision(3));
  const note = `the bar of ${timeOf(bars.ts[i] as number)} closes at ${close[i]}, ${times} times the close of the bar before it in the session`;
  return { from: i, to: i + 1, kind: 'jump', seenIn: [i - 1, i], note };
}

/** Place of the bar at which prices come back, by a step, to where they were before bar i; undefined if they do not. */
function spikeEnd(series: Series, i: number, isUp: boolean): number | undefined {
  const { ts, close, length } = series.bars;
  const last = (ts[i] as number) + NEIGHBOUR_DAYS * MS_PER_DAY;
  for (let to = i + 1; to < length && (ts[to] as number) <= last; to++) {
    const off = bodyStep(series, i - 1, to);
    if (isUp ? off > SPIKE : off < 1 / SPIKE) continue;
    const back = bodyStep(series, to - 1, to);
    const isBack = isUp ? back < 1 / SPIKE : back > SPIKE;
    const change = changeBetween(series, [i - 1, close[i - 1] as number], [to, close[to] as number]);
    return isBack && !isBeyond(change, SPIKE_AGREEMENT) ? to : undefined;
  }
  return undefined;
}

/** By what factor opens and closes of a bar lie above (> 1) or below (< 1) those of an earlier one; 1 where they meet. */
function bodyStep(series: Series, from: number, to: number): number {
  const { open, close } = series.bars;
  const [a, b] = [open[from] as number, close[from] as number];
  const [c, d] = [open[to] as number, close[to] as number];
  if (Math.min(c, d) > Math.max(a, b)) {
    const up = changeBetween(series, [from, Math.max(a, b)], [to, Math.min(c, d)]);
    return Math.max(1, up);
  }
  if (Math.max(c, d) >= Math.min(a, b)) return 1;
  return Math.min(1, changeBetween(series, [from, Math.min(a, b)], [to, Math.max(c, d)]));
}

/** `changeOf` between prices of two bars. */
function changeBetween(
  { dayAt, context: { actions } }: Series,
  [from, before]: readonly [number, number],
  [to, after]: readonly [number, number],
): number {
  if (actions.length === 0) return after / before;
  const dated = (i: number, price: number): DatedPrice => ({ day: dayAt(i), price });
  return changeOf(dated(from, before), dated(to, after), actions);
}

/** A high or low of bar i that neither its own close nor the one before comes near; of a session's first bar: its open. */
function wickOf({ bars, context, dayAt, isMuch }: Series, i: number): OddStretch | undefined {
  const { open, high, low, close } = bars;
  if (!bearsRatios(low[i] as number, context.type ?? null)) return undefined;
  const isFirst = i === 0 || dayAt(i - 1) !== dayAt(i);
  const [at, beside] = [close[i] as number, (isFirst ? open[i] : close[i - 1]) as number];
  const [up, down] = [(high[i] as number) / Math.max(at, beside), Math.min(at, beside) / (low[i] as number)];
  const [what, price, off] = up > down ? ['high', high[i] as number, up] : ['low', low[i] as number, down];
  if (!(off > SPIKE) || !isMuch(at, price)) return undefined;
  const note = `the bar of ${timeOf(bars.ts[i] as number)} has a ${what} of ${price}, between a close of ${at} and ${isFirst ? 'an open' : 'one before it'} of ${beside}`;
  return { from: i, to: i + 1, kind: 'spike', seenIn: [i, i], note };
}

/** `15:35 UTC`. */
export function timeOf(ts: number): string {
  return `${new Date(ts).toISOString().slice(11, 16)} UTC`;
}
