import { type ActionBook, inherit } from '../core/actions/action-book.ts';
import { type CorporateAction, actionValue } from '../core/bars/bars.ts';
import { sourceAt } from '../core/bars/columns.ts';
import { PRICE_TOLERANCE } from '../core/bars/compare.ts';
import { contains, intersect, normalize } from '../core/session/ranges.ts';
import { type Rename, renamedDays } from '../core/instrument/rename.ts';
import type { BarStore, RejectedRow } from '../store/store.ts';
import type { Scan } from '../store/scan.ts';
import type { Move } from './move-series.ts';
import { largest } from '../core/extremes.ts';

interface MovedActions {
  readonly moved: number;
  /** Those that contradict the heir's own: they are in quarantine. */
  readonly differing: number;
}

/**
 * Copies the splits and dividends of a rename to the new ticker, and for which ex-dates they are known. What the new
 * ticker knows of a session of its own stays. Comes before the bars, which are worth little without their splits.
 */
export async function copyActions(
  store: BarStore,
  rename: Rename,
  moves: readonly Move[],
  scan: Scan,
): Promise<MovedActions> {
  const { from, to } = rename;
  const { taken, differing } = await actionsToMove(store, rename, moves, scan);
  if ([taken.entries, taken.past, taken.covered, differing].every(({ length }) => length === 0))
    return { moved: 0, differing: 0 };

  const { source, fetchedAt } = await originOf(store, moves);
  await store.updateActions(to, (before) => inherit(before, taken));
  const reason = `differs from what is known of ${to}, which stays`;
  const kept = differing.map((row): RejectedRow => ({ row, reason }));
  if (kept.length > 0) await store.quarantine({ ticker: from, interval: '1d' }, kept, source, fetchedAt);
  return { moved: taken.entries.length, differing: differing.length };
}

/** What a rename finds of splits and dividends. */
interface FoundActions {
  /** What the new ticker gets. */
  readonly taken: Pick<ActionBook, 'entries' | 'past' | 'covered'>;
  /** Those in force that the new ticker knows of its own, be it as they are; and which of these it contradicts. */
  readonly rivals: readonly CorporateAction[];
  readonly differing: readonly CorporateAction[];
}

/** Changes nothing. */
export async function actionsToMove(
  store: BarStore,
  rename: Rename,
  moves: readonly Move[],
  scan: Scan,
): Promise<FoundActions> {
  const { from, to } = rename;
  const days = [renamedDays(rename)];
  const covered = intersect(scan.actions.get(from) ?? [], days);
  const old = await store.readActionBook(from);
  const entries = old.entries.filter(({ action }) => contains(days, action.exDay));
  const past = old.past.filter(({ action }) => contains(days, action.exDay));
  const own = await store.readActions(to);
  const ownSessions = normalize(moves.flatMap((move) => move.own?.coverage.present ?? []));
  const settled = intersect(scan.actions.get(to) ?? [], ownSessions);
  const isRival = (one: CorporateAction): boolean =>
    contains(settled, one.exDay) || sameDay(own, one) !== undefined;
  const rivals = entries.map(({ action }) => action).filter(isRival);
  const differing = rivals.filter((one) => !isSame(one, sameDay(own, one)));
  return {
    taken: { entries: entries.filter(({ action }) => !rivals.includes(action)), past, covered },
    rivals,
    differing,
  };
}

function sameDay(
  actions: readonly CorporateAction[],
  { kind, exDay }: CorporateAction,
): CorporateAction | undefined {
  return actions.find((action) => action.kind === kind && action.exDay === exDay);
}

function isSame(one: CorporateAction, other: CorporateAction | undefined): boolean {
  if (other === undefined) return false;
  const [a, b] = [actionValue(one), actionValue(other)];
  return Math.abs(a - b) <= PRICE_TOLERANCE * Math.max(a, b);
}

/** Who gave the old ticker's bars, and when: its splits and dividends came with them. */
async function originOf(
  store: BarStore,
  moves: readonly Move[],
): Promise<{ source: string; fetchedAt: number }> {
  const fetchedAt = Math.max(0, largest(moves.map(({ old }) => old.fetchedAt ?? 0)));
  for (const { old } of moves) {
    const last = old.coverage.present.at(-1);
    if (last === undefined) continue;
    const bars = await store.readBars(old.series, { from: last.to - 7, to: last.to });
    if (bars.length > 0) return { source: sourceAt(bars, bars.length - 1), fetchedAt };
  }
  return { source: 'unknown', fetchedAt };
}
