import { type Bar, type Dividend, type Ohlcv, isSplit } from '../core/bars.ts';
import {
  type Comparison,
  type Difference,
  type Restatement,
  beyondRounding,
  factorApart,
  restatement,
} from '../core/compare.ts';
import { formatDay } from '../core/day.ts';
import { BackfillError } from '../core/errors.ts';
import { splitOfRatio } from '../core/oddities.ts';
import { sessionDateOf } from '../core/partition.ts';
import { type Some, some } from '../core/some.ts';
import type { Hearing } from './hearing.ts';

/** No vendor corrects a final close by more than half of it without saying why. */
const LARGEST_CORRECTION = 1.5;

/** Closes further apart than this belong to different days or instruments. */
const SAME_DAY = 1.01;

/** A single bar cannot tell another instrument from a correction. */
const ENOUGH = 2;

/**
 * Compares an answer with the final bars of the store that it repeats and that came from the same source. Throws
 * `restated` where all of them changed by one ratio, `basis-unknown` where that looks like a split which nobody
 * mentions, and `bad-answer` (worth another try) where they disagree so that the answer must be about something else. A
 * few corrected bars, or any number of rounded ones, are no reason to throw; one that changed by more than half is
 * asked for again, and believed in the last hearing.
 */
export function assertAgreement(
  hearing: Hearing,
  comparison: Comparison<Bar>,
  isWanted: (bar: Ohlcv) => boolean,
): void {
  const { task } = hearing;
  const { compared, gone } = comparison;
  const lost = some(gone);
  if (task.replaces === true) {
    if (lost !== undefined) throw forgotten(hearing, lost);
    return;
  }
  const change = restatement(compared);
  if (change?.isOldest === true) throw restated(change, compared, hearing);
  if (change !== undefined) throw contradiction(hearing, change.changed, compared.length);
  const hasMoved = beyondRounding(compared);
  const wild = some(compared.filter((pair) => factorApart(pair) > SAME_DAY && hasMoved(pair)));
  if (wild !== undefined && compared.length >= ENOUGH && wild.length > compared.length / 2)
    throw contradiction(hearing, wild, compared.length);
  const impossible = some(
    (wild ?? []).filter((pair) => factorApart(pair) > LARGEST_CORRECTION && !isWanted(pair.answered)),
  );
  // Said again and again, while the other bars agree, it is the stored one that was wrong.
  if (impossible !== undefined && hearing.isLast !== true)
    throw contradiction(hearing, impossible, compared.length);
}

function forgotten({ task, calendar }: Hearing, [first, ...others]: Some<Bar>): BackfillError {
  const { ticker, interval } = task.series;
  const dayOf = sessionDateOf(interval, calendar);
  return new BackfillError(
    'restated',
    `the provider changed all prices of ${ticker} and no longer has ${others.length + 1} of its stored bars, ` +
      `the first of ${formatDay(dayOf(first.ts))}: nothing is changed; ` +
      `to take what it has now: backfill forget ${ticker} --interval ${interval}, then run again`,
    { ticker },
  );
}

function contradiction(
  { task, calendar }: Hearing,
  pairs: Some<Difference<Bar>>,
  compared: number,
): BackfillError {
  const { ticker, interval } = task.series;
  const dayOf = sessionDateOf(interval, calendar);
  const [first] = pairs;
  const [from, to] = [first, pairs.at(-1) ?? first].map(({ stored }) => formatDay(dayOf(stored.ts)));
  const prices = `close ${first.stored.close}, now ${first.answered.close}`;
  // Where nothing that was compared agrees, older sessions are no better: to forget these would only bring up the next.
  const days = pairs.length === compared ? '' : ` --start ${from} --end ${to}`;
  return new BackfillError(
    'bad-answer',
    `the answer for ${ticker} contradicts ${pairs.length} of ${compared} stored sessions, the first of ` +
      `${from} (${prices}); if the stored ones are wrong: ` +
      `backfill forget ${ticker}${days} --interval ${interval}, then run again`,
    { retryable: true, ticker },
  );
}

/** Prices that were adjusted for dividends change by more ratios than one event makes. */
const RATIOS_OF_ONE_EVENT = 2;

function restated(
  { ratios, bars, changed }: Restatement<Bar>,
  compared: Comparison<Bar>['compared'],
  hearing: Hearing,
): BackfillError {
  const { task, answer, stored } = hearing;
  const { ticker, interval } = task.series;
  const isKnown = (exDay: number): boolean =>
    stored.actions.some((known) => known.kind === 'split' && known.exDay === exDay);
  const said = answer.actions.filter(isSplit);
  const hasNewSplit = said.some(({ exDay }) => !isKnown(exDay));
  const ratio = ratios.find((level) => Math.abs(level - 1) > 0.001) ?? ratios[0] ?? 1;
  // Bars that were stored before their split was known differ by just that one.
  const isSaid = said.some((one) => Math.abs(one.ratio / ratio - 1) < 0.001);
  const split = hasNewSplit || isSaid ? undefined : splitOfRatio(ratio);
  const change = `${bars} stored bars of ${ticker}, by ${ratio.toPrecision(6)}`;
  const dividend = dividendOf(ratio, changed.at(-1) ?? changed[0], compared, hearing);
  if (split === undefined && dividend === undefined && ratios.length <= RATIOS_OF_ONE_EVENT)
    return new BackfillError('restated', `the provider changed ${change}`, { ticker });
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

/** How near a ratio of printed prices comes to the factor of a dividend: a cent of a price of 50, or a part of its size. */
const FACTOR_SPREAD = 2e-4;
const FACTOR_PART = 0.02;

/** The dividend whose adjustment changes all closes before its ex-date by just this ratio; `last` is the last that changed. */
function dividendOf(
  ratio: number,
  last: Difference<Bar>,
  compared: Comparison<Bar>['compared'],
  { task, calendar, answer, stored, now }: Hearing,
): Dividend | undefined {
  const sessionOf = sessionDateOf(task.series.interval, calendar);
  const today = calendar.localDay(now);
  return [...answer.actions, ...stored.actions]
    .filter((action): action is Dividend => action.kind === 'dividend' && action.currency === undefined)
    .find(({ exDay, amount }) => {
      const before = compared.findLast((pair) => sessionOf(pair.stored.ts) < exDay);
      const part = amount / last.stored.close;
      return (
        exDay <= today &&
        before?.stored.ts === last.stored.ts &&
        Math.abs(1 - part - ratio) < Math.max(FACTOR_SPREAD, part * FACTOR_PART)
      );
    });
}
