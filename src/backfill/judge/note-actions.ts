import {
  type ActionBook,
  type ActionsTold,
  DAYS_TO_WITHDRAW,
  MANUAL,
  type PastAction,
  entryOf,
  addTold,
  isBarred,
  toldFirst,
} from '../../core/actions/action-book.ts';
import { type ActionKey, isOf, isPrintedAlike, isSameAction } from '../../core/actions/alike.ts';
import { actionText } from '../../core/actions/action-text.ts';
import { type Series, type Split, isSplit } from '../../core/bars/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { NO_BARS, type StoredBars, keep } from '../../core/bars/columns.ts';
import { type Day, type DayRange, formatDay, startOfDay, utcDayOf } from '../../core/session/day.ts';
import { type Pairs, everyPair } from '../../core/bars/compare.ts';
import { givenBy } from '../../core/bars/vendor.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import type { Want } from '../../core/plan/task.ts';
import type { BarAnswer, Capabilities } from '../../providers/provider.ts';
import { provenDays } from '../../providers/proven-days.ts';
import { isDamage } from '../../store/damage.ts';
import type { BarStore } from '../../store/store.ts';
import { largest } from '../../core/extremes.ts';
import { closesAt } from '../../core/checks/restatement.ts';

/** What an answer says of splits and dividends, and what is known once that is noted. */
export interface NotedActions {
  readonly told: ActionsTold;
  readonly book: ActionBook;
  /** See `Received`. */
  readonly turnedBack: readonly PastAction[];
  readonly storedWithout: readonly Split[];
}

/** Notes what an answer says of splits and dividends. Reads bars only where a split was withdrawn, or is news. */
export async function noteActions(
  answer: BarAnswer,
  { want, calendar, now }: { readonly want: Want; readonly calendar: Calendar; readonly now: number },
  before: ActionBook,
  { id, actions, ownActions = false }: Capabilities,
  store: BarStore,
): Promise<NotedActions> {
  const told: ActionsTold = {
    actions: answer.actions,
    wouldList: ownActions
      ? upTo(calendar.localDay(now))
      : exDatesListed(answer, want, calendar.localDay(now)),
    source: id,
    fetchedAt: now,
    isOwnList: ownActions,
    ...(answer.ownList !== undefined && { ownList: { [want.series.interval]: answer.ownList } }),
  };
  const book = actions ? addTold(before, told) : before;
  const open = answer.wireBasis === 'raw' ? [] : openSplits(book, id, want.series);
  return {
    ...{ told, book, turnedBack: await turnedBackWith(open, want.series, calendar, store) },
    storedWithout: await storedWithout(answer, { want, calendar, now }, { book: before, source: id }, store),
  };
}

/**
 * Splits that are news of which the same source said nothing once they were effective, when it gave stored bars of before
 * them: a split-adjusted answer is to list all up to its day, whatever its range. Of bars that are being replaced only
 * those count that were since.
 */
async function storedWithout(
  { actions, wireBasis }: BarAnswer,
  { want, calendar, now }: { readonly want: Want; readonly calendar: Calendar; readonly now: number },
  { book, source }: { readonly book: ActionBook; readonly source: string },
  store: BarStore,
): Promise<Split[]> {
  // Without an earlier answer there is no bar of any.
  if (wireBasis === 'raw' || book.covered.length === 0) return [];
  const today = calendar.localDay(now);
  const news = actions
    .filter(isSplit)
    .filter((split) => split.exDay <= today && entryOf(book, split) === undefined);
  if (news.length === 0) return [];
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const bars = await readBefore(largest(news.map(({ exDay }) => exDay)), want.series, store);
  const isOwn = givenBy(bars, source);
  const since = want.replacesSince ?? Number.NEGATIVE_INFINITY;
  return news.filter(({ exDay }) =>
    bars.ts.some((ts, i) => {
      const at = bars.fetchedAt[i] as number;
      const isOlder = sessionOf(ts) < exDay && at > since && calendar.localDay(at) >= exDay;
      return isOlder && isOwn(i);
    }),
  );
}

/** Splits of a source in force no more, of which it is not known what stored bars were turned back with. */
export function openSplits({ past }: ActionBook, source: string, { interval }: Series): PastAction[] {
  return past.filter(
    (one) => one.action.kind === 'split' && one.source === source && !one.settled.includes(interval),
  );
}

function upTo(today: Day): DayRange {
  return { from: Number.NEGATIVE_INFINITY, to: today + 1 };
}

/**
 * Ex-dates of which an answer would list every action: those after its first day that it proves, and where its prices
 * are adjusted for splits all up to today, as it takes to turn them back. None for an answer without a bar.
 */
function exDatesListed(answer: BarAnswer, { range }: Want, today: Day): DayRange {
  const from = range.from + 1;
  if (answer.bars.length === 0) return { from, to: from };
  // Up to the first session that it does not speak of.
  const to = answer.wireBasis === 'raw' ? (provenDays(answer)[0]?.to ?? from) : today + 1;
  return { from, to: Math.max(from, to) };
}

/**
 * Those of some splits that bars may have been turned back with: of the same source, fetched while they were in force. An
 * intraday bar that closes as the daily one, which is known to be right, was not.
 */
