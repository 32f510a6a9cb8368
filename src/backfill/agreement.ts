import { type Bar, type Ohlcv, isSplit } from '../core/bars.ts';
import { type Comparison, type Difference, restatedRatios } from '../core/compare.ts';
import { formatDay, utcDayOf } from '../core/day.ts';
import { BackfillError } from '../core/errors.ts';
import { splitLike } from '../core/oddities.ts';
import type { Hearing } from './hearing.ts';

/** No vendor corrects a final close by more than half of it without saying why. */
const LARGEST_CORRECTION = 1.5;

/** Closes further apart than this belong to different days or instruments. */
const SAME_DAY = 1.01;

/** Fewer bars than this cannot tell another instrument from a few corrections. */
const ENOUGH = 4;

/**
 * Compares an answer with the final bars of the store that it repeats. Throws `restated` where all of them changed by
 * one ratio, `basis-unknown` where that looks like a split which nobody mentions, and `bad-answer` (worth another try)
 * where they disagree so that the answer must be about something else. A few corrected bars are no reason to throw.
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
  const ratios = restatedRatios(compared);
  if (ratios !== undefined) throw restated(ratios, hearing, compared.length);
  const wild = compared.filter((pair) => distance(pair) > SAME_DAY);
  const impossible = compared.filter(
    (pair) => distance(pair) > LARGEST_CORRECTION && !isWanted(pair.answered),
  );
  const isOther = compared.length >= ENOUGH && wild.length > compared.length / 2;
  const first = isOther ? wild[0] : impossible[0];
  if (first === undefined) return;
  throw new BackfillError(
    'bad-answer',
    `the answer for ${ticker} contradicts ${isOther ? wild.length : impossible.length} of ${compared.length} stored ` +
      `sessions, as that of ${dayOf(first.stored)} (close ${first.stored.close}, now ${first.answered.close}); ` +
      `if the stored ones are wrong: backfill forget ${ticker}`,
    { retryable: true, ticker },
  );
}

/** Prices that were adjusted for dividends change by more ratios than one event makes. */
const RATIOS_OF_ONE_EVENT = 2;

function restated(ratios: readonly number[], { task, answer, stored }: Hearing, bars: number): BackfillError {
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
  const message = `the answer changes ${change}, ${how}: the basis of its prices is not known`;
  return new BackfillError('basis-unknown', message, { retryable: true, ticker });
}

function distance({ stored, answered }: Difference<Ohlcv>): number {
  return Math.max(stored.close / answered.close, answered.close / stored.close);
}

function dayOf(bar: Ohlcv | undefined): string {
  return bar === undefined ? '' : formatDay(utcDayOf(bar.ts));
}
