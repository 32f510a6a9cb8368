import type { CorporateAction } from '../../core/bars/bars.ts';
import { type Bars, firstAt } from '../../core/bars/columns.ts';
import type { Comparison } from '../../core/bars/compare.ts';
import { formatDay } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { identityError } from '../../core/instrument/identity.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { changeOf, isBeyond } from '../../core/checks/plausibility.ts';
import type { Received } from './received.ts';

/** So many stored sessions, asked for again, that are all gone are no chance. */
const ENOUGH_GONE = 3;

/** A price that moved by less may well be the same instrument's. */
const OTHER_LEVEL = 1.5;

/**
 * Throws where none of the stored sessions that were asked for again is in the answer, while newer ones are: `bad-answer`,
 * worth another try, and once it was said often enough `identity-changed`, if the newer prices are on another level. A
 * ticker that was given away keeps its old listing date at some vendors.
 */
export function assertContinues(
  { want, calendar, isLast }: Received,
  { compared, gone }: Comparison,
  wanted: Bars,
  actions: readonly CorporateAction[],
): void {
  if (want.replaces === true || compared.length > 0 || gone.length < ENOUGH_GONE) return;
  const last = gone.length - 1;
  const first = firstAt(wanted, (gone.ts[last] as number) + 1);
  if (first === wanted.length) return;
  const { ticker, interval } = want.series;
  const dayOf = sessionDateOf(interval, calendar);
  const from = { day: dayOf(gone.ts[last] as number), price: gone.close[last] as number };
  const to = { day: dayOf(wanted.ts[first] as number), price: wanted.open[first] as number };
  if (!isBeyond(changeOf(from, to, actions), OTHER_LEVEL)) return;
  const what =
    `the ${gone.length} stored sessions up to ${formatDay(from.day)} are gone, ` +
    `and its prices go on at ${to.price} after ${from.price}`;
  if (isLast === true) throw identityError(ticker, what);
  throw new BackfillError('bad-answer', `the answer for ${ticker} does not go on from the store: ${what}`, {
    retryable: true,
    ticker,
  });
}
