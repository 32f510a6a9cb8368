import { type CorporateAction, isSplit } from '../bars/bars.ts';
import { type Day, type DayRange, utcDayOf } from '../session/day.ts';
import type { Interval } from '../session/interval.ts';
import { contains, union } from '../session/ranges.ts';
import { type ActionKey, isNearTwin, isOf, isSameAction, isSameOfTwo, keyOf } from './alike.ts';

/** Source of what a user entered by hand. */
export const MANUAL = 'manual';

/** A split or dividend and where it comes from. */
export interface ActionEntry {
  readonly action: CorporateAction;
  /** Id of a provider, or `manual`. */
  readonly source: string;
  /** When it was first told so, ms since the epoch. */
  readonly fetchedAt: number;
}

/** One that is not in force any more. */
export interface PastAction extends ActionEntry {
  /** `replaced`: by another value of the same ex-date. */
  readonly how: 'withdrawn' | 'replaced';
  /** When, ms since the epoch, and by whom: a provider, or `manual`. */
  readonly until: number;
  readonly by: string;
  /** Intervals whose stored bars are known not to have been turned back with it. */
  readonly settled: readonly Interval[];
}

/** An action in force that its source has left out lately. */
export interface ActionDoubt extends ActionKey {
  /** UTC days on which it did, ascending. */
  readonly days: readonly Day[];
}

/** All that is known of a ticker's splits and dividends. */
export interface ActionBook {
  /** In force; ascending by ex-date, one a kind and ex-date. */
  readonly entries: readonly ActionEntry[];
  /** In the order in which they ceased to be in force. */
  readonly past: readonly PastAction[];
  readonly doubts: readonly ActionDoubt[];
  /** Ex-dates that a provider answered for, ascending and disjoint. */
  readonly covered: readonly DayRange[];
  /** How the user's own list was when the bars of an interval were last read with it. Default: none was. */
  readonly ownList?: OwnLists;
}

/** The edition of the user's own list of a ticker's splits and dividends, by the interval that was read with it. */
export type OwnLists = Readonly<Partial<Record<Interval, string>>>;

export const EMPTY_BOOK: ActionBook = { entries: [], past: [], doubts: [], covered: [] };

/** What an answer says of a ticker's splits and dividends. */
export interface ActionsTold {
  /** Sound ones, at most one a kind and ex-date. */
  readonly actions: readonly CorporateAction[];
  /** Ex-dates of which it would list every action, `[from, to)`: what is not there, it does not know. May be empty. */
  readonly wouldList: DayRange;
  readonly source: string;
  /** ms since the epoch. */
  readonly fetchedAt: number;
  /** Whether it is the user's own list, in which nothing is missing by accident. */
  readonly isOwnList: boolean;
  /** The edition of that list, by the interval that was read with it. Default: it has none. */
  readonly ownList?: OwnLists;
}

/** Days on which a source must leave an action out, and list the others, before it counts as withdrawn. */
export const DAYS_TO_WITHDRAW = 3;

/**
 * The book after an answer. What it lists is in force, unless a user withdrew just that, or another source told it first, be
 * it with another value or a few days off (see `toldFirst`); another value replaces the older one of the same source, or any
 * but a user's if the list is the user's. What its own source leaves out is withdrawn: at once if the list is the user's, or
 * has the same action with another ex-date within ten days; else if it is the only one left out, on three days.
 */