async function turnedBackWith(
  splits: readonly PastAction[],
  series: Series,
  calendar: Calendar,
  store: BarStore,
): Promise<PastAction[]> {
  if (splits.length === 0) return [];
  const last = largest(splits.map(({ action }) => action.exDay));
  const sessionOf = sessionDateOf(series.interval, calendar);
  const bars = await readBefore(last, series, store);
  const doubtful: PastAction[] = [];
  for (const split of splits) {
    const { action, source, fetchedAt, until, settled } = split;
    const isOwn = givenBy(bars, source);
    const before = keep(bars, (i) => {
      const at = bars.fetchedAt[i] as number;
      const isOlder = sessionOf(bars.ts[i] as number) < action.exDay;
      return isOlder && at >= fetchedAt && at < until && isOwn(i);
    });
    const newest = before.length - 1;
    if (newest < 0) continue;
    const [ts, close] = [before.ts[newest] as number, before.close[newest] as number];
    const isRight =
      series.interval !== '1d' &&
      settled.includes('1d') &&
      (await closesAsDaily(close, sessionOf(ts), series, store));
    if (!isRight) doubtful.push(split);
  }
  return doubtful;
}

/** Stored bars before a day; none of a damaged file, which the upsert meets and sets aside. */
async function readBefore(day: Day, series: Series, store: BarStore): Promise<StoredBars> {
  try {
    return await store.readBars(series, { from: Number.NEGATIVE_INFINITY, to: day });
  } catch (error) {
    if (isDamage(error)) return NO_BARS;
    throw error;
  }
}

/** The last trade of a session and its closing price differ by less. */
const CLOSING_MOVE = 0.02;

async function closesAsDaily(
  close: number,
  session: Day,
  { ticker }: Series,
  store: BarStore,
): Promise<boolean> {
  const day = { from: session, to: session + 1 };
  const {
    close: [daily],
  } = await store.readBars({ ticker, interval: '1d' }, day);
  return daily !== undefined && Math.abs(close / daily - 1) < CLOSING_MOVE;
}

/** What an answer changes in what is known of splits and dividends, or says otherwise, to be named. */
export function actionOddities(noted: NotedActions, before: ActionBook): Oddity[] {
  return [...changedActions(noted, before), ...toldOtherwise(noted)];
}

/** Splits and dividends that another source told first, with another value or ex-date. */
function toldOtherwise({ told, book }: NotedActions): Oddity[] {
  return told.actions.flatMap((said): Oddity[] => {
    const entry = toldFirst(book, told, said);
    if (entry === undefined || (isOf(said, entry.action) && isPrintedAlike(said, entry.action))) return [];
    const { action, source } = entry;
    const own = isOf(said, action) ? `as a ${actionText(said)}` : `on ${formatDay(said.exDay)}`;
    const whose = source === MANUAL ? 'as entered by hand' : `as ${source} has it`;
    const note = `${told.source} has the ${actionText(action)} of ${formatDay(action.exDay)} ${own}: it stays ${whose}`;
    return [{ kind: 'sources-differ', session: action.exDay, ts: startOfDay(action.exDay), note }];
  });
}

function changedActions(noted: NotedActions, before: ActionBook): Oddity[] {
  const { told, book } = noted;
  const notes: (readonly [ActionKey, string])[] = book.past
    .slice(before.past.length)
    .map((past) => [past.action, endNote(past, noted, before)]);
  for (const action of told.actions) {
    if (!isBarred(book, action) || entryOf(book, action) !== undefined) continue;
    notes.push([
      action,
      `the ${actionText(action)} was withdrawn by hand: not in force, though ${told.source} lists it`,
    ]);
  }
  for (const doubt of book.doubts) {
    const entry = entryOf(book, doubt);
    if (entry === undefined || doubt.days.at(-1) !== utcDayOf(told.fetchedAt)) continue;
    const count = `${doubt.days.length} of ${DAYS_TO_WITHDRAW} days`;
    notes.push([
      doubt,
      `${told.source} leaves out the ${actionText(entry.action)} (${count}): in force until then`,
    ]);
  }
  return notes.map(([{ exDay }, note]) => ({
    ...{ kind: 'action-changed', session: exDay, ts: startOfDay(exDay), note },
  }));
}

function endNote({ action, how }: PastAction, { told, book }: NotedActions, before: ActionBook): string {
  const now = entryOf(book, action);
  if (how === 'replaced' && now !== undefined)
    return `the ${actionText(action)} is a ${actionText(now.action)} now, by ${told.source}`;
  const moved = told.actions.find(
    (one) => isSameAction({ ...one, exDay: action.exDay }, action) && entryOf(before, one) === undefined,
  );
  const instead = moved === undefined ? 'does not list it' : `lists it on ${formatDay(moved.exDay)}`;
  return `the ${actionText(action)} is withdrawn: ${told.source} ${instead} now`;
}

/** Closes further apart were not turned back alike; no split is as small. */
const LEVEL_CHANGE = 1e-3;

/** Whether every repeated close is as it was stored. */
export function isUnchanged(pairs: Pairs): boolean {
  return everyPair(pairs, (i) => {
    const [stored, answered] = closesAt(pairs, i);
    return Math.abs(answered / stored - 1) < LEVEL_CHANGE;
  });
}
