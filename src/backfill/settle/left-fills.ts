import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import type { ErrorData } from '../../core/errors.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Want } from '../../core/plan/task.ts';
import { span } from '../../core/session/ranges.ts';
import type { Scan } from '../../store/scan.ts';
import type { FirstFills, Lease } from '../../store/lease.ts';
import type { BarStore } from '../../store/store.ts';
import type { RunResults } from '../run/run-results.ts';
import { barsOf, sameAs } from './stored-twins.ts';
import { takeStoredBack } from './taken-back.ts';

/** A series that a killed run filled with the bars of others: they are forgotten, and it is missing again. */
export interface TakenFill {
  /** Its sessions. */
  readonly want: Want;
  /** Says what became of it, and what to do. */
  readonly message: string;
}

/**
 * Compares what runs filled for the first time that did not live to do it, before anything is planned: a series that has the
 * bars of another one is forgotten, whole copies of it are kept, and a run that wants it asks for it again. The other one
 * stays, unless it came in such a run too: which is right nobody can tell from here. `now`: ms since the epoch.
 */
export async function takeBackLeft(
  lease: Pick<Lease, 'leftFills'>,
  store: BarStore,
  now: number,
): Promise<readonly TakenFill[]> {
  const left = await lease.leftFills();
  if (left.length === 0) return [];
  const twins = await twinsAmong(left, store);
  const scan = await store.scan({ tickers: [...new Set(twins.map(({ series }) => series.ticker))] });
  const { id, series: gone } = await takeStoredBack(
    twins.map(({ series }) => series),
    { store, now },
  );
  await store.firstFills.remove(left.map((one) => one.id));
  return twins
    .filter(({ series }) => gone.has(seriesKey(series)))
    .flatMap(({ series, others }) => {
      const want = wantOfAll(series, scan);
      const message =
        `a run that did not end filled ${series.ticker} with the very same bars as ${named(others)}: they are not kept; ` +
        `run again for ${series.ticker} (to have back what was stored: backfill restore ${id})`;
      return want === undefined ? [] : [{ want, message }];
    });
}

/** Notes which series a plan is to fill for the first time, until they are compared. Undefined where there are none. */
export async function noteFills(
  { tasks }: Plan,
  { series: known }: Pick<Scan, 'series'>,
  store: BarStore,
  now: number,
): Promise<string | undefined> {
  const first = new Map<string, Series>();
  for (const { wants } of tasks)
    for (const { series } of wants) {
      const key = seriesKey(series);
      if ((known.get(key)?.rows ?? 0) === 0) first.set(key, series);
    }
  return first.size === 0 ? undefined : store.firstFills.note(now, [...first.values()]);
}

/** What was taken back and not asked for again is a failure of the run. */
export function tellTaken(taken: readonly TakenFill[], { tasks }: Plan, results: RunResults): void {
  const asked = new Set(tasks.flatMap(({ wants }) => wants.map(({ series }) => seriesKey(series))));
  for (const { want, message } of taken) {
    const { ticker } = want.series;
    const error: ErrorData = { code: 'bad-answer', message, retryable: true, ticker };
    if (!asked.has(seriesKey(want.series))) results.add(want, { ok: false, error });
  }
}

interface FillTwin {
  readonly series: Series;
  /** With the same bars, at least one. */
  readonly others: readonly Series[];
}

async function twinsAmong(left: readonly FirstFills[], store: BarStore): Promise<FillTwin[]> {
  const begun = new Map<string, { readonly series: Series; readonly at: number }>();
  for (const { at, series } of left.toReversed())
    for (const one of series) begun.set(seriesKey(one), { series: one, at });
  const all = [...begun.values()].map(({ series }) => series);
  const twins: FillTwin[] = [];
  for (const [key, candidates] of await store.lookalikes(all)) {
    const one = begun.get(key);
    if (one === undefined) continue;
    const bars = await barsOf(one.series, store);
    // What is older was brought back since.
    if (!bars.fetchedAt.every((fetchedAt) => fetchedAt >= one.at)) continue;
    const others = await sameAs(bars, candidates, store);
    if (others.length > 0) twins.push({ series: one.series, others });
  }
  return twins.toSorted((a, b) => (seriesKey(a.series) < seriesKey(b.series) ? -1 : 1));
}

/** A want of all that is stored of a series. */
function wantOfAll(series: Series, { series: known }: Pick<Scan, 'series'>): Want | undefined {
  const state = known.get(seriesKey(series));
  const gaps = state?.coverage.present ?? [];
  const range = span(gaps);
  if (state === undefined || range === undefined) return undefined;
  const { calendar } = state;
  const sessions = calendarById(calendar).count(gaps);
  return { id: `${seriesKey(series)} again`, series, calendar, range, gaps, sessions };
}

function named(series: readonly Series[]): string {
  return series.map(({ ticker }) => ticker).join(', ');
}
