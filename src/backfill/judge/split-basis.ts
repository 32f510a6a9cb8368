import {
  DAYS_TO_WITHDRAW,
  MANUAL,
  type PastAction,
  entryOf,
  mayBeMoved,
} from '../../core/actions/action-book.ts';
import { isOf, isPrintedAlike } from '../../core/actions/alike.ts';
import { actionText } from '../../core/actions/action-text.ts';
import { isSplit, type Split } from '../../core/bars/bars.ts';
import { type Comparison, type Pairs, everyPair, pairsWhere, somePair } from '../../core/bars/compare.ts';
import { type Day, formatDay, startOfDay } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Want } from '../../core/plan/task.ts';
import { contains } from '../../core/session/ranges.ts';
import { SAME_RATIO, ratioText } from '../../core/actions/ratio.ts';
import { largest } from '../../core/extremes.ts';
import { closesAt } from '../../core/checks/restatement.ts';
import { hiddenSplits, unappliedSplits } from '../../core/checks/unapplied-splits.ts';
import { isUnchanged } from './note-actions.ts';
import type { Received } from './received.ts';

/**
 * Throws `restated` if stored bars were turned back with a split that is in force no more, unless the answer repeats some
 * of before its ex-date, and all that it repeats are as they were: then the wire never had it.
 */
function assertNotTurnedBack(
  turnedBack: readonly PastAction[],
  compared: Pairs,
  { series: { ticker }, replaces }: Want,
  sessionOf: (ts: number) => Day,
): void {
  if (replaces === true) return;
  const doubtful = turnedBack.find(
    ({ action }) =>
      !isUnchanged(compared) || !somePair(compared, (i) => sessionAt(compared, i, sessionOf) < action.exDay),
  );
  if (doubtful === undefined) return;
  const what = `its ${actionText(doubtful.action)} of ${formatDay(doubtful.action.exDay)}`;
  throw new BackfillError('restated', `${ticker} was stored with ${what}, which is ${doubtful.how}`, {
    ticker,
  });
}

/**
 * Throws `restated` where just the bars before a known split that the answer repeats moved by its ratio: it was turned back
 * too soon, or too late, in some of them. Only the whole has one basis.
 */
function assertWhole(
  known: readonly Split[],
  compared: Pairs,
  { series: { ticker }, replaces }: Want,
  sessionOf: (ts: number) => Day,
): void {
  const moved = pairsWhere(compared, (i) => !isUnmoved(compared, i));
  if (replaces === true || moved.length === 0) return;
  const halfway = known.find(({ exDay, ratio }) =>
    everyPair(
      moved,
      (i) =>
        sessionAt(moved, i, sessionOf) < exDay &&
        (isMovedBy(ratio, moved, i) || isMovedBy(1 / ratio, moved, i)),
    ),
  );
  if (halfway === undefined) return;
  const split = `${ratioText(halfway.ratio)} of ${formatDay(halfway.exDay)}`;
  const message = `${ticker} was stored with its split ${split} in some bars only`;
  throw new BackfillError('restated', message, { ticker });
}

/**
 * Throws `restated` for a split that is news and that stored bars of before it were turned back without, though they were
 * answered for after it, unless a session of before it comes back as it was: that says more. Where the series is being
 * replaced, and what replaced it was turned back so again, `basis-unknown`, worth another try.
 */
function assertStoredWith(
  news: readonly Split[],
  { want: { series, replaces }, stored, storedWithout }: Received,
  compared: Pairs,
  sessionOf: (ts: number) => Day,
): void {
  const { ticker } = series;
  const first = stored.coverage.present[0]?.from ?? Number.POSITIVE_INFINITY;
  const isSaidNotToBe = ({ exDay }: Split): boolean =>
    replaces !== true && first < exDay && contains(stored.book.covered, exDay);
  const late = news.find(
    (split) =>
      (isSaidNotToBe(split) || storedWithout.includes(split)) &&
      !somePair(compared, (i) => sessionAt(compared, i, sessionOf) < split.exDay && isUnmoved(compared, i)),
  );
  if (late === undefined) return;
  const split = `${ratioText(late.ratio)} of ${formatDay(late.exDay)}`;
  if (replaces !== true)
    throw new BackfillError('restated', `${ticker} was stored without its split ${split}`, { ticker });
  const message = `the answers for ${ticker} differ in whether they list its split ${split}: some were stored without it`;
  throw new BackfillError('basis-unknown', message, { retryable: true, ticker });
}

