import type { ErrorData } from '../../core/errors.ts';
import { type Quota, isPaced } from '../../core/plan/quota.ts';
import type { Collect, Distribute, FetchActions, Task, Want } from '../../core/plan/task.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { Lease } from '../../store/store.ts';
import { failureOf } from '../failure.ts';
import type { RunContext, Runner, SeriesResult, TaskResult } from '../runner.ts';
import { type Endpoint, dispatch } from './dispatch.ts';
import type { BackfillEvent } from './events.ts';
import { type Lacking, MarketStage } from './market-stage.ts';
import type { SharedStaging } from './shared-staging.ts';
import { RunResults } from './run-results.ts';
import type { Stops } from './stops.ts';
import { ToldStage } from './told-stage.ts';

/** What became of tasks so far. */
export interface Done {
  readonly results: RunResults;
  /** Requests of all tasks that were to be run, by plan. */
  priced: number;
  /** Of the tasks that were run, by plan. */
  requests: number;
  /** When the last one began, ms since the epoch; before any: 0. */
  lastBegun: number;
  readonly notRun: Want[];
  /** Of the tasks that were not run, but for those of a closed endpoint. */
  requestsLeft: number;
  readonly markets: MarketStage;
  /** What a market was to fill that is not open to the key. */
  readonly refused: Want[];
}

export function nothingDone(): Done {
  const [results, markets] = [new RunResults(), new MarketStage()];
  return { results, priced: 0, requests: 0, lastBegun: 0, notRun: [], requestsLeft: 0, markets, refused: [] };
}

export interface HandOut {
  readonly runner: Runner;
  readonly stops: Stops;
  readonly done: Done;
  readonly writer: Lease;
  readonly quotas: readonly Quota[];
  /** What the provider can do by interval. */
  readonly intervals: Capabilities['intervals'];
  readonly context: RunContext;
  /** ms since the epoch. */
  readonly clock: () => number;
  readonly onEvent: ((event: BackfillEvent) => void) | undefined;
  readonly staging: SharedStaging;
  /** For whom markets are collected, see `StagedSlice.list`. */
  readonly list: string;
}

/**
 * Hands tasks out to a runner, and takes note of what becomes of them. What was collected of markets is distributed also
 * where the run ends before all of it is there, unless the store is what ends it.
 */
export class TaskHandOut {
  readonly #tools: HandOut;
  readonly #told = new ToldStage();
  /** Whether a task has ended: nothing that all of them would meet is in the way. */
  #isProven = false;
  /** Whether the store fails while what is collected is distributed after the end. */
  #isStoreLost = false;

  constructor(tools: HandOut) {
    this.#tools = tools;
  }

  async all(tasks: readonly Task[]): Promise<void> {
    const { stops, done } = this.#tools;
    for (const { requests } of tasks) done.priced += requests;
    const left = await this.#dispatch(tasks, () => stops.stopped !== null);
    this.#told.clear();
    const late = left.filter((task) => 'bucket' in task);
    const lost = new Set<Task>(await this.#dispatch(late, () => this.#isStoreLost || !stops.mayStillWrite));
    for (const task of left) {
      if ('bucket' in task && !lost.has(task)) continue;
      if ('bucket' in task) done.markets.noteDone(task, false);
      for (const want of task.wants) done.notRun.push(want);
      if (!stops.isClosed(task)) done.requestsLeft += task.requests;
    }
  }

  #dispatch(tasks: readonly Task[], stopped: () => boolean): Promise<Task[]> {
    const { stops, onEvent } = this.#tools;
    const areLong = tasks.some(({ requests }) => requests > 1);
    return dispatch({
      tasks,
      capacity: () => this.#atOnce(areLong),
      run: (task) => this.#run(task),
      onStart: (task) => onEvent?.({ type: 'started', task }),
      onResult: (task, result) => {
        this.#note(task, result);
        onEvent?.({ type: 'ended', task, result });
      },
      stopped,
      isClosed: (task) => stops.isClosed(task),
      endpointOf: (task) => endpointOf(task, this.#tools.intervals),
    });
  }

  /**
   * How many tasks may be handed out at once now: machines come and go, and with them how many are in work. Where the day's
   * requests are few and tasks take several each, one is finished before the next begins: one that ends between them would
   * have spent some for nothing.
   */
  #atOnce(areLong: boolean): number {
    const { quotas, runner } = this.#tools;
    const { capacity, ahead = capacity } = runner;
    if (!isScarce(quotas, capacity)) return ahead;
    return this.#isProven && !areLong ? ahead : 1;
  }

