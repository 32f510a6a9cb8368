import { periodRange, periodsOf, sessionDateOf } from '../core/bars/partition.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { isAmong } from '../core/instrument/moved.ts';
import { daysText } from '../core/instrument/moved-part.ts';
import {
  isSameRename,
  type Rename,
  renamedDays,
  renamedDaysText,
  renameText,
} from '../core/instrument/rename.ts';
import { BackfillError } from '../core/errors.ts';
import { option } from '../core/option-name.ts';
import { type Day, type DayRange, formatDay } from '../core/session/day.ts';
import { intersect, span } from '../core/session/ranges.ts';
import { type Scan, unreadableIn } from '../store/scan.ts';
import type { BarStore } from '../store/store.ts';
import type { Move } from './move-series.ts';
import { clashesOf } from './rename-clashes.ts';

/**
 * The rename that a user means to take back: of these days, or where none are given, the only one of these tickers. Throws
 * `usage` with what is recorded.
 */
export function recordedRename(wanted: Rename, renames: readonly Rename[]): Rename {
  const { from, to, start, end } = wanted;
  const isAny = start === null && end === null;
  const alike = renames.filter((one) => one.from === from && one.to === to);
  const [found, ...more] = isAny ? alike : alike.filter((one) => isSameRename(one, wanted));
  if (found !== undefined && more.length === 0) return found;
  const recorded = alike.map(renamedDaysText).join('; ');
  if (found !== undefined)
    throw refused(
      `${from} became ${to} more than once, ${recorded}`,
      `say which with ${option('start')} and ${option('on')} or ${option('end')}`,
    );
  const what = isAny ? '' : ` ${renamedDaysText(wanted)}`;
  const near = renames.filter((one) => [one.from, one.to].some((name) => name === from || name === to));
  const instead =
    near.length === 0 ? 'renames.json has none of either' : `recorded is: ${near.map(renameText).join('; ')}`;
  throw refused(`no rename of ${from} to ${to}${what} is recorded; ${instead}`);
}

/** Throws `usage` where it cannot be told any more whose something is that the rename moved. */
export async function assertUndoable(
  store: BarStore,
  rename: Rename,
  scan: Scan,
  back: readonly Move[],
): Promise<void> {
  assertStayed(rename, await store.readRenames());
  assertRecorded(rename, scan);
  assertWhole(rename, scan);
  assertApart(rename);
  await assertUntouched(store, rename, back);
  await assertNothingElse(store, rename, back);
}

/** What went on to a third ticker is not the second one's to give. */
function assertStayed({ from, to, start, end }: Rename, renames: readonly Rename[]): void {
  const place = renames.findIndex((one) => isSameRename(one, { from, to, start, end }));
  const next = renames
    .slice(place + 1)
    .find(
      (one) => one.from === to && intersect([renamedDays(one)], [renamedDays({ start, end })]).length > 0,
    );
  if (next === undefined) return;
  throw refused(
    `${renameText(next)} by a later rename, with what was ${from}'s`,
    `take that back first: backfill rename --undo ${to} ${next.to}`,
  );
}

/** By hand, or by an earlier version. */
function assertRecorded(rename: Rename, { series, actions }: Scan): void {
  const { from, to, moved } = rename;
  const days = [renamedDays(rename)];
  const isOf = [...series.values()].some(
    (state) => state.series.ticker === to && intersect(state.coverage.present, days).length > 0,
  );
  if (moved !== undefined || (!isOf && intersect(actions.get(to) ?? [], days).length === 0)) return;
  const bounds = [['start', rename.start] as const, ['on', rename.end] as const];
  const options = bounds.map(([name, day]) => (day === null ? '' : ` --${name} ${formatDay(day)}`)).join('');
  throw refused(
    `what moved from ${from} to ${to} was not recorded with the rename: which of ${to}'s bars are ${from}'s cannot be told`,
    `to move all of them ${renamedDaysText(rename)}: backfill rename ${to} ${from}${options}`,
  );
}

function assertWhole({ from, to }: Rename, scan: Scan): void {
  const [lost] = unreadableIn(scan);
  if (lost === undefined) return;
  throw refused(
    `${lost.path} is damaged: what of it is ${from}'s and what ${to}'s cannot be told`,
    `fetch again what it held, or give that up (backfill forget ${lost.ticker}), then take the rename back`,
  );
}

/** Of what both had, one was dropped for the other. */
function assertApart({ from, to, moved }: Rename): void {
  const shared = moved?.series.find((one) => one.shared.length > 0);
  const days = shared && span(shared.shared);
  if (shared === undefined || days === undefined) return;
  throw refused(
    `${from} and ${to} both had ${shared.interval} bars ${daysText(days)} when the one became the other, and only ${to}'s ` +
      `stayed: ${from}'s cannot all be given back`,
  );
}

/** Later answers of the new ticker are no part of the old one's history. */
async function assertUntouched(store: BarStore, rename: Rename, back: readonly Move[]): Promise<void> {
  const { to, moved } = rename;
  if (moved === undefined) return;
  for (const { old, days } of back) {
    const dayOf = sessionDateOf(old.series.interval, calendarById(old.calendar));
    const later: Day[] = [];
    for (const period of periodsOf(old.series.interval, [days])) {
      const bars = await store.readBars(old.series, intersect([days], [periodRange(period)])[0]);
      for (let i = 0; i < bars.length; i++)
        if ((bars.fetchedAt[i] as number) > moved.at) later.push(dayOf(bars.ts[i] as number));
    }
    const [first, last = first] = [later[0], later.at(-1)];
    if (first !== undefined && last !== undefined)
      throw changedSince(
        rename,
        `other ${old.series.interval} bars ${daysText({ from: first, to: last + 1 })}`,
        {
          from: first,
          to: last + 1,
        },
      );
  }
  const { entries } = await store.readActionBook(to);
  const changed = entries.find(
    ({ action, fetchedAt }) => isAmong(action, moved.actions) && fetchedAt > moved.at,
  );
  if (changed === undefined) return;
  const { kind, exDay } = changed.action;
  throw changedSince(rename, `another ${kind} on ${formatDay(exDay)}`, { from: exDay, to: exDay + 1 });
}

function changedSince({ from, to }: Rename, what: string, days: DayRange): BackfillError {
  return refused(
    `${to} has ${what} than it got from ${from}: whose that is cannot be told`,
    `to be rid of it first: backfill forget ${to} ${datesOf(days)}`,
  );
}

/** Nor is what the old ticker has of its own by now to be mixed with it. */
async function assertNothingElse(
  store: BarStore,
  { from, to }: Rename,
  back: readonly Move[],
): Promise<void> {
  for (const { series, days: differing } of await clashesOf(store, back)) {
    const days = span(differing);
    if (days === undefined) continue;
    throw refused(
      `${from} has other ${series.interval} bars of its own by now ${daysText(days)} than ${to} got from it`,
      `to be rid of those first: backfill forget ${from} ${datesOf(days)}`,
    );
  }
}

function datesOf({ from, to }: DayRange): string {
  return `--start ${formatDay(from)} --end ${formatDay(to - 1)}`;
}

/** Nothing is moved then; `then` is what to do. */
function refused(why: string, then?: string): BackfillError {
  return new BackfillError('usage', `${why}; nothing is moved${then === undefined ? '' : `; ${then}`}`);
}