/**
 * Throws `basis-unknown`, worth another try, for a split that is listed and not in the prices yet, or not with that ratio. `said`:
 * all splits of the answer.
 */
function assertApplied(
  news: readonly Split[],
  said: readonly Split[],
  compared: Pairs,
  { series: { ticker, interval }, replaces }: Want,
  sessionOf: (ts: number) => Day,
): void {
  if (replaces === true) return;
  for (const split of news) {
    const ratio = ratioInPrices(split, said, compared, sessionOf);
    if (ratio === undefined) continue;
    const shown = Number(ratio.toPrecision(3));
    const what =
      shown === 1
        ? ', which its prices do not have yet: nothing is stored until they do'
        : `, but by what is stored its prices have one of about ${shown}: nothing is stored until they agree`;
    const message =
      `the answer for ${ticker} lists the split ${ratioText(split.ratio)} of ${formatDay(split.exDay)}${what}; ` +
      `if the stored ones are wrong: backfill forget ${ticker} --interval ${interval}, then run again`;
    throw new BackfillError('basis-unknown', message, { retryable: true, ticker });
  }
}

/**
 * The ratio that prices have of a split with which they were turned back, 1 where they do not have it; undefined where that is
 * the one that is listed, or nothing tells. They are off by one common factor then from bars that were fetched before its
 * ex-date, when nobody can have adjusted them for it, and which nothing can have moved since.
 */
function ratioInPrices(
  split: Split,
  said: readonly Split[],
  compared: Pairs,
  sessionOf: (ts: number) => Day,
): number | undefined {
  const before = pairsWhere(
    compared,
    (i) =>
      sessionAt(compared, i, sessionOf) < split.exDay &&
      (compared.stored.fetchedAt[i] as number) < startOfDay(split.exDay),
  );
  if (before.length > 0 && everyPair(before, (i) => isMovedBy(split.ratio, before, i))) return 1;
  // Bars of before another split that may have been told late, too, would be moved by that.
  const since = largest(said.map(({ exDay }) => exDay).filter((exDay) => exDay < split.exDay));
  const just = pairsWhere(before, (i) => sessionAt(before, i, sessionOf) >= since);
  if (just.length === 0 || isUnmoved(just, 0)) return undefined;
  const [stored, answered] = closesAt(just, 0);
  const moved = answered / stored;
  return everyPair(just, (i) => isMovedBy(moved, just, i)) ? split.ratio / moved : undefined;
}

/** Relative difference up to which a price counts as moved by a ratio: a cent of a price of 10. */
const RATIO_SPREAD = 1e-3;

function isMovedBy(ratio: number, pairs: Pairs, i: number): boolean {
  const [stored, answered] = closesAt(pairs, i);
  return Math.abs(ratio - 1) > RATIO_SPREAD && Math.abs(answered / stored / ratio - 1) < RATIO_SPREAD;
}

/** No split moves a price by less. */
const LEAST_MOVE = 1.01;

function isUnmoved(pairs: Pairs, i: number): boolean {
  const [stored, answered] = closesAt(pairs, i);
  const ratio = answered / stored;
  return ratio < LEAST_MOVE && ratio > 1 / LEAST_MOVE;
}

function sessionAt({ stored }: Pairs, i: number, sessionOf: (ts: number) => Day): Day {
  return sessionOf(stored.ts[i] as number);
}

/**
 * Throws `basis-unknown`, worth another try, for a split that a user entered or another source told and that an answer leaves
 * out, or has with another value or ex-date, where its prices do not tell that they are as traded: they do if they show it, or,
 * not hiding it, repeat stored ones from before it as they are.
 */
