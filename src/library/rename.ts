import { calendarFor } from '../core/calendar/calendars.ts';
import { type Day, formatDay, parseDay, utcDayOf } from '../core/session/day.ts';
import { BackfillError } from '../core/errors.ts';
import { type OptionName, option } from '../core/option-name.ts';
import { intersect, normalize, span } from '../core/session/ranges.ts';
import { identityConflict } from '../core/instrument/identity.ts';
import {
  type Rename,
  contradicted,
  isSameRename,
  renameText,
  renamedDays,
  renamedDaysText,
} from '../core/instrument/rename.ts';
import { parseTicker } from '../core/instrument/ticker.ts';
import { type Scan, unreadableIn } from '../store/scan.ts';
import type { Engine } from './engine.ts';
import { copyActions } from './move-actions.ts';
import { type Move, moveSeries } from './move-series.ts';
import { movedBy } from './moved-by.ts';
import { assertAgreed, clashesOf, keepClashing, type RenameHow } from './rename-clashes.ts';
import type { RenameDates, Renamed } from './renamed.ts';

/** What `History.rename` does. */
export async function rename(engine: Engine, wanted: Rename, how: RenameHow): Promise<Renamed> {
  assertOneCalendar(wanted);
  const { store } = engine;
  const { from, to } = wanted;
  // The list of renames is one.
  return engine.write('all', async () => {
    const renames = await store.readRenames();
    assertConsistent(wanted, renames);
    const scan = await store.scan({ tickers: [from, to] });
    if (how.inAdvance !== true) {
      assertKnown(wanted, scan, renames);
      assertInTime(wanted, scan, renames);
    }
    const moves = movesOf(wanted, scan);
    moves.forEach(assertOneInstrument);
    const kept = await keepClashing(store, wanted, moves, how);
    // Recorded first: whoever finds the bars in both places knows why, and runs the same line again.
    const known = renames.find((one) => isSameRename(one, wanted))?.moved;
    await store.saveRename({
      ...wanted,
      moved: await movedBy(store, wanted, { moves, scan, known }, how.at),
    });
    await store.moveLost(from, to, renamedDays(wanted));
    const actions = await copyActions(store, wanted, moves, scan);
    const revisions = await store.moveRevisions(from, to, renamedDays(wanted));
    const series = [];
    for (const move of moves) series.push(await moveSeries(store, move));
    await store.forgetActions(from, renamedDays(wanted));
    return {
      from,
      to,
      what: renameText(wanted),
      when: renamedDaysText(wanted),
      bars: series.reduce((sum, { bars }) => sum + bars, 0),
      actions: actions.moved,
      revisions,
      differing: series.reduce((sum, { differing }) => sum + differing, actions.differing),
      kept: kept?.id ?? null,
      keptBars: (kept?.series ?? []).reduce((sum, { rows }) => sum + rows, 0),
      setAside: scan.setAside,
    };
  });
}

/** The rename that the user means; `now` is ms since the epoch. Throws `usage`, `invalid-ticker` and `invalid-date`. */
export function renameWanted(from: string, to: string, range: RenameDates, now: number): Rename {
  return { ...renamedTickers(from, to), ...parseDays(range, now) };
}

/** The tickers that a user gives, old and new. Throws `invalid-ticker`, and `usage` where one cannot become the other. */
export function renamedTickers(old: string, heir: string): Pick<Rename, 'from' | 'to'> {
  const tickers = { from: parseTicker(old), to: parseTicker(heir) };
  if (tickers.from === tickers.to)
    throw new BackfillError('usage', `${tickers.from} is both the old ticker and the new one`);
  assertOneCalendar(tickers);
  return tickers;
}

/** What `History.renameByMapFile` does. */
export async function renameByMapFile(
  engine: Engine,
  path: string,
  how: RenameHow,
): Promise<readonly Renamed[]> {
  // What reads CSV files takes a while to load.
  const { readLeanMap } = await import('../market/csv/lean-map.ts');
  const renames = readLeanMap(path);
  renames.forEach(assertOneCalendar);
  if (how.keepNew !== true) {
    for (const one of renames) {
      const scan = await engine.store.scan({ tickers: [one.from, one.to] });
      assertAgreed(one, await clashesOf(engine.store, movesOf(one, scan)));
    }
  }
  const done: Renamed[] = [];
  // Such a file tells of names that were, whatever is stored.
  for (const one of renames) done.push(await rename(engine, one, { ...how, inAdvance: true }));
  return done;
}

