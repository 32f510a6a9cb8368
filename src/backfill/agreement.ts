import { type Bar, type Ohlcv, isSplit } from '../core/bars.ts';
import { type Comparison, type Difference, type Restatement, restatement } from '../core/compare.ts';
import { formatDay, utcDayOf } from '../core/day.ts';
import { BackfillError } from '../core/errors.ts';
import { splitLike } from '../core/oddities.ts';
import type { Hearing } from './hearing.ts';

/** No vendor corrects a final close by more than half of it without saying why. */
const LARGEST_CORRECTION = 1.5;

/** Closes further apart than this belong to different days or instruments. */
const SAME_DAY = 1.01;

/** A single bar cannot tell another instrument from a correction. */
const ENOUGH = 2;

/**
 * Compares an answer with the final bars of the store that it repeats. Throws `restated` where all of them changed by
 * one ratio, `basis-unknown` where that looks like a split which nobody mentions, and `bad-answer` (worth another try)
 * where they disagree so that the answer must be about something else. A few corrected bars are no reason to throw; one
 * that changed by more than half is asked for again, and believed in the last hearing.
 */
export function assertAgreement(
  hearing: Hearing,
  comparison: Comparison<Bar>,
  isWanted: (bar: Ohlcv) => boolean,
): void {
  const { task } = hearing;
  const { ticker } = task.series;
  const { compared, gone } = comparison;
  if (task.replaces === true) {
    if (gone.length === 0) return;
    throw new BackfillError(
      'restated',
      `the provider changed all prices of ${ticker} and no longer has ${gone.length} of its stored bars, the first of ` +
        `${dayOf(gone[0])}: nothing is changed; to take what it has now: backfill forget ${ticker}, then run again`,
      { ticker },
    );
  }
  const change = restatement(compared);
  if (change?.isOldest === true) throw restated(change, hearing);
  const wild = compared.filter((pair) => distance(pair) > SAME_DAY);
  if (change !== undefined || (compared.length >= ENOUGH && wild.length > compared.length / 2))
    throw contradiction(ticker, wild, compared.length);
  const impossible = compared.filter(
    (pair) => distance(pair) > LARGEST_CORRECTION && !isWanted(pair.answered),
  );
  // Said again and again, while the other bars agree, it is the stored one that was wrong.
  if (impossible.length > 0 && hearing.isLast !== true)
    throw contradiction(ticker, impossible, compared.length);
}

function contradiction(ticker: string, pairs: readonly Difference<Bar>[], compared: number): BackfillError {
  const [first, last] = [pairs[0], pairs.at(-1)];
  const prices = `close ${first?.stored.close}, now ${first?.answered.close}`;
  return new BackfillError(
    'bad-answer',
    `the answer for ${ticker} contradicts ${pairs.length} of ${compared} stored sessions, the first of ` +
      `${dayOf(first?.stored)} (${prices}); if the stored ones are wrong: ` +
      `backfill forget ${ticker} --start ${dayOf(first?.stored)} --end ${dayOf(last?.stored)}`,
    { retryable: true, ticker },
  );
}

/** Prices that were adjusted for dividends change by more ratios than one event makes. */
const RATIOS_OF_ONE_EVENT = 2;

function restated({ ratios, bars }: Restatement, { task, answer, stored }: Hearing): BackfillError {
  const { ticker } = task.series;
  const isKnown = (exDay: number): boolean =>
    stored.actions.some((known) => known.kind === 'split' && known.exDay === exDay);
  const hasNewSplit = answer.actions.filter(isSplit).some(({ exDay }) => !isKnown(exDay));
  const ratio = ratios.find((level) => Math.abs(level - 1) > 0.001) ?? ratios[0] ?? 1;
  const split = hasNewSplit ? undefined : splitLike(ratio);
  const change = `${bars} stored bars of ${ticker}, by ${ratio.toPrecision(6)}`;
  if (split === undefined && ratios.length <= RATIOS_OF_ONE_EVENT)
    return new BackfillError('restated', `the provider changed ${change}`, { ticker });
  const how =
    split === undefined
      ? `and by ${ratios.length - 1} other ratios, as an adjustment for dividends would`
      : `as a split ${split} would that it does not mention`;
  const message =
    `the answer changes ${change}, ${how}: the basis of its prices is not known; ` +
    `if the stored ones are wrong: backfill forget ${ticker}`;
  return new BackfillError('basis-unknown', message, { retryable: true, ticker });
}

function distance({ stored, answered }: Difference<Ohlcv>): number {
  return Math.max(stored.close / answered.close, answered.close / stored.close);
}

function dayOf(bar: Ohlcv | undefined): string {
  return bar === undefined ? '' : formatDay(utcDayOf(bar.ts));
}
