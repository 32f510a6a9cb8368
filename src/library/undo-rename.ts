import { inherit } from '../core/actions/action-book.ts';
import { type Identity, mergeIdentity, type Series, seriesKey, UNKNOWN_IDENTITY } from '../core/bars/bars.ts';
import { NO_BARS } from '../core/bars/columns.ts';
import { NOTHING_KNOWN, unlearn } from '../core/coverage/coverage.ts';
import { isAmong, type Moved } from '../core/instrument/moved.ts';
import { daysText, movedParts, moveCommand } from '../core/instrument/moved-part.ts';
import { type Rename, renameText, renamedDaysText } from '../core/instrument/rename.ts';
import { intersect, subtract } from '../core/session/ranges.ts';
import type { ForgottenEntry } from '../store/forgotten.ts';
import type { Scan } from '../store/scan.ts';
import type { BarStore } from '../store/store.ts';
import type { Engine } from './engine.ts';
import { type Move, moveSeries } from './move-series.ts';
import type { RenameUndone } from './renamed.ts';
import { assertUndoable, recordedRename } from './undoable-rename.ts';

/** What `History.undoRename` does. */
export async function undoRename(engine: Engine, wanted: Rename): Promise<RenameUndone> {
  const { store } = engine;
  return engine.write('all', async () => {
    const rename = recordedRename(wanted, await store.readRenames());
    const { from, to, moved } = rename;
    const scan = await store.scan({ tickers: [from, to] });
    const back = moved === undefined ? [] : backMoves(rename, moved, scan);
    await assertUndoable(store, rename, scan, back);
    const undone = { from, to, what: renameText(rename), when: renamedDaysText(rename) };
    const given = moved === undefined ? NOTHING : await giveBack(store, rename, moved, back);
    const forgotten = forgottenLines(rename, await store.listForgotten());
    // Last: whoever finds the bars in both places runs the same line again.
    await store.removeRename(rename);
    return { ...undone, ...given, forgotten };
  });
}

const NOTHING = { bars: 0, actions: 0, revisions: 0 };

/** In the order of a rename: what a bar is worth little without comes first, and nothing goes before it has come. */
async function giveBack(
  store: BarStore,
  { from, to }: Rename,
  { series, exDays, actions: keys }: Moved,
  back: readonly Move[],
): Promise<typeof NOTHING> {
  const book = await store.readActionBook(to);
  const entries = book.entries.filter(({ action }) => isAmong(action, keys));
  const past = book.past.filter(({ action }) => isAmong(action, keys));
  await store.updateActions(from, (before) => inherit(before, { entries, past, covered: exDays }));
  let [bars, revisions] = [0, 0];
  for (const move of back) revisions += await store.moveRevisions(to, from, move.days, [move.heir.interval]);
  for (const move of back) bars += (await moveSeries(store, move)).bars;
  for (const { interval, old, own } of series) {
    await describe(store, { ticker: from, interval }, () => old);
    await describe(store, { ticker: to, interval }, (first) => ({
      ...(own ?? UNKNOWN_IDENTITY),
      // That of the old ticker would make another instrument of what is left.
      firstTrade: own?.firstTrade ?? first,
    }));
  }
  await store.updateActions(to, (before) => ({
    ...before,
    entries: before.entries.filter(({ action }) => !isAmong(action, keys)),
    past: before.past.filter(({ action }) => !isAmong(action, keys)),
    doubts: before.doubts.filter((doubt) => !isAmong(doubt, keys)),
    covered: subtract(before.covered, exDays),
  }));
  return { bars, actions: entries.length + past.length, revisions };
}

/** What of the old ticker's lies in quarantine as the new one's, so that it did not go back. */
function forgottenLines(rename: Rename, entries: readonly ForgottenEntry[]): string[] {
  const { from, to, moved } = rename;
  return entries.flatMap(({ id, forgottenAt, restoredAt, series, actions }) => {
    if (moved === undefined || restoredAt !== null || forgottenAt < moved.at) return [];
    return movedParts(series, actions > 0, [rename]).map(
      ({ days }) =>
        `what was forgotten of it ${daysText(days)} as ${to}'s did not go back: backfill restore ${id} brings it back to ` +
        `${to}, and then ${moveCommand(to, from, days)} moves it to ${from}`,
    );
  });
}

/** Says of a series that is stored what instrument it is; `identity` is told its first session with a bar. */
async function describe(
  store: BarStore,
  series: Series,
  identity: (first: number | null) => Identity,
): Promise<void> {
  const { ticker, interval } = series;
  const state = (await store.scan({ tickers: [ticker], intervals: [interval] })).series.get(
    seriesKey(series),
  );
  if (state === undefined) return;
  const { coverage, calendar, fetchedAt } = state;
  const present = subtract(coverage.present, coverage.provisional);
  const said = mergeIdentity(state.identity, identity(coverage.present[0]?.from ?? null));
  if (JSON.stringify(said) === JSON.stringify(state.identity)) return;
  const learned = { ...NOTHING_KNOWN, present };
  await store.upsert({ series, calendar, bars: NO_BARS, learned, identity: said, fetchedAt: fetchedAt ?? 0 });
}

/** One move back for each run of sessions of each interval, in the order of time. */
function backMoves({ from, to }: Rename, { series }: Moved, scan: Scan): Move[] {
  return series.flatMap(({ interval, sessions }) => {
    const [old, own] = [to, from].map((ticker) => scan.series.get(seriesKey({ ticker, interval })));
    if (old === undefined) return [];
    const heir = { ticker: from, interval };
    const { present, absent } = old.coverage;
    return sessions
      .filter(
        (days) =>
          intersect(
            [...present, ...absent].toSorted((a, b) => a.from - b.from),
            [days],
          ).length > 0,
      )
      .map((days, i, all) => {
        const coverage = unlearn(old.coverage, all.slice(0, i));
        return { old: { ...old, coverage }, own, heir, days };
      });
  });
}