/** A slip of the pen is no rename: something has to be known of the old ticker. */
function assertKnown({ from, to }: Rename, scan: Scan, renames: readonly Rename[]): void {
  // What a damaged file holds is moved too.
  const stored = new Set([
    ...[...scan.series.values()].map(({ series }) => series.ticker),
    ...scan.actions.keys(),
    ...unreadableIn(scan).map(({ ticker }) => ticker),
  ]);
  if (stored.has(from)) return;
  if (renames.some((one) => one.from === from || one.to === from)) return;
  const [what, spelt] = stored.has(to) ? [from, 'it is'] : [`${from} or ${to}`, 'they are'];
  const message =
    `nothing is stored of ${what}: is that how ${spelt} spelt? ` +
    `To record a rename before anything is fetched: ${option('inAdvance')}`;
  throw new BackfillError('usage', message);
}

/** Nor is a slip of the year, which puts the rename before the first bar of the old ticker, or after its last. */
function assertInTime(wanted: Rename, { series }: Scan, renames: readonly Rename[]): void {
  const { from } = wanted;
  const present = [...series.values()]
    .filter((state) => state.series.ticker === from)
    .flatMap(({ coverage }) => coverage.present);
  const bars = span(normalize(present));
  // Moved already, by a rename that is run again.
  const isRecorded = renames.some((one) => isSameRename(one, wanted));
  if (bars === undefined || isRecorded) return;
  if (intersect([bars], [renamedDays(wanted)]).length > 0) return;
  const message =
    `no bar of ${from} is stored ${renamedDaysText(wanted)}; its bars are of ` +
    `${formatDay(bars.from)}..${formatDay(bars.to - 1)}: are the dates right? ` +
    `To record a rename before what it moves is fetched: ${option('inAdvance')}`;
  throw new BackfillError('usage', message);
}

function parseDays({ on, start, end }: RenameDates, now: number): { start: Day | null; end: Day | null } {
  if (on !== undefined && end !== undefined)
    throw new BackfillError(
      'usage',
      `${option('on')} ${on} and ${option('end')} ${end} contradict each other; give one`,
    );
  const from = start === undefined ? null : parseDate('start', start);
  const first = on === undefined ? null : parseDate('on', on);
  // The day after is today already somewhere.
  if (first !== null && first > utcDayOf(now) + 1) {
    const message = `${option('on')} ${formatDay(first)}: is still to come; rename when the new ticker has begun to trade`;
    throw new BackfillError('usage', message);
  }
  const until = end === undefined ? first : parseDate('end', end) + 1;
  if (from !== null && until !== null && from >= until) {
    const what = first === null ? `is after ${option('end')} ${end}` : `is not before ${option('on')} ${on}`;
    throw new BackfillError('usage', `${option('start')} ${start} ${what}`);
  }
  return { start: from, end: until };
}

function parseDate(name: OptionName, text: string): Day {
  try {
    return parseDay(text);
  } catch (error) {
    throw new BackfillError('invalid-date', `${option(name)} ${(error as Error).message}`, { cause: error });
  }
}

/** Sessions of one calendar mean nothing on another: a move to another market is another series. */
function assertOneCalendar({ from, to }: Pick<Rename, 'from' | 'to'>): void {
  const [old, heir] = [calendarFor(from).id, calendarFor(to).id];
  if (old === heir) return;
  const message = `${from} (calendar ${old}) cannot become ${to} (calendar ${heir}): they have other sessions`;
  throw new BackfillError('usage', message);
}

function assertConsistent(wanted: Rename, known: readonly Rename[]): void {
  const earlier = contradicted(wanted, known);
  if (earlier === undefined) return;
  const { from, to } = earlier;
  const message =
    `${from}'s sessions ${renamedDaysText(earlier)} are ${to}'s by an earlier rename: they cannot be ` +
    `${wanted.to}'s too; leave them out with ${option('start')} or ${option('end')}`;
  throw new BackfillError('usage', message);
}

/** One move for each interval that the old ticker has. */
function movesOf(wanted: Rename, { series }: Scan): Move[] {
  const days = renamedDays(wanted);
  const states = [...series.values()];
  return states
    .filter((state) => state.series.ticker === wanted.from)
    .map((old) => {
      const { interval } = old.series;
      const own = states.find((one) => one.series.ticker === wanted.to && one.series.interval === interval);
      return { old, own, heir: { ticker: wanted.to, interval }, days };
    });
}

/** A ticker that lived on as another kind of instrument, or in another currency, was not renamed. */
function assertOneInstrument({ old, own, days }: Move): void {
  // What is stored of the old ticker after the rename is another instrument, and so is its identity.
  const isRecycled = old.coverage.present.some(({ to }) => to > days.to);
  if (own === undefined || isRecycled) return;
  const conflict = identityConflict(old.identity, { ...own.identity, firstTrade: null }, null);
  if (conflict === null) return;
  const [from, to] = [old.series.ticker, own.series.ticker];
  throw new BackfillError('usage', `${from} and ${to} are two instruments: ${conflict}; nothing is moved`);
}
