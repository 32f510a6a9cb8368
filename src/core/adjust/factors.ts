import type { CorporateAction } from '../bars/bars.ts';
import { type Bars, inForm } from '../bars/columns.ts';
import type { Day } from '../session/day.ts';

/** What prices are adjusted for: nothing (as traded), splits, or splits and dividends. */
export const ADJUSTMENTS = ['none', 'splits', 'all'] as const;
/** One of `ADJUSTMENTS`. */
export type Adjustment = (typeof ADJUSTMENTS)[number];

export function isAdjustment(text: string): text is Adjustment {
  return (ADJUSTMENTS as readonly string[]).includes(text);
}

/** The last price of a session as traded. */
export interface SessionClose {
  readonly session: Day;
  readonly close: number;
}

/** What turns raw values into adjusted ones. */
export interface Factor {
  /** For open, high, low, close and vwap. */
  readonly price: number;
  /** For the volume: shares of the as-of date for one share of the session. Not rounded. */
  readonly volume: number;
}

/** The factor of the sessions before `exDay`, back to the ex-date before it (inclusive). */
export interface FactorStep extends Factor {
  readonly exDay: Day;
}

/** All that goes ex on one day. */
interface ExDate {
  readonly exDay: Day;
  /** New shares for one old. */
  readonly ratio: number;
  /** Sum of the dividends, a new share. */
  readonly amount: number;
  /** Product of the ratios up to and including this ex-date. */
  readonly shares: number;
}

/** A dividend that no factor can express, because it is not below the price that it is taken from. */
export interface UnusableDividend {
  readonly exDay: Day;
  readonly amount: number;
  /** Close before the ex-date in shares of the ex-date. */
  readonly close: number;
}

/**
 * Factors as of a date, in the way of CRSP: a session's price factor is the product, over the actions with
 * `session < exDay <= asOf`, of `1 / ratio` for a split and of `1 - amount / close` for a dividend, where `close` is the
 * raw close of the last session before `exDay`. Dividends of one ex-date add up. An amount is per share of its ex-date,
 * after a split of that day, so `close` is divided by the ratios of the splits that went ex after its session, up to and
 * including `exDay`. A dividend without a close before it touches no bar; one that is not below the close counts for
 * nothing (`unusableDividends` names it), nor does one in another currency than the price.
 *
 * Steps ascend by ex-date and hold the whole product. `closes`, ascending, must have the last session before each
 * dividend's ex-date. `asOf` is inclusive and may be infinite. Takes O(closes + actions log actions).
 */
export function factorSteps(
  actions: readonly CorporateAction[],
  closes: readonly SessionClose[],
  mode: Adjustment,
  asOf: Day,
): FactorStep[] {
  if (mode === 'none') return [];
  const steps: FactorStep[] = [];
  let price = 1;
  let volume = 1;
  for (const { exDate, close } of withCloses(exDates(actions, asOf), closes).toReversed()) {
    const kept = mode === 'all' && isUsable(exDate, close) ? 1 - exDate.amount / close : 1;
    price *= kept / exDate.ratio;
    volume *= exDate.ratio;
    steps.push({ exDay: exDate.exDay, price, volume });
  }
  return steps.toReversed();
}

/** Dividends up to `asOf` (inclusive) that `factorSteps` leaves out although a bar precedes them. */
export function unusableDividends(
  actions: readonly CorporateAction[],
  closes: readonly SessionClose[],
  asOf: Day,
): UnusableDividend[] {
  return withCloses(exDates(actions, asOf), closes).flatMap(({ exDate, close }) =>
    exDate.amount > 0 && close !== undefined && !isUsable(exDate, close)
      ? [{ exDay: exDate.exDay, amount: exDate.amount, close }]
      : [],
  );
}

function isUsable({ amount }: ExDate, close: number | undefined): close is number {
  return close !== undefined && amount > 0 && amount < close;
}

/**
 * Bars with their values adjusted by the steps; `trades`, source and time stay as they are. `sessionOf` gives a stamp's
 * session date. Takes O(bars + steps).
 */
export function adjustBars<B extends Bars>(
  bars: B,
  steps: readonly FactorStep[],
  sessionOf: (ts: number) => Day,
): B {
  if (steps.length === 0) return bars;
  const adjusted = inForm({
    ...bars,
    ...{ open: bars.open.slice(), high: bars.high.slice(), low: bars.low.slice(), close: bars.close.slice() },
    ...{ volume: bars.volume.slice(), vwap: bars.vwap && bars.vwap.slice() },
  });
  let next = 0;
  for (let i = 0; i < bars.length; i++) {
    const session = sessionOf(bars.ts[i] as number);
    while ((steps[next]?.exDay ?? Number.POSITIVE_INFINITY) <= session) next++;
    const step = steps[next];
    if (step === undefined) break;
    adjustBar(adjusted, i, step);
  }
  return adjusted;
}

function adjustBar({ open, high, low, close, volume, vwap }: Bars, i: number, factor: Factor): void {
  for (const column of [open, high, low, close, vwap])
    if (column !== null) column[i] = (column[i] as number) * factor.price;
  volume[i] = (volume[i] as number) * factor.volume;
}

/** A share's cash in the currency of its price; 0 for what is none, or in another one. */
function amountOf(action: CorporateAction): number {
  return action.kind === 'dividend' && action.currency === undefined ? action.amount : 0;
}

/** Actions up to `asOf` by ex-date, ascending. */
function exDates(actions: readonly CorporateAction[], asOf: Day): ExDate[] {
  const found: ExDate[] = [];
  let shares = 1;
  for (const action of actions.toSorted((a, b) => a.exDay - b.exDay)) {
    const { exDay } = action;
    if (exDay > asOf) break;
    const same = found.at(-1)?.exDay === exDay ? found.pop() : undefined;
    const ratio = action.kind === 'split' ? action.ratio : 1;
    shares *= ratio;
    found.push({
      exDay,
      ratio: (same?.ratio ?? 1) * ratio,
      amount: (same?.amount ?? 0) + amountOf(action),
      shares,
    });
  }
  return found;
}

/** Each ex-date with the last close before it, in shares of the ex-date. */
function withCloses(
  dates: readonly ExDate[],
  closes: readonly SessionClose[],
): { exDate: ExDate; close: number | undefined }[] {
  let at = -1;
  let splits = 0;
  let sharesThen = 1;
  return dates.map((exDate) => {
    while ((closes[at + 1]?.session ?? Number.POSITIVE_INFINITY) < exDate.exDay) at++;
    const last = closes[at];
    if (last === undefined) return { exDate, close: undefined };
    for (; (dates[splits]?.exDay ?? Number.POSITIVE_INFINITY) <= last.session; splits++) {
      sharesThen = dates[splits]?.shares ?? 1;
    }
    return { exDate, close: (last.close * sharesThen) / exDate.shares };
  });
}
