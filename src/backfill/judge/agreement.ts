import { type Dividend, isSplit } from '../../core/bars/bars.ts';
import { type Comparison, type Pairs, everyPair, pairsWhere } from '../../core/bars/compare.ts';
import type { StoredBars } from '../../core/bars/columns.ts';
import { formatDay } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { areAnothers } from '../../core/checks/another-series.ts';
import { splitOfRatio } from '../../core/checks/common-splits.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { ratioOf } from '../../core/checks/restated-bars.ts';
import {
  type Restatement,
  beyondRounding,
  closesAt,
  factorApart,
  restatement,
} from '../../core/checks/restatement.ts';
import { unexplained } from '../../core/checks/unexplained.ts';
import type { Received } from './received.ts';

/** No vendor corrects a final close by more than half of it without saying why. */
const LARGEST_CORRECTION = 1.5;

/** Closes further apart than this belong to different days or instruments. */
const SAME_DAY = 1.01;

/** A single bar cannot tell another instrument from a correction. */
const ENOUGH = 2;

/**
 * Compares an answer with the final bars of the store that it repeats and that came from the same source. Throws
 * `restated` where all of them changed by one ratio, `basis-unknown` where that looks like a split which nobody
 * mentions, and `bad-answer` (worth another try) where they disagree so that the answer must be about something else: by most
 * closes, or however little by each bar and its volume. A few corrected bars, or any number of rounded ones, are no reason
 * to throw; one that changed by more than half is asked for again, and believed the last time.
 */
export function assertAgreement(
  received: Received,
  { compared, gone }: Comparison,
  isWanted: (ts: number) => boolean,
): void {
  const { want } = received;
  if (want.replaces === true) {
    if (gone.length > 0) throw forgotten(received, gone);
    return;
  }
  const change = restatement(compared);
  if (change?.isOldest === true) throw restated(change, compared, received);
  if (change !== undefined) throw contradiction(received, change.changed, compared.length);
  const swapped = swappedBars(compared);
  if (swapped !== undefined)
    throw contradiction(received, swapped, compared.length, ', with open and close swapped');
  if (areAnothers(compared)) throw contradiction(received, compared, compared.length);
  const hasMoved = beyondRounding(compared);
  const wild = pairsWhere(compared, (i) => factorApart(compared, i) > SAME_DAY && hasMoved(i));
  if (compared.length >= ENOUGH && wild.length > compared.length / 2)
    throw contradiction(received, wild, compared.length);
  const impossible = pairsWhere(
    wild,
    (i) => factorApart(wild, i) > LARGEST_CORRECTION && !isWanted(wild.answered.ts[i] as number),
  );
  // Said again and again, while the other bars agree, it is the stored one that was wrong.
  if (impossible.length > 0 && received.isLast !== true)
    throw contradiction(received, impossible, compared.length);
}

/** Part of the bars of a restated series that may have been corrected besides. */
const CORRECTED_BESIDES = 0.25;

/**
 * Holds an answer that replaces a series against all stored bars of its source that it repeats: a few that changed by
 * one ratio made it be asked for. Throws `bad-answer` where too many changed by ratios of their own.
 */
export function assertRestates(received: Received, compared: Pairs): void {
  if (received.want.replaces !== true) return;
  const apart = unexplained(compared);
  if (apart.length > compared.length * CORRECTED_BESIDES)
    throw contradiction(received, apart, compared.length);
}

function forgotten({ want, calendar }: Received, { length, ts }: StoredBars): BackfillError {
  const { ticker, interval } = want.series;
  const dayOf = sessionDateOf(interval, calendar);
  return new BackfillError(
    'restated',
    `the provider changed all prices of ${ticker} and no longer has ${length} of its stored bars, ` +
      `the first of ${formatDay(dayOf(ts[0] as number))}: nothing is changed; ` +
      `to take what it has now: backfill forget ${ticker} --interval ${interval}, then run again`,
    { ticker },
  );
}

/** Bars of which nobody swaps the open and the close by chance. */
const ENOUGH_SWAPPED = 3;

/** The bars whose open and close are swapped, where those are all that have two; undefined where not. */
function swappedBars(compared: Pairs): Pairs | undefined {
  const ofTwo = pairsWhere(compared, (i) => compared.stored.open[i] !== compared.stored.close[i]);
  const isSwapped = everyPair(
    ofTwo,
    (i) =>
      ofTwo.stored.open[i] === ofTwo.answered.close[i] && ofTwo.stored.close[i] === ofTwo.answered.open[i],
  );
  return isSwapped && ofTwo.length >= ENOUGH_SWAPPED ? ofTwo : undefined;
}