export function addTold(book: ActionBook, told: ActionsTold): ActionBook {
  const { source, fetchedAt, isOwnList } = told;
  const past = [...book.past];
  const end = (entry: ActionEntry, how: PastAction['how']): void =>
    void past.push({ ...entry, how, until: fetchedAt, by: source, settled: [] });
  const listed = new Map(told.actions.map((action) => [keyOf(action), action]));
  const news = told.actions.filter(
    (action) =>
      entryOf(book, action) === undefined &&
      !isBarred(book, action) &&
      toldFirst(book, told, action) === undefined,
  );
  const lacking = book.entries.filter(
    (entry) =>
      entry.source === source &&
      contains([told.wouldList], entry.action.exDay) &&
      !listed.has(keyOf(entry.action)),
  );
  // A payer may repeat its dividend within ten days; nobody splits twice alike.
  const moved = movedAmong(
    lacking,
    told.actions.filter((action) => action.kind === 'split' || news.includes(action)),
  );
  const others = lacking.filter((entry) => !moved.has(entry));
  const doubted = isOwnList || others.length !== 1 ? undefined : others[0];
  const days = doubted === undefined ? [] : daysOf(book, doubted.action, utcDayOf(fetchedAt));
  const gone = new Set(isOwnList ? lacking : moved);
  if (doubted !== undefined && days.length >= DAYS_TO_WITHDRAW) gone.add(doubted);

  const entries: ActionEntry[] = news.map((action) => ({ action, source, fetchedAt }));
  for (const entry of book.entries) {
    const said = listed.get(keyOf(entry.action));
    if (gone.has(entry)) end(entry, 'withdrawn');
    else if (said === undefined || isSameAction(said, entry.action)) entries.push(entry);
    else if (toldFirst(book, told, said) === entry) entries.push(entry);
    else if (entry.source === MANUAL && source !== MANUAL) entries.push(entry);
    else {
      end(entry, 'replaced');
      entries.push({ action: said, source, fetchedAt });
    }
  }
  const isOpen = ({ kind, exDay }: ActionDoubt): boolean =>
    !listed.has(`${kind} ${exDay}`) && entries.some(({ action }) => keyOf(action) === `${kind} ${exDay}`);
  const doubts = book.doubts.filter((doubt) => isOpen(doubt) && !isOf(doubt, doubted?.action));
  if (doubted !== undefined && !gone.has(doubted)) {
    const { kind, exDay } = doubted.action;
    doubts.push({ kind, exDay, days });
  }
  const ownList = told.ownList && { ...book.ownList, ...told.ownList };
  return { ...book, entries: inOrder(entries), past, doubts, ...(ownList && { ownList }) };
}

/**
 * The entry of another source, in force, that an action which an answer lists most likely is: of its kind and ex-date, or
 * alike and a few days off, where the answer does not list that too. It stays as it is: which one counts does not depend on
 * who was asked last. None for the user's own list, which takes the place of what any provider says of an ex-date.
 */
export function toldFirst(
  { entries }: Pick<ActionBook, 'entries'>,
  { actions, source, isOwnList }: Pick<ActionsTold, 'actions' | 'source' | 'isOwnList'>,
  said: CorporateAction,
): ActionEntry | undefined {
  if (isOwnList) return undefined;
  const own = entries.find(({ action }) => isOf(said, action));
  if (own !== undefined) return own.source === source ? undefined : own;
  return entries.find(
    (entry) =>
      entry.source !== source &&
      isSameOfTwo(said, entry.action) &&
      !actions.some((action) => isOf(action, entry.action)),
  );
}

/**
 * Whether a split is news that a known one of the same source and ratio may have been moved to, without the answer
 * covering that one's ex-date: only one that does can tell.
 */
export function mayBeMoved(book: ActionBook, told: ActionsTold, split: CorporateAction): boolean {
  return book.entries.some(
    ({ action, source }) =>
      source === told.source &&
      action.exDay !== split.exDay &&
      !contains([told.wouldList], action.exDay) &&
      isNearTwin(action, split),
  );
}

/** Pairs of splits in force that are one, most likely, with two ex-dates: nobody splits twice alike within ten days. */
export function twinSplits({ entries }: ActionBook): (readonly [CorporateAction, CorporateAction])[] {
  const splits = entries.map(({ action }) => action).filter(isSplit);
  return splits.flatMap((split, i) =>
    splits
      .slice(i + 1)
      .filter((other) => isNearTwin(split, other))
      .map((other) => [split, other] as const),
  );
}

/** The book with what an answer leaves out counted, and nothing else: of an answer that is refused. */
export function countLeftOut(book: ActionBook, told: ActionsTold): ActionBook {
  const { doubts } = addTold(book, told);
  return { ...book, doubts };
}

/**
 * The book with an action that a user enters, who knows better than any provider; with a split the splits of its day are known,
 * whatever a provider told of it that could not be.
 */
