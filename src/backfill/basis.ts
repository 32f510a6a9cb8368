import { type Bar, isSplit } from '../core/bars.ts';
import type { Comparison } from '../core/compare.ts';
import { type Day, formatDay } from '../core/day.ts';
import { BackfillError } from '../core/errors.ts';
import { contains } from '../core/ranges.ts';
import { SAME_RATIO, ratioText } from '../core/ratio.ts';
import type { Hearing } from './hearing.ts';

/**
 * Split-adjusted prices are turned back with the splits that come with them. Throws `basis-unknown` (worth another try)
 * if a split that the store knows is not among them, and `restated` if one is among them that stored bars of earlier
 * sessions were turned back without: they are as wrong as they are final.
 */
export function assertKnownBasis(
  { task, answer, stored, calendar, now }: Hearing,
  { compared }: Comparison<Bar>,
  sessionOf: (ts: number) => Day,
): void {
  if (answer.wireBasis === 'raw') return;
  const { ticker } = task.series;
  const today = calendar.localDay(now);
  const said = answer.actions.filter(isSplit);
  const known = stored.actions.filter(isSplit);
  const forgotten = known.find(
    (split) =>
      split.exDay > task.range.from &&
      split.exDay <= today &&
      !said.some(
        ({ exDay, ratio }) => exDay === split.exDay && Math.abs(ratio / split.ratio - 1) < SAME_RATIO,
      ),
  );
  if (answer.bars.length > 0 && forgotten !== undefined) {
    const split = `the split ${ratioText(forgotten.ratio)} of ${formatDay(forgotten.exDay)}`;
    throw new BackfillError(
      'basis-unknown',
      `the answer for ${ticker} leaves out ${split} that the store knows, so that the basis of its prices is not known; ` +
        `if that split never was: backfill forget ${ticker}`,
      { retryable: true, ticker },
    );
  }
  const news = said.filter((split) => !known.some(({ exDay }) => exDay === split.exDay));
  const first = stored.coverage.present[0]?.from ?? Number.POSITIVE_INFINITY;
  // Of that day it was said before that there is no split; where the same sessions were answered again, comparing them
  // says more.
  const late = news.find(
    ({ exDay }) =>
      first < exDay &&
      contains(stored.actionsCovered, exDay) &&
      !compared.some((pair) => sessionOf(pair.stored.ts) < exDay),
  );
  if (late !== undefined && task.replaces !== true) {
    const split = `${ratioText(late.ratio)} of ${formatDay(late.exDay)}`;
    throw new BackfillError('restated', `${ticker} was stored without its split ${split}`, { ticker });
  }
}
