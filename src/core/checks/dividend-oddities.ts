import type { CorporateAction, Dividend } from '../bars/bars.ts';
import { type Day, startOfDay } from '../session/day.ts';
import type { Oddity } from './oddity.ts';
import { type Sessions, areNeighbours, sessionAt, splitRatio } from './plausibility.ts';
import { largest, smallest } from '../extremes.ts';

/** From this part of the price on, the day of a dividend tells whether it was paid: no market moves so far by chance. */
const TELLING_YIELD = 0.1;

/** A vendor's step between a currency and its minor unit, as far as dividends in a row differ by themselves. */
const UNIT_STEP = { least: 70, most: 140 };

/** Dividends beside one agree if none is more than so many times another. */
const AGREEMENT = 3;

/** Dividends beside one on a single side that must agree. */
const ENOUGH = 3;

/** A dividend with the sessions around its ex-date, in shares of the ex-date. */
interface PaidDividend {
  readonly dividend: Dividend;
  readonly closeBefore: number;
  /** Open and close of the first session without it. */
  readonly after: readonly [number, number];
}

/**
 * Dividends that no factor should be made of unseen: in another currency than the price, contradicted by the prices of
 * their ex-date, or about 100 times or 1/100 of those before and after them. Only those beside a given session are named.
 */
export function findDividendOddities(sessions: Sessions, actions: readonly CorporateAction[]): Oddity[] {
  const dividends = actions.filter(isDividend);
  if (dividends.length === 0) return [];
  return dividends.flatMap((dividend) => {
    const paid = paidDividend(dividend, sessions, actions);
    if (paid === undefined) return [];
    const note =
      dividend.currency === undefined ? sizeNote(paid, dividends, actions) : currencyNote(dividend);
    if (note === undefined) return [];
    const { exDay } = dividend;
    const kind = dividend.currency === undefined ? 'dividend-size' : 'dividend-currency';
    return [{ kind, session: exDay, ts: startOfDay(exDay), note }];
  });
}

function isDividend(action: CorporateAction): action is Dividend {
  return action.kind === 'dividend';
}

/** Undefined where no session beside the ex-date is judged, or none is near enough. */
function paidDividend(
  dividend: Dividend,
  sessions: Sessions,
  actions: readonly CorporateAction[],
): PaidDividend | undefined {
  const at = firstFrom(sessions, dividend.exDay);
  const [before, after] = [sessionAt(sessions, at - 1), sessionAt(sessions, at)];
  if (before === undefined || after === undefined || !areNeighbours(before, after)) return undefined;
  if (!before.given && !after.given) return undefined;
  const shares = splitRatio(before.day, dividend.exDay, actions);
  return { dividend, closeBefore: before.close / shares, after: [after.open, after.close] };
}

/** Index of the first session on a day or later; sessions ascend. */
function firstFrom(sessions: Sessions, day: Day): number {
  let [low, high] = [0, sessions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sessions.day[middle] as number) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function currencyNote({ amount, currency }: Dividend): string {
  return `the dividend of ${amount} is in ${currency}, not in the currency of the price: prices are not adjusted for it`;
}

function sizeNote(
  paid: PaidDividend,
  dividends: readonly Dividend[],
  actions: readonly CorporateAction[],
): string | undefined {
  const { dividend, closeBefore, after } = paid;
  const times = stepFromOthers(dividend, dividends, actions);
  const part = dividend.amount / closeBefore;
  const isUnseen = after.every((price) => 1 - price / closeBefore < part / 2);
  const prices = `open ${priceText(after[0])} after a close of ${priceText(closeBefore)}`;
  if (part >= TELLING_YIELD && isUnseen)
    return `the dividend of ${dividend.amount} is ${percent(part)} of the price, and ${prices} does not show it`;
  if (times === undefined || (times > 1 && !isUnseen)) return undefined;
  const size = times > 1 ? 'about 100 times' : 'about 1/100 of';
  return `the dividend of ${dividend.amount} is ${size} those beside it: another unit?`;
}

/** How many times those beside it a dividend is, where they agree and it is off by a step between units. */
function stepFromOthers(
  dividend: Dividend,
  dividends: readonly Dividend[],
  actions: readonly CorporateAction[],
): number | undefined {
  const own = dividends.filter(({ currency }) => currency === undefined);
  const at = own.indexOf(dividend);
  const isEdge = at === 0 || at === own.length - 1;
  const beside = isEdge
    ? [...own.slice(Math.max(0, at - ENOUGH), at), ...own.slice(at + 1, at + 1 + ENOUGH)]
    : own.slice(at - 1, at + 2).filter((one) => one !== dividend);
  if (isEdge && beside.length < ENOUGH) return undefined;
  const others = beside.map(({ amount, exDay }) => amount * sharesBetween(exDay, dividend.exDay, actions));
  const [least, most] = [smallest(others), largest(others)];
  if (most > AGREEMENT * least) return undefined;
  const times = dividend.amount / Math.sqrt(least * most);
  const step = Math.max(times, 1 / times);
  return step >= UNIT_STEP.least && step <= UNIT_STEP.most ? times : undefined;
}

/** What an amount a share of one day is to be multiplied by to be one a share of another. */
function sharesBetween(from: Day, to: Day, actions: readonly CorporateAction[]): number {
  return from < to ? 1 / splitRatio(from, to, actions) : splitRatio(to, from, actions);
}

/** A price without the noise of floating point. */
function priceText(price: number): string {
  return String(Number(price.toPrecision(8)));
}

function percent(part: number): string {
  return `${Math.round(100 * part)} %`;
}
