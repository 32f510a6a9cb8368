import { ratioText } from '../actions/ratio.ts';
import { type CorporateAction, actionValue, isSplit, type Split } from '../bars/bars.ts';
import type { Bars } from '../bars/columns.ts';
import type { Day } from '../session/day.ts';
import { CALM, splitLike } from './common-splits.ts';
import { NEIGHBOUR_DAYS } from './plausibility.ts';

/** Smaller splits cannot be told from what prices do by themselves. */
const LEAST_RATIO = 1.5;

/** How far a price may have moved by itself overnight, as a part of the split's own size (logarithms) and at most. */
const OWN_MOVE = 0.25;
const LARGEST_MOVE = Math.log(1.5);

/** What a session opened and closed at. */
interface Prices {
  readonly day: Day;
  readonly ts: number;
  readonly open: number;
  readonly close: number;
}

/**
 * Splits that a vendor lists and did not adjust its earlier prices for: its own prices, which should go on over the
 * ex-date, jump by the ratio there, from the last close to the first open, and stay there up to its close. What nobody
 * traded on both sides of within a month, or lies between two splits, cannot be told and counts as adjusted. `rows` are as
 * on the wire, in any order.
 */
export function unappliedSplits(
  rows: Bars,
  splits: readonly Split[],
  sessionOf: (ts: number) => Day,
): Split[] {
  return judged(rows, splits, sessionOf, (split, before, after) => {
    const { ratio } = split;
    const off = (price: number): number => sizeOf((price / before.close) * ratio);
    return off(after.open) <= ownMove(ratio) && off(after.close) < sizeOf(ratio) / 2 ? split : undefined;
  });
}

/**
 * Splits that prices were adjusted for, whatever they are said to be: they go on over the ex-date, from the last close to
 * the first open and up to its close. What cannot be told, as above, counts as not adjusted.
 */
export function hiddenSplits(rows: Bars, splits: readonly Split[], sessionOf: (ts: number) => Day): Split[] {
  return judged(rows, splits, sessionOf, (split, before, after) =>
    isHidden(split.ratio, before.close, [after.open, after.close]) ? split : undefined,
  );
}

/** A split, and that of which prices tell in its place, as `2:1`. */
export interface Misstated {
  readonly split: Split;
  readonly shown: string;
}

/** Prices move by more in a few days than in a night. */
const LARGEST_WAIT = 5;

/**
 * How far prices must be off the ratio that is told, as a part of its size (logarithms) and at least. Were every one of 719,531
 * nights of large companies that of a split of eight ratios, one would be taken for another split, at a rise by a half.
 */
const OFF = 1 / 3;
const LEAST_OFF = Math.log(1.4);

/**
 * Splits of which prices as traded show another common ratio: from the last close to the first open, in bars that are calm then;
 * or the ratio that is told upside down, however calm. Those that make few shares of many (`1:10`) are judged only where prices
 * fall as by a split that makes many of few: else prices move by anything around them, as other parts of a company often leave
 * on that day. Beside a dividend only what is upside down is told, without its amount.
 */
export function misstatedSplits(
  rows: Bars,
  actions: readonly CorporateAction[],
  sessionOf: (ts: number) => Day,
): Misstated[] {
  return judged(rows, actions.filter(isSplit), sessionOf, (split, before, after) => {
    if (after.day - before.day > LARGEST_WAIT) return undefined;
    const paid = actions.filter(
      ({ kind, exDay }) => kind === 'dividend' && exDay > before.day && exDay <= after.day,
    );
    const shown =
      inverseShown(split.ratio, before, after, paid) ?? otherShown(split.ratio, before, after, paid);
    return shown === undefined ? undefined : { split, shown };
  });
}

/** The inverse of a ratio, where prices moved by that, and stayed there up to the close. */
function inverseShown(
  ratio: number,
  before: Prices,
  after: Prices,
  paid: readonly CorporateAction[],
): string | undefined {
  // What another currency's amount takes from a price is not known.
  if (paid.some((action) => action.kind === 'dividend' && action.currency !== undefined)) return undefined;
  const amount = paid.reduce((sum, action) => sum + actionValue(action), 0);
  const off = (price: number): number => sizeOf((before.close * ratio) / (price + amount));
  const isInverse = off(after.open) <= ownMove(ratio) && off(after.close) < sizeOf(ratio) / 2;
  return isInverse ? ratioText(1 / ratio) : undefined;
}

/** Another common ratio that prices moved by. */
function otherShown(
  ratio: number,
  before: Prices,
  after: Prices,
  paid: readonly CorporateAction[],
): string | undefined {
  const moved = before.close / after.open;
  if (paid.length > 0 || (ratio < 1 && moved < LEAST_RATIO)) return undefined;
  if (sizeOf(moved / ratio) < Math.max(LEAST_OFF, OFF * sizeOf(ratio))) return undefined;
  return sizeOf(after.close / after.open) > Math.log(CALM) ? undefined : splitLike(1 / moved);
}

/** Whether a price goes on, from the last close before a split to the first open and close after it, as if there were none. */
export function isHidden(ratio: number, before: number, [open, close]: readonly [number, number]): boolean {
  const moved = (price: number): number => sizeOf(price / before);
  return isVisible(ratio) && moved(open) <= ownMove(ratio) && moved(close) < sizeOf(ratio) / 2;
}

/** Whether a split is so large that prices can tell it from what they do by themselves. */
export function isVisible(ratio: number): boolean {
  return sizeOf(ratio) >= Math.log(LEAST_RATIO);
}

/** What is found of splits of a size that shows, with prices close by on both sides. */
function judged<Found>(
  rows: Bars,
  splits: readonly Split[],
  sessionOf: (ts: number) => Day,
  find: (split: Split, before: Prices, after: Prices) => Found | undefined,
): Found[] {
  const candidates = splits.filter(({ ratio }) => isVisible(ratio));
  if (candidates.length === 0) return [];
  const days = pricesOf(rows)
    .filter(({ open, close }) => open > 0 && close > 0)
    .map((row) => ({ ...row, day: sessionOf(row.ts) }))
    .toSorted((a, b) => a.ts - b.ts);
  return candidates.flatMap((split) => {
    const { exDay } = split;
    const at = days.findIndex(({ day }) => day >= exDay);
    const [before, after] = [days[at - 1], days[at]];
    if (before === undefined || after === undefined || after.day - before.day > NEIGHBOUR_DAYS) return [];
    const isAlone = !splits.some(
      (other) => other.exDay !== exDay && other.exDay > before.day && other.exDay <= after.day,
    );
    return (isAlone ? find(split, before, after) : undefined) ?? [];
  });
}

function pricesOf({ length, ts, open, close }: Bars): Omit<Prices, 'day'>[] {
  return Array.from({ length }, (_, i) => ({
    ts: ts[i] as number,
    open: open[i] as number,
    close: close[i] as number,
  }));
}

/** How far a price may have moved by itself over a split. */
function ownMove(ratio: number): number {
  return Math.min(OWN_MOVE * sizeOf(ratio), LARGEST_MOVE);
}

function sizeOf(factor: number): number {
  return Math.abs(Math.log(factor));
}
