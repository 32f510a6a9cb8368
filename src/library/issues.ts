import { type Warning, warningOf } from '../backfill/settle/warnings.ts';
import { type Revision, type Series, seriesKey } from '../core/bars/bars.ts';
import { calendarById } from '../core/calendar/calendars.ts';
import { carriedOut } from '../core/bars/carried-out.ts';
import { NO_BARS, keep } from '../core/bars/columns.ts';
import { RECORDED } from '../core/bars/recorded.ts';
import { type DayRange, utcDayOf } from '../core/session/day.ts';
import type { BackfillError } from '../core/errors.ts';
import { typeOf } from '../core/instrument/instrument-type.ts';
import type { OutsideRange } from '../core/checks/oddity.ts';
import { countOutsideRange, outsideRangeOddities } from '../core/checks/outside-range.ts';
import { periodRange, periodsOf, sessionDateOf } from '../core/bars/partition.ts';
import { findOddities } from '../core/checks/oddities.ts';
import { contains, intersect, normalize, span, subtract } from '../core/session/ranges.ts';
import { type IssuesReport, rejectedIssues, unknownActions } from '../report/issues.ts';
import type { SeriesRevision } from '../report/revisions-text.ts';
import { type RevisedIssue, revisedIssues } from '../report/revised-issues.ts';
import {
  correctedBars,
  restatedIn,
  type RevisionsByKind,
  standingRevisions,
  withoutRestated,
} from './corrected-bars.ts';
import { staleOddities } from './stale-bars.ts';
import { isDamage } from '../store/damage.ts';
import { runsBySpan } from './revising-run.ts';
import type { BarStore, ScanOptions } from '../store/store.ts';
import { type SeriesState, type SetAside, unreadableIn } from '../store/scan.ts';

/** Days before a part of a series that it is judged together with. */
const CONTEXT_DAYS = 30;

/** What `History.issues` reports: every bar is read and judged anew, one partition at a time. `now`: ms since the epoch. */
export async function findIssues(store: BarStore, options: ScanOptions, now: number): Promise<IssuesReport> {
  const scan = await store.scan(options);
  const warnings: Warning[] = [];
  const revised: RevisedIssue[] = [];
  const known = unreadableIn(scan);
  const damaged: SetAside[] = [];
  for (const state of scan.series.values()) {
    const { series } = state;
    const onDamage = ({ message }: BackfillError): void => {
      if (known.some(({ path }) => message.includes(path))) return;
      if (damaged.some(({ reason }) => reason === message)) return;
      damaged.push({ ...series, path: seriesKey(series), reason: message });
    };
    const odd = await oddIn(state, store, now, onDamage);
    for (const warning of odd.warnings) warnings.push(warning);
    for (const issue of odd.revised) revised.push(issue);
  }
  const rejected = await store.readRejected(options);
  return {
    rejected: rejectedIssues(rejected, scan),
    warnings,
    revised,
    unknownActions: unknownActions(scan),
    setAside: await store.listSetAside(),
    unreadable: [...known, ...damaged, ...rejected.unreadable],
  };
}

