import { bytesOf } from '../../core/plan/bytes.ts';
import { seriesKey } from '../../core/bars/bars.ts';
import { periodsOf } from '../../core/bars/partition.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { batched, partitionsOf, requestsForActionsOf } from '../../core/plan/batches.ts';
import { findGaps } from '../../core/plan/gaps.ts';
import type { PlanOptions } from '../../core/plan/limits.ts';
import { type Plan, planTasks } from '../../core/plan/plan.ts';
import { joinUnavailable } from '../../core/coverage/unavailable.ts';
import { unusedAt } from '../../core/plan/quota.ts';
import { quotaTime } from '../../core/plan/quota-time.ts';
import { actionDaysOf, type Slice, sliceKey } from '../../core/plan/slice.ts';
import { type Collect, type Fetch, intervalOf, type Task, type Want } from '../../core/plan/task.ts';
import { intersect, normalize, span, subtract } from '../../core/session/ranges.ts';
import type { Scan, SeriesState } from '../../store/scan.ts';
import type { BarStore, Rename } from '../../store/store.ts';
import { readableRenames } from '../readable-renames.ts';
import { gapsIn, holesOf, type Prepared, type Source } from '../plan/prepare.ts';
import { stagedOf } from '../run/staged-source.ts';
import { withFewBySeries } from './few-left.ts';
import { knownOf } from './known.ts';
import { askedBySeries, MAKE_AGAIN, type PlanFile } from './plan-file.ts';

/**
 * What is left to do of a plan that was written out: all of it, unless it was begun before; then what is not there yet. Throws
 * `usage` where the store has moved: somebody else filled or forgot part of a series that it asks for. `path`: what a message
 * calls the plan.
 */
export async function prepareWritten(
  file: PlanFile,
  path: string,
  store: BarStore,
  source: Source,
  now: number,
): Promise<Prepared> {
  const { head, wanted } = file;
  const { range, origins, intervals } = head;
  const tickers = [...new Set(wanted.map(({ series }) => series.ticker))];
  const scan = await store.scan({ tickers, intervals });
  const begunAt = await store.begunPlans.since(file.digest);
  const moved = [
    ...movedIn(file, scan, begunAt !== undefined),
    ...(begunAt === undefined ? [] : renamedSince(begunAt, file, await readableRenames(store))),
  ];
  if (moved.length > 0) throw hasMoved(path, moved);
  const isDone = doneSince(begunAt, file, { scan, source, now });
  const staged =
    source.stagedAs === undefined ? [] : (await stagedOf(source.stagedAs, store.staging, now)).fresh;
  const options = optionsOf(source, now);
  const left = leftOf(file.tasks, { isDone, options, staged: new Set(staged.map(sliceKey)) });
  const tasks = begunAt === undefined ? left : withFewBySeries(left, options);
  assertStaged(begunAt === undefined ? file.tasks : tasks, staged, path, begunAt !== undefined);
  return {
    ...{ scan, wanted, isExact: true },
    plan: withDone(await planOf(file, tasks, source, now), file, scan, source, now),
    holesNow: async () => holesOf(wanted, await store.scan({ tickers, intervals })),
    ...(origins.length > 0 && { meant: { origins, range, intervals } }),
  };
}

/** Tickers of the series that the store knows otherwise than the plan does, and not by its own doing. */
function movedIn({ wanted, tasks }: PlanFile, scan: Scan, isBegun: boolean): readonly string[] {
  const asked = askedBySeries(tasks);
  return wanted.flatMap((one) => {
    if (one.known === undefined) return [];
    const now = knownOf(one, asked.get(seriesKey(one.series)) ?? [], scan);
    const isAsThen = now.state === one.known.state || (isBegun && now.beside === one.known.beside);
    return isAsThen ? [] : [one.series.ticker];
  });
}

/**
 * Tickers of which sessions that a plan asks for became another one's since it was begun: it would ask for them under a name
 * that they no longer have, and which of them it had filled by then cannot be told.
 */