  #run(task: Task): Promise<TaskResult> {
    const { runner, context, clock, done, staging, list } = this.#tools;
    const forWhom = 'slice' in task ? { ...task, list } : task;
    const order = 'bucket' in forWhom ? done.markets.share(forWhom).task : forWhom;
    if ('bucket' in order && order.wants.length === 0) return Promise.resolve({ series: [] });
    const told = 'after' in order ? this.#told.give(order) : undefined;
    const run = (): Promise<TaskResult> => {
      done.lastBegun = clock();
      return runner.run({ task: order, context, now: done.lastBegun, ...(told && { told }) });
    };
    return 'slice' in order ? staging.inTurn(order.slice, run) : run();
  }

  #note(task: Task, result: TaskResult): void {
    const { writer } = this.#tools;
    const { series, committed = [], error } = result;
    this.#isProven = true;
    writer.note(committed);
    if ('slice' in task) this.#noteCollected(task, error);
    else if ('tickers' in task) this.#noteTold(task, result);
    else if ('bucket' in task) this.#noteDistributed(task, series);
    else
      this.#count(task, task.wants.filter((want, i) => this.#noteResult(task, want, series[i])).length > 0);
  }

  #noteCollected(task: Collect, error: ErrorData | undefined): void {
    const { stops, done, writer, onEvent } = this.#tools;
    if (error?.code === 'store-unusable') writer.noteTrouble();
    const isRun = error === undefined || stops.noteMarket(task.slice.interval, error) === 'failed';
    if (isRun) done.markets.note(task, error ?? null);
    this.#count(task, isRun);
    onEvent?.({ type: 'collected', task });
  }

  #noteTold(task: FetchActions, { told, error }: TaskResult): void {
    const { stops, onEvent } = this.#tools;
    const errors = (told?.parts ?? []).flatMap((part) => ('error' in part ? part.error : []));
    const isRun = [...errors, ...(error === undefined ? [] : [error])].every(
      (one) => stops.noteTold(one) === 'failed',
    );
    if (told !== undefined) this.#told.note(task, told);
    this.#count(task, isRun);
    onEvent?.({ type: 'collected', task });
  }

  #noteDistributed(task: Distribute, series: readonly SeriesResult[]): void {
    const { done } = this.#tools;
    const { task: own, lacking } = done.markets.share(task);
    const ran = own.wants.filter((want, i) => this.#noteResult(task, want, series[i]));
    for (const [i, want] of own.wants.entries()) done.markets.noteAnswer(want, series[i]);
    done.markets.noteDone(task, ran.length === own.wants.length);
    if (ran.length < own.wants.length) this.#isStoreLost = true;
    for (const part of lacking) this.#noteLacking(task, part);
  }

  /**
   * Of a want whose sessions were not collected. Where the market is closed it is asked for by its series, unless these are read
   * from the same answers.
   */
  #noteLacking(task: Distribute, { want, error }: Lacking): void {
    const { stops, done, intervals } = this.#tools;
    const { ticker, interval } = want.series;
    const closedBy = stops.marketClosedBy(interval);
    const isAllOfIt = intervals[interval]?.market?.hasAllSeries === true;
    if (closedBy !== undefined && !isAllOfIt) done.refused.push(want);
    else if (closedBy !== undefined)
      this.#noteResult(task, want, { ok: false, error: { ...closedBy, scope: 'series', ticker } });
    else if (error === undefined) done.notRun.push(want);
    else this.#noteResult(task, want, { ok: false, error: { ...error, ticker } });
  }

  #count(task: Task, isRun: boolean): void {
    const { stops, done } = this.#tools;
    if (isRun) done.requests += task.requests;
    else if (!stops.isClosed(task)) done.requestsLeft += task.requests;
  }

  /** Whether the want was run. */
  #noteResult(task: Task, want: Want, given: SeriesResult | undefined): boolean {
    const { writer, stops, done, onEvent } = this.#tools;
    const result = given as SeriesResult;
    if (!result.ok && result.error.code === 'store-unusable') writer.noteTrouble();
    if (!result.ok && stops.note(want, result.error) === 'not-run') {
      done.notRun.push(want);
      return false;
    }
    done.results.add(want, result);
    const failure = failureOf(want, result);
    const requests = task.requests / task.wants.length;
    onEvent?.({ type: 'finished', want, requests, result, failure, done: done.results.size });
    return true;
  }
}

/** Whole markets where the provider bears fewer of them at once than of other requests; their actions are lists of their own. */
function endpointOf(task: Task, intervals: Capabilities['intervals']): Endpoint | undefined {
  if (!('slice' in task) || task.slice.actionsSince !== undefined) return undefined;
  const mostAtOnce = intervals[task.slice.interval]?.market?.maxInFlight;
  return mostAtOnce === undefined ? undefined : { name: task.slice.interval, mostAtOnce };
}

/**
 * Whether the tasks in work at once are so large a part of a day's requests (more than one in a hundred) that the first
 * goes alone: a wrong key or a full disk, which all of them would meet, then costs one request.
 */
function isScarce(quotas: readonly Quota[], tasks: number): boolean {
  return quotas.some((quota) => !isPaced(quota) && tasks > quota.requests / 100);
}
