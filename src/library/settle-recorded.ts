import { type Bar, type Revision, seriesKey } from '../core/bars/bars.ts';
import { NO_BARS } from '../core/bars/columns.ts';
import { isSameBar } from '../core/bars/compare.ts';
import { sessionDateOf } from '../core/bars/partition.ts';
import { lastEmitted, RECORDED, reconcile } from '../core/bars/recorded.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { NOTHING_KNOWN } from '../core/coverage/coverage.ts';
import { BackfillError } from '../core/errors.ts';
import type { Day } from '../core/session/day.ts';
import { contains, span } from '../core/session/ranges.ts';
import { eachBounded } from '../store/bounded.ts';
import { isDamagedRecord } from '../store/live-record.ts';
import type { SeriesState } from '../store/scan.ts';
import type { BarStore } from '../store/store.ts';
import type { RecordedBars, RecordedSeries } from './recorded-bars.ts';
import { finalDays } from './final-days.ts';

/** Whether a recorded bar is taken in: what there is to know of it is stored. */
type IsTaken = (bar: Bar) => boolean;

/**
 * Lets go of live bars of sessions that are final now, as the one writer: where they differ from the final ones, revisions are
 * stored first. What is left is kept. Cut off, it is done again, to the same end; what cannot be done now the next writer does.
 */
export async function settleRecorded(store: BarStore, recorded: RecordedBars, now: number): Promise<void> {
  try {
    const documents = await recorded.documents();
    if (documents.size === 0) return;
    const taken = await takenIn(store, [...(await recorded.all()).values()], now);
    const record = store.liveRecord;
    for (const [name, bars] of documents) {
      // Of a damaged one the next run tells.
      if (isDamagedRecord(bars)) continue;
      const left = bars.filter(({ series, bar }) => taken.get(seriesKey(series))?.(bar) !== true);
      if (left.length === bars.length) continue;
      if (left.length > 0) await record.keep(`${name}~`, left);
      await record.drop(name);
    }
  } catch (error) {
    if (!(error instanceof BackfillError)) throw error;
  }
}

async function takenIn(
  store: BarStore,
  all: readonly RecordedSeries[],
  now: number,
): Promise<ReadonlyMap<string, IsTaken>> {
  const tickers = [...new Set(all.map(({ series }) => series.ticker))];
  const scan = await store.scan({ tickers });
  const taken = new Map<string, IsTaken>();
  await eachBounded(all, async (one) => {
    const state = scan.series.get(seriesKey(one.series));
    if (state === undefined) return;
    const isTaken = await takeIn(store, one, state, now);
    if (isTaken !== undefined) taken.set(seriesKey(one.series), isTaken);
  });
  return taken;
}

/** Undefined where nothing of a series is final, or it cannot be read or written now. */
async function takeIn(
  store: BarStore,
  { series, bars }: RecordedSeries,
  state: SeriesState,
  now: number,
): Promise<IsTaken | undefined> {
  const dayOf = sessionDateOf(series.interval, calendarById(state.calendar));
  const final = finalDays(state, now);
  const isTaken: IsTaken = ({ ts }) => contains(final, dayOf(ts));
  const emitted = bars.filter(isTaken);
  if (emitted.length === 0) return undefined;
  try {
    const last = lastEmitted(emitted);
    const stored = await store.readBars(series, daysOf(emitted, dayOf));
    const { revised, strange } = reconcile(last.bars, stored);
    await addRevisions(store, state, [...last.revised, ...revised], now);
    if (strange.length > 0) await store.quarantine(series, strange.map(asRejected), RECORDED, now);
    return isTaken;
  } catch (error) {
    if (error instanceof BackfillError && error.scope === 'series') return undefined;
    throw error;
  }
}

function daysOf(bars: readonly Bar[], dayOf: (ts: number) => Day): { from: Day; to: Day } | undefined {
  return span(bars.map(({ ts }) => ({ from: dayOf(ts), to: dayOf(ts) + 1 })));
}

function asRejected(row: Bar): { row: Bar; reason: string } {
  return { row, reason: 'recorded live, and the final bars of its session have none of then' };
}

/** Adds those that are not there yet, in whatever order they were added. */
async function addRevisions(
  store: BarStore,
  { series, calendar, identity, fetchedAt }: SeriesState,
  revisions: readonly Revision[],
  now: number,
): Promise<void> {
  if (revisions.length === 0) return;
  const known = await store.readRevisions(series);
  const stayed = revisions.filter((one) => !known.some((other) => isSameRevision(one, other)));
  if (stayed.length === 0) return;
  await store.upsert({
    ...{ series, calendar, identity, stayed, bars: NO_BARS, learned: NOTHING_KNOWN },
    fetchedAt: fetchedAt ?? now,
  });
}

function isSameRevision(a: Revision, b: Revision): boolean {
  const isSame = (one: Bar, other: Bar): boolean =>
    one.ts === other.ts && one.fetchedAt === other.fetchedAt && isSameBar(one, other, 0);
  return a.stayed === b.stayed && isSame(a.before, b.before) && isSame(a.after, b.after);
}