function renamedSince(
  begunAt: number,
  { wanted, tasks }: PlanFile,
  renames: readonly Rename[],
): readonly string[] {
  const since = renames.filter(({ moved }) => moved !== undefined && moved.at > begunAt);
  const asked = since.length === 0 ? undefined : askedBySeries(tasks);
  return wanted.flatMap(({ series }) => {
    const days = normalize(asked?.get(seriesKey(series)) ?? []);
    const isGone = since.some(({ from, moved }) => {
      const its = moved?.series.find(({ interval }) => interval === series.interval);
      return from === series.ticker && its !== undefined && intersect(days, its.sessions).length > 0;
    });
    return isGone ? [series.ticker] : [];
  });
}

function hasMoved(path: string, moved: readonly string[]): BackfillError {
  const tickers = [...new Set(moved)];
  const more = tickers.length > 1 ? ` and of ${tickers.length - 1} more` : '';
  return new BackfillError(
    'usage',
    `${path}: the store has moved since: what is stored of ${tickers[0]}${more} is not what the plan was made from; ${MAKE_AGAIN}`,
  );
}

/**
 * Throws `usage` where answers for whole markets are gone that lay staged when the plan was made: it does not ask for them. Of
 * one that was begun the sessions are asked for again.
 */
function assertStaged(
  tasks: readonly Task[],
  staged: readonly Slice[],
  path: string,
  isBegun: boolean,
): void {
  const there = new Set(staged.map(sliceKey));
  const isLacking = (task: Task): boolean => {
    if ('slice' in task) return !isBegun && task.requests === 0 && !there.has(sliceKey(task.slice));
    if (!('bucket' in task) || task.actions === undefined) return false;
    const { days, asked } = task.actions;
    return subtract([days], normalize([...staged, ...asked].flatMap(actionDaysOf))).length > 0;
  };
  if (tasks.some(isLacking))
    throw new BackfillError(
      'usage',
      `${path}: the store has moved since: answers for whole markets that lay staged then are gone; ${MAKE_AGAIN}`,
    );
}

/** Whether a want was done when the plan was begun before: nothing is, of one that was not. */
function doneSince(
  begunAt: number | undefined,
  { wanted }: PlanFile,
  { scan, source, now }: { readonly scan: Scan; readonly source: Source; readonly now: number },
): (want: Want) => boolean {
  if (begunAt === undefined) return () => false;
  const before = new Map(wanted.map(({ series, known }) => [seriesKey(series), known?.state]));
  return (want) => {
    const { series, calendar: id, gaps, again = false } = want;
    const key = seriesKey(series);
    const known = scan.series.get(key);
    if (known === undefined) return false;
    if (gaps.length === 0) return isComparedSince(known, begunAt);
    const calendar = calendarById(id);
    const isTouched = again
      ? isFetchedSince(known, want, begunAt)
      : knownOf({ series, calendar }, [], scan).state !== before.get(key);
    if (!isTouched) return false;
    // Some of it may have been forgotten since.
    const range = span(gaps) ?? want.range;
    const coverageOf = { get: () => known.coverage };
    const { editionOf, capabilities } = source;
    const options = { provider: capabilities.id, now, ...(editionOf && { editionOf }) };
    return findGaps([{ series, calendar, range, lived: gaps }], coverageOf, options).every(
      ({ sessions }) => sessions === 0,
    );
  };
}

function isComparedSince({ topUps }: SeriesState, begunAt: number): boolean {
  return topUps !== undefined && topUps.count === 0 && topUps.at > begunAt;
}

/** What is fetched again is known to be done only where one commit does it all. */
function isFetchedSince({ fetchedAt }: SeriesState, { series, range }: Want, begunAt: number): boolean {
  return (fetchedAt ?? 0) > begunAt && periodsOf(series.interval, [range]).length === 1;
}

/** What the tasks of a plan are left with. */
interface Left {
  readonly isDone: (want: Want) => boolean;
  readonly options: PlanOptions;
  /** Keys of the slices that lie staged. */
  readonly staged: ReadonlySet<string>;
}

/** The tasks that are left where some wants are done. */
function leftOf(tasks: readonly Task[], { isDone, options, staged }: Left): readonly Task[] {
  const filling = tasks.flatMap((task) => withoutDone(task, isDone, options));
  const needed = new Set(filling.flatMap((task) => neededBy(task)));
  return filling.flatMap((task): Task[] => {
    if ('slice' in task) return needed.has(task.market) ? [asStaged(task, staged, options)] : [];
    if (!('tickers' in task)) return [task];
    const waiting = filling.filter((one) => 'after' in one && one.after === task.id).length;
    return waiting === 0 ? [] : [{ ...task, waiting }];
  });
}