/** What is odd about a series. A file of it that cannot be read is given to `onDamage`, and the others are looked at. */
export async function oddIn(
  state: SeriesState,
  store: BarStore,
  now: number,
  onDamage: (error: BackfillError) => void,
): Promise<Pick<IssuesReport, 'warnings' | 'revised'>> {
  const { series, coverage, identity } = state;
  const calendar = calendarById(state.calendar);
  const actions = (await unlessDamaged(store.readActions(series.ticker), onDamage)) ?? [];
  const known = await revisionsOf(store, state, onDamage);
  // Where a live bar was not the final one nothing is odd about that.
  const all = known.filter(({ before, after }) => ![before.source, after.source].includes(RECORDED));
  const { corrections, restatements } = await revisionsByKind(all, state, store, onDamage);
  const standing: Revision[] = [];
  const sessionOf = sessionDateOf(series.interval, calendar);
  const warnings: Warning[] = [];
  let outside: OutsideRange | undefined;
  // What still trades has few bars as yet.
  const open = subtract(coverage.provisional, normalize(coverage.unconfirmed ?? []));
  for (const range of presentParts(series, coverage.present)) {
    const context = { from: range.from - CONTEXT_DAYS, to: range.from };
    const earlier = (await unlessDamaged(store.readBars(series, context), onDamage)) ?? NO_BARS;
    const bars = (await unlessDamaged(store.readBars(series, range), onDamage)) ?? NO_BARS;
    const { ticker, interval } = series;
    const type = typeOf(ticker, identity.type);
    const odd = [
      ...findOddities(bars, { interval, calendar, actions, known: earlier, type }),
      ...correctedBars(bars, corrections, sessionOf),
      ...(await staleOddities(store, series, bars, [range], now)),
    ];
    for (const oddity of odd)
      if (oddity.kind !== 'thin' || !contains(open, oddity.session)) warnings.push(warningOf(series, oddity));
    outside = countOutsideRange(bars, outside);
    for (const revision of standingRevisions(bars, all)) standing.push(revision);
  }
  for (const oddity of restatedIn(restatements, standing, actions, sessionOf))
    warnings.push(warningOf(series, oddity));
  // One line a series: up to a third of the bars of a thin share are so.
  const counted = outside === undefined ? [] : outsideRangeOddities(outside, sessionOf, state.rows);
  return {
    warnings: [...warnings, ...counted.map((oddity) => warningOf(series, oddity))],
    revised: revisedIssues(series, standing, sessionOf),
  };
}

/** What changed final bars, one by one or all of them. Bars that cannot be read are given to `onDamage`. */
async function revisionsByKind(
  all: readonly Revision[],
  { series, coverage }: SeriesState,
  store: BarStore,
  onDamage: (error: BackfillError) => void,
): Promise<RevisionsByKind> {
  const revisions = all.filter(({ stayed }) => stayed !== true);
  const from = coverage.present[0]?.from ?? 0;
  return withoutRestated(revisions, async (ts) => {
    const days = { from, to: utcDayOf(ts) + 2 };
    const bars = (await unlessDamaged(store.readBars(series, days), onDamage)) ?? NO_BARS;
    return keep(bars, (i) => (bars.ts[i] as number) < ts);
  });
}

/** The days of a series, cut at its partitions. */
export function presentParts({ interval }: Series, present: readonly DayRange[]): DayRange[] {
  const whole = { from: present[0]?.from ?? 0, to: present.at(-1)?.to ?? 0 };
  return periodsOf(interval, [whole]).flatMap((period) => intersect([whole], [periodRange(period)]));
}

/** What `History.revisions` gives: series by series, ascending by bar, then by the time of the change. */
export async function findRevisions(
  store: BarStore,
  options: ScanOptions,
  onDamage?: (error: BackfillError) => void,
): Promise<SeriesRevision[]> {
  const scan = await store.scan(options);
  const runOf = await runsBySpan(store);
  const revisions: SeriesRevision[] = [];
  for (const state of scan.series.values())
    for (const revision of await revisionsOf(store, state, onDamage))
      revisions.push({ ...state.series, ...revision, run: runOf(revision.after) });
  return revisions;
}

/** The revisions of a series that happened; all that are kept, where its bars cannot be read. */
async function revisionsOf(
  store: BarStore,
  { series, calendar }: SeriesState,
  onDamage: ((error: BackfillError) => void) | undefined,
): Promise<Revision[]> {
  const found = (await unlessDamaged(store.readRevisions(series), onDamage)) ?? [];
  const dayOf = sessionDateOf(series.interval, calendarById(calendar));
  const days = span(found.map(({ before }) => ({ from: dayOf(before.ts), to: dayOf(before.ts) + 1 })));
  if (days === undefined) return found;
  const bars = await unlessDamaged(store.readBars(series, days), () => undefined);
  return bars === undefined ? found : carriedOut(found, bars);
}

/** What was read; undefined for a damaged file, which is given to `onDamage`, or else thrown. */
async function unlessDamaged<T>(
  content: Promise<T>,
  onDamage: ((error: BackfillError) => void) | undefined,
): Promise<T | undefined> {
  try {
    return await content;
  } catch (error) {
    if (onDamage === undefined || !isDamage(error)) throw error;
    onDamage(error);
    return undefined;
  }
}