export function enterAction(book: ActionBook, action: CorporateAction, now: number): ActionBook {
  const before = entryOf(book, action);
  const isNew = before !== undefined && !isSameAction(before.action, action);
  return {
    ...book,
    entries: inOrder([
      ...book.entries.filter((entry) => entry !== before),
      { action, source: MANUAL, fetchedAt: now },
    ]),
    past: isNew
      ? [...book.past, { ...before, how: 'replaced', until: now, by: MANUAL, settled: [] }]
      : book.past,
    doubts: book.doubts.filter((doubt) => !isOf(doubt, action)),
    ...(isSplit(action) && {
      covered: union(book.covered, [{ from: action.exDay, to: action.exDay + 1 }]),
    }),
  };
}

/** The book with what is known under an older ticker, with its sources and times; of one ex-date the older ticker's counts. */
export function inherit(
  book: ActionBook,
  { entries, past, covered }: Pick<ActionBook, 'entries' | 'past' | 'covered'>,
): ActionBook {
  const isNews = (one: PastAction): boolean =>
    !book.past.some((other) => isOf(one.action, other.action) && one.until === other.until);
  return {
    ...book,
    entries: inOrder([
      ...book.entries.filter(({ action }) => !entries.some((entry) => isOf(action, entry.action))),
      ...entries,
    ]),
    past: [...book.past, ...past.filter(isNews)].toSorted((a, b) => a.until - b.until),
    covered: union(book.covered, covered),
  };
}

/** The book without an action that a user says never was; undefined if it has none such. */
export function withdrawAction(book: ActionBook, key: ActionKey, now: number): ActionBook | undefined {
  const entry = book.entries.find(({ action }) => isOf(key, action));
  if (entry === undefined) return undefined;
  return {
    ...book,
    entries: book.entries.filter((one) => one !== entry),
    past: [...book.past, { ...entry, how: 'withdrawn', until: now, by: MANUAL, settled: [] }],
    doubts: book.doubts.filter((doubt) => !isOf(key, doubt)),
  };
}

/** Whether a user withdrew just this action: no provider brings it back. */
export function isBarred({ past }: ActionBook, action: CorporateAction): boolean {
  return past.some((one) => one.how === 'withdrawn' && one.by === MANUAL && isSameAction(one.action, action));
}

/** The book with the bars of an interval known not to have been turned back with some withdrawn splits. */
export function settlePast(book: ActionBook, settled: readonly PastAction[], interval: Interval): ActionBook {
  if (settled.length === 0) return book;
  const isSettled = (one: PastAction): boolean =>
    !one.settled.includes(interval) &&
    settled.some(({ action, until }) => keyOf(action) === keyOf(one.action) && until === one.until);
  return {
    ...book,
    past: book.past.map((one) => (isSettled(one) ? { ...one, settled: [...one.settled, interval] } : one)),
  };
}

/** The entry of the same kind and ex-date. */
export function entryOf({ entries }: ActionBook, key: ActionKey): ActionEntry | undefined {
  return entries.find(({ action }) => isOf(key, action));
}

/** Those left out whose same action is told with an ex-date near by; each of those explains one. */
function movedAmong(
  lacking: readonly ActionEntry[],
  candidates: readonly CorporateAction[],
): ReadonlySet<ActionEntry> {
  const rest = [...candidates];
  const moved = new Set<ActionEntry>();
  for (const entry of lacking) {
    const at = rest.findIndex((action) => isNearTwin(action, entry.action));
    if (at === -1) continue;
    rest.splice(at, 1);
    moved.add(entry);
  }
  return moved;
}

function daysOf(book: ActionBook, key: ActionKey, today: Day): Day[] {
  const before = book.doubts.find((doubt) => isOf(doubt, key))?.days ?? [];
  return [...before.filter((day) => day !== today), today].toSorted((a, b) => a - b);
}

function inOrder(entries: readonly ActionEntry[]): ActionEntry[] {
  return entries.toSorted(
    ({ action: a }, { action: b }) => a.exDay - b.exDay || (a.kind < b.kind ? -1 : Number(a.kind > b.kind)),
  );
}