/** What lies staged costs nothing, and what lay there when it was planned and does no more is asked for. */
function asStaged(task: Collect, staged: Left['staged'], { limits }: PlanOptions): Collect {
  if (staged.has(sliceKey(task.slice))) return { ...task, requests: 0 };
  const { interval, actionsSince } = task.slice;
  const asked = actionsSince === undefined ? (limits[interval]?.market?.requestsPerSession ?? 1) : 0;
  return { ...task, requests: task.requests || asked };
}

/** What others bring that a task needs: a market, or what is told of splits. */
function neededBy(task: Task): string[] {
  if ('bucket' in task) return [task.market];
  return 'after' in task && task.after !== undefined ? [task.after] : [];
}

function withoutDone(task: Task, isDone: (want: Want) => boolean, options: PlanOptions): Task[] {
  if ('slice' in task || 'tickers' in task) return [task];
  const wants = task.wants.filter((want) => !isDone(want));
  if (wants.length === task.wants.length) return [task];
  if (wants.length === 0) return [];
  const left = { ...task, wants, partitions: partitionsOf(wants, options.actions) };
  return ['bucket' in left ? left : { ...left, requests: priceOf(left, options) }];
}

/** What a request costs of which some series are done: fewer pages, perhaps. */
function priceOf(task: Fetch, options: PlanOptions): number {
  const requests = batched(task.wants, options).reduce((sum, one) => sum + one.requests, 0);
  const told = task.after !== undefined;
  return told
    ? requests - requestsForActionsOf(task.wants, options.limits[intervalOf(task)] ?? {})
    : requests;
}

function optionsOf({ capabilities }: Source, now: number): PlanOptions {
  const { intervals: limits, quotas, actions } = capabilities;
  return { limits, quotas, actions, now };
}

async function planOf(
  { head, outOfReach, notServed, unavailable }: PlanFile,
  tasks: readonly Task[],
  { capabilities, standing }: Source,
  now: number,
): Promise<Plan> {
  const { totals, relisted, goneList, notYet } = head;
  const asItStands = (await standing?.()) ?? unusedAt(now);
  const wants = tasks.flatMap((task) => task.wants);
  const toFill = new Set(wants.map(({ series }) => seriesKey(series))).size;
  const requests = tasks.reduce((sum, task) => sum + task.requests, 0);
  const bytes = bytesOf(tasks, capabilities.intervals, now);
  return {
    ...{ tasks, outOfReach, relisted, unavailable },
    ...(goneList.length > 0 && { goneList }),
    ...(notServed.length > 0 && { notServed }),
    ...(notYet !== undefined && { notYet }),
    totals: {
      ...{ ...totals, toFill, requests },
      sessions: wants.reduce((sum, want) => sum + want.sessions, 0),
    },
    quotaMs: quotaTime(requests, capabilities.quotas, asItStands),
    ...(bytes !== undefined && { bytes }),
    standing: asItStands,
  };
}

/** The plan with what is known now of series that it asked for and asks for no more, as a run tells that asks nothing of them. */
function withDone(plan: Plan, { wanted }: PlanFile, scan: Scan, source: Source, now: number): Plan {
  const asked = new Set(plan.tasks.flatMap(({ wants }) => wants.map(({ series }) => seriesKey(series))));
  const done = wanted.flatMap(({ known, ...one }) =>
    known === undefined || asked.has(seriesKey(one.series)) ? [] : [one],
  );
  const gaps = gapsIn(done, scan, source, { now, everything: false });
  const { totals: stand, unavailable } = planTasks(gaps, optionsOf(source, now));
  const { totals } = plan;
  return {
    ...plan,
    unavailable: joinUnavailable(plan.unavailable, unavailable),
    totals: {
      ...totals,
      ...holesOf(wanted, scan),
      complete: totals.complete + stand.complete,
      // What a new run would ask for, and this one does not, nobody explains.
      withHoles: totals.withHoles + stand.withHoles + stand.toFill,
      provisional: totals.provisional + stand.provisional,
      unavailable: totals.unavailable + stand.unavailable,
    },
  };
}