function contradiction(received: Received, pairs: Pairs, compared: number, how = ''): BackfillError {
  const { want } = received;
  const { ticker, interval } = want.series;
  const [from, to] = daysOf(pairs, received);
  const [before, now] = closesAt(pairs, 0);
  const prices = `close ${before}, now ${now}`;
  // Where nothing that was compared agrees, older sessions are no better: to forget these would only bring up the next.
  const isAll = want.replaces === true || pairs.length === compared;
  const days = isAll ? '' : ` --start ${from} --end ${to}`;
  return new BackfillError(
    'bad-answer',
    `the answer for ${ticker} contradicts ${pairs.length} of ${compared} stored sessions, the first of ` +
      `${from} (${prices})${how}; if the stored ones are wrong: ` +
      `backfill forget ${ticker}${days} --interval ${interval}, then run again`,
    { retryable: true, ticker, ...(pairs.length > compared / 2 && { contradicts: true }) },
  );
}

/** Prices that were adjusted for dividends change by more ratios than one event makes. */
const RATIOS_OF_ONE_EVENT = 2;

function restated({ ratios, changed }: Restatement, compared: Pairs, received: Received): BackfillError {
  const { want, answer, stored } = received;
  const { ticker, interval } = want.series;
  const isKnown = (exDay: number): boolean =>
    stored.actions.some((known) => known.kind === 'split' && known.exDay === exDay);
  const said = answer.actions.filter(isSplit);
  const hasNewSplit = said.some(({ exDay }) => !isKnown(exDay));
  const ratio = ratioOf(ratios);
  // Bars that were stored before their split was known differ by just that one.
  const isSaid = said.some((one) => Math.abs(one.ratio / ratio - 1) < 0.001);
  const split = hasNewSplit || isSaid ? undefined : splitOfRatio(ratio);
  const change = `${changed.length} stored bars of ${ticker}, by ${ratio.toPrecision(6)}`;
  const dividend = dividendOf(ratio, changed, compared, received);
  if (split === undefined && dividend === undefined && ratios.length <= RATIOS_OF_ONE_EVENT) {
    const isFile = answer.edition !== undefined;
    if (!isFile || hasNewSplit || isSaid || want.again === true)
      return new BackfillError('restated', `the provider changed ${change}`, { ticker });
    // What is read once more says the same of itself: it is no second answer.
    const [from, to] = daysOf(changed, received);
    const toTake = `backfill ${ticker} --interval ${interval} --start ${from} --end ${to} --no-gaps`;
    const message = `the files change ${change}, and nothing says why: get them as before, or to take them: ${toTake}`;
    return new BackfillError('bad-answer', message, { ticker, contradicts: true });
  }
  const ofSeveral = `and by ${ratios.length - 1} other ratios, as an adjustment for dividends would`;
  const ofDividend =
    dividend === undefined
      ? ofSeveral
      : `as an adjustment for its dividend of ${dividend.amount} on ${formatDay(dividend.exDay)} would`;
  const how = split === undefined ? ofDividend : `as a split ${split} would that it does not mention`;
  const wayOut =
    split === undefined && dividend !== undefined
      ? 'give prices that are not adjusted for dividends (yfinance: auto_adjust=False)'
      : `if the stored ones are wrong: backfill forget ${ticker} --interval ${interval}, then run again`;
  const message = `the answer changes ${change}, ${how}: the basis of its prices is not known; ${wayOut}`;
  return new BackfillError('basis-unknown', message, { retryable: true, ticker });
}

/** The sessions of the first and of the last, `YYYY-MM-DD`. */
function daysOf({ stored: { ts }, length }: Pairs, { want, calendar }: Received): [from: string, to: string] {
  const dayOf = sessionDateOf(want.series.interval, calendar);
  return [formatDay(dayOf(ts[0] as number)), formatDay(dayOf(ts[length - 1] as number))];
}

/** How near a ratio of printed prices comes to the factor of a dividend: a cent of a price of 50, or a part of its size. */
const FACTOR_SPREAD = 2e-4;
const FACTOR_PART = 0.02;

/** The dividend whose adjustment changes all closes before its ex-date, and none after, by just this ratio. */
function dividendOf(
  ratio: number,
  changed: Pairs,
  compared: Pairs,
  { want, calendar, answer, stored, now }: Received,
): Dividend | undefined {
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const today = calendar.localDay(now);
  const last = changed.length - 1;
  const [lastTs, lastClose] = [changed.stored.ts[last] as number, changed.stored.close[last] as number];
  return [...answer.actions, ...stored.actions]
    .filter((action): action is Dividend => action.kind === 'dividend' && action.currency === undefined)
    .find(({ exDay, amount }) => {
      const before = compared.stored.ts.findLast((ts) => sessionOf(ts) < exDay);
      const part = amount / lastClose;
      return (
        exDay <= today &&
        before === lastTs &&
        Math.abs(1 - part - ratio) < Math.max(FACTOR_SPREAD, part * FACTOR_PART)
      );
    });
}