function assertOthersShow(
  { want: { series, range }, answer, book, calendar, now, source }: Received,
  compared: Pairs,
  sessionOf: (ts: number) => Day,
): void {
  const said = answer.actions.filter(isSplit);
  const leftOut = book.entries.filter(
    ({ action, source: whose }) =>
      whose !== source &&
      isSplit(action) &&
      // One of 1 for 1 was entered to say that there was none.
      action.ratio !== 1 &&
      action.exDay > range.from &&
      action.exDay <= calendar.localDay(now) &&
      answer.bars.ts.some((ts) => sessionOf(ts) < action.exDay) &&
      !said.some((split) => isOf(split, action) && isPrintedAlike(split, action)),
  );
  if (leftOut.length === 0) return;
  const splits = leftOut.map(({ action }) => action).filter(isSplit);
  const all = [...said.filter((split) => !splits.some((other) => isOf(split, other))), ...splits];
  const shown = unappliedSplits(answer.bars, all, sessionOf);
  const hidden = hiddenSplits(answer.bars, all, sessionOf);
  const doubtful = splits.find(
    (split) =>
      !shown.includes(split) &&
      (hidden.includes(split) ||
        !somePair(
          compared,
          (i) => sessionAt(compared, i, sessionOf) < split.exDay && isUnmoved(compared, i),
        )),
  );
  const whose = leftOut.find(({ action }) => action === doubtful)?.source;
  if (doubtful === undefined || whose === undefined) return;
  const { ticker } = series;
  const day = formatDay(doubtful.exDay);
  const from = whose === MANUAL ? 'was entered by hand' : `${whose} told`;
  const prices = hidden.includes(doubtful)
    ? 'its prices are adjusted for it'
    : 'its prices do not tell whether they are adjusted for it';
  throw new BackfillError(
    'basis-unknown',
    `the answer for ${ticker} leaves out the split ${ratioText(doubtful.ratio)} of ${day} that ${from}, and ` +
      `${prices}: list it where the provider has its splits from (csv: actions.csv), or, if it never was: ` +
      `backfill actions ${ticker} --withdraw ${day},split`,
    { ticker, retryable: whose !== MANUAL },
  );
}

/**
 * Split-adjusted prices are turned back with the splits that come with them. Throws `basis-unknown` (worth another try)
 * if a split that the store knows of the same source is not among them, or another's does not show, and `restated` if one is among them that stored bars of earlier
 * sessions were turned back without: they are as wrong as they are final.
 */
export function assertKnownBasis(
  received: Received,
  { compared }: Comparison,
  sessionOf: (ts: number) => Day,
): void {
  const { want, answer, stored, calendar, now, told, book, turnedBack } = received;
  if (answer.wireBasis === 'raw') return;
  const { ticker } = want.series;
  const today = calendar.localDay(now);
  const said = answer.actions.filter(isSplit);
  const known = stored.actions.filter(isSplit);
  const own = book.entries.filter(({ source }) => source === received.source).map(({ action }) => action);
  const forgotten = own
    .filter(isSplit)
    .find(
      (split) =>
        split.exDay > want.range.from &&
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
        `left out so on ${DAYS_TO_WITHDRAW} days, it counts as withdrawn; if you know that it never was: ` +
        `backfill actions ${ticker} --withdraw ${formatDay(forgotten.exDay)},split`,
      { retryable: true, ticker },
    );
  }
  assertOthersShow(received, compared, sessionOf);
  assertNotTurnedBack(turnedBack, compared, want, sessionOf);
  const news = said.filter(
    (split) => !known.some(({ exDay }) => exDay === split.exDay) && entryOf(book, split) !== undefined,
  );
  assertApplied(news, said, compared, want, sessionOf);
  const moved = news.find((split) => mayBeMoved(book, told, split));
  if (moved !== undefined && want.replaces !== true) {
    const split = `${ratioText(moved.ratio)} of ${formatDay(moved.exDay)}`;
    throw new BackfillError('restated', `${ticker} has a split ${split} and the same a few days off`, {
      ticker,
    });
  }
  assertWhole(known, compared, want, sessionOf);
  assertStoredWith(news, received, compared, sessionOf);
}
