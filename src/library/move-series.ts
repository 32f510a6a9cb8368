import { storedRowsOf } from '../core/bars/bar-builder.ts';
import { type Identity, type Series, mergeIdentity, UNKNOWN_IDENTITY } from '../core/bars/bars.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { NO_BARS, type StoredBars, keep } from '../core/bars/columns.ts';
import { compareBars, pairsWhere, PRICE_TOLERANCE, priceDrift } from '../core/bars/compare.ts';
import { mergeBars } from '../core/bars/merge-bars.ts';
import { NOTHING_KNOWN, within } from '../core/coverage/coverage.ts';
import type { Day, DayRange } from '../core/session/day.ts';
import { grouped } from '../core/grouped.ts';
import { type HandOver, handOver } from '../core/coverage/hand-over.ts';
import { periodRange, periodsOf, sessionDateOf } from '../core/bars/partition.ts';
import { contains, intersect, normalize, subtract, union } from '../core/session/ranges.ts';
import type { BarStore, RejectedRow } from '../store/store.ts';
import type { SeriesState } from '../store/scan.ts';
import { smallest } from '../core/extremes.ts';

/** One series whose sessions become another's. */
export interface Move {
  readonly old: SeriesState;
  /** What the store has of the heir; undefined for nothing. */
  readonly own: SeriesState | undefined;
  readonly heir: Series;
  /** Session dates to hand over, `[from, to)`, perhaps without bounds. */
  readonly days: DayRange;
}

interface Moved {
  readonly bars: number;
  /** Rows that contradict the heir's own: they are in quarantine. */
  readonly differing: number;
}

/**
 * Hands the sessions of one series over to another: first the heir has them, then what contradicts its own rows is kept
 * in quarantine, then the old series forgets them. Interrupted, it leaves them in both places, and may be run again.
 */
export async function moveSeries(store: BarStore, move: Move): Promise<Moved> {
  const { old, own, heir, days } = move;
  const plan = handOver(old.coverage, own?.coverage ?? NOTHING_KNOWN, days);
  for (const run of plan.refuted) await store.forget(heir, run);
  let bars = 0;
  let differing = 0;
  // Period by period: years of minutes do not fit into memory at once.
  for (const period of periodsOf(heir.interval, knownDays(move))) {
    const [part] = intersect([days], [periodRange(period)]);
    if (part === undefined) continue;
    const moved = await movePart(store, move, plan, part);
    bars += moved.bars;
    differing += moved.differing;
  }
  await store.forget(old.series, plan.vacated);
  return { bars, differing };
}

async function movePart(store: BarStore, move: Move, plan: HandOver, part: DayRange): Promise<Moved> {
  const { old, heir } = move;
  const { given, differing } = await sortedOut(store, move, plan, part);
  await store.upsert({
    series: heir,
    calendar: old.calendar,
    bars: given,
    learned: within(plan.learned, [part]),
    identity: identityOf(move),
    fetchedAt: old.fetchedAt ?? 0,
  });
  await keepApart(store, old, heir.ticker, differing);
  return { bars: given.length, differing: differing.length };
}

/** The old series' bars of a part. */
interface SortedOut {
  /** Those that the heir has no final session of. */
  readonly given: StoredBars;
  /** Those that the heir's own contradict. */
  readonly differing: StoredBars;
  /** Sessions of which a price differs. */
  readonly repriced: readonly Day[];
}

async function sortedOut(
  store: BarStore,
  { old, heir }: Move,
  { kept }: HandOver,
  part: DayRange,
): Promise<SortedOut> {
  const dayOf = sessionDateOf(heir.interval, calendarById(old.calendar));
  const bars = await store.readBars(old.series, part);
  const isKept = (i: number): boolean => contains(kept, dayOf(bars.ts[i] as number));
  const rivals = keep(bars, isKept);
  const own = rivals.length === 0 ? NO_BARS : await store.readBars(heir, part);
  const { differing: other, gone } = compareBars(rivals, own, () => 0);
  const repriced = pairsWhere(other, (i) => priceDrift(other, i) > PRICE_TOLERANCE);
  return {
    given: keep(bars, (i) => !isKept(i)),
    differing: mergeBars(other.stored, gone),
    repriced: [...new Set(Array.from(repriced.stored.ts, dayOf))],
  };
}

/** Where the bars of a move contradict the heir's own. */
export interface Clash {
  readonly series: Series;
  /** Sessions of which a price differs, ascending. */
  readonly repriced: readonly Day[];
  /** Sessions with any difference, ascending and disjoint. */
  readonly days: readonly DayRange[];
}

/** What `moveSeries` would put aside. */
export async function clashOf(store: BarStore, move: Move): Promise<Clash> {
  const { old, own, heir, days } = move;
  const plan = handOver(old.coverage, own?.coverage ?? NOTHING_KNOWN, days);
  const dayOf = sessionDateOf(heir.interval, calendarById(old.calendar));
  const repriced: Day[] = [];
  const differing: DayRange[] = [];
  for (const period of periodsOf(heir.interval, plan.kept.length === 0 ? [] : knownDays(move))) {
    const [part] = intersect([days], [periodRange(period)]);
    if (part === undefined) continue;
    const found = await sortedOut(store, move, plan, part);
    for (const day of found.repriced) repriced.push(day);
    for (const ts of found.differing.ts) differing.push({ from: dayOf(ts), to: dayOf(ts) + 1 });
  }
  return { series: old.series, repriced, days: normalize(differing) };
}

/** What is known of the instrument under both names; the heir's own word wins, but history began with the older one. */
function identityOf({ old, own, days }: Move): Identity {
  // Bars after the rename are another instrument's, and then the identity is too.
  const isRecycled =
    subtract(old.coverage.present, [{ from: Number.NEGATIVE_INFINITY, to: days.to }]).length > 0;
  const known = isRecycled ? UNKNOWN_IDENTITY : old.identity;
  const merged = mergeIdentity(known, own?.identity ?? UNKNOWN_IDENTITY);
  const firsts = [known.firstTrade, merged.firstTrade].filter((day) => day !== null);
  return { ...merged, firstTrade: firsts.length === 0 ? null : smallest(firsts) };
}

/** Keeps rows of the old series that the heir's own contradict, so that neither is lost. */
async function keepApart(store: BarStore, old: SeriesState, heir: string, bars: StoredBars): Promise<void> {
  const reason = `differs from ${heir}'s own bar, which stays`;
  for (const [source, rows] of grouped(storedRowsOf(bars), (bar) => bar.source)) {
    const rejected = rows.map((row): RejectedRow => ({ row, reason }));
    await store.quarantine(old.series, rejected, source, old.fetchedAt ?? 0);
  }
}

function knownDays({ old, days }: Move): DayRange[] {
  return intersect(union(old.coverage.present, old.coverage.absent), [days]);
}
