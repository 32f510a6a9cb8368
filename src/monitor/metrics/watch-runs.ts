import type { BackfillEvent } from '../../backfill/run/events.ts';
import type { RunSummary } from '../../backfill/settle/summary.ts';
import { type Failure, isUnavailability } from '../../backfill/failure.ts';
import type { SeriesReport, TaskResult } from '../../backfill/runner.ts';
import { type Task, intervalOf } from '../../core/plan/task.ts';
import type { RunObserver } from '../observer.ts';
import type { Instruments } from './instruments.ts';
import { OTHERS, type SeriesLabels } from './node-ids.ts';
import type { TrafficMetrics } from './traffic-metrics.ts';

/** How a run ended: by itself, or by an error. */
export type RunEnd = { readonly summary: RunSummary } | { readonly error: unknown };

/** What the runs of one command are counted with. */
export interface Watching {
  readonly instruments: Instruments;
  readonly traffic: TrafficMetrics;
  readonly labelsOf: SeriesLabels;
  /** The exit code that a run earns which ended so. */
  readonly exitCodeOf: (end: RunEnd) => number;
  /** ms since the epoch. */
  readonly clock: () => number;
  /** The last bar of a series that was stored begins then, ms since the epoch. */
  readonly noteLast: (labels: Record<string, string>, at: number) => void;
  /** Something was stored, perhaps. */
  readonly onStored: () => void;
}

type EventOf<Type extends BackfillEvent['type']> = Extract<BackfillEvent, { readonly type: Type }>;

/** The fates of rows, as the record of a run names them. */
const FATES = [
  'inserted',
  'changed',
  'revised',
  'stayed',
  'provisional',
  'rejected',
  'dropped',
  'fillers',
] as const;

/** What a run did for series, as its record names it. */
const OUTCOMES = {
  fetched: 'fetched',
  complete: 'complete',
  withHoles: 'with_holes',
  waiting: 'waiting',
  unavailable: 'unavailable',
  failed: 'failed',
  notRun: 'not_run',
} as const;

/** Counts what runs that belong together tell; of those that end, the highest exit code is told. */
export function watchRuns(watching: Watching): RunObserver {
  let worst = 0;
  let run: WatchedRun | undefined;
  const end = (ending: RunEnd): void => {
    run ??= new WatchedRun(watching);
    worst = Math.max(worst, watching.exitCodeOf(ending));
    run.end(ending, worst);
    run = undefined;
  };
  return {
    note: (event) => (run ??= new WatchedRun(watching)).note(event),
    ended: (summary) => end({ summary }),
    failed: (error) => end({ error }),
  };
}

class WatchedRun {
  readonly #with: Watching;
  readonly #startedAt: number;
  /** Each series is counted once, by series and code. */
  readonly #failed = new Set<string>();
  #wants = 0;
  #done = 0;
  /** Requests sent again by providers that were asked before, and those of all of them that are told of a task. */
  #retriesBefore = 0;
  #retriesTold = 0;

  constructor(watching: Watching) {
    this.#with = watching;
    this.#startedAt = watching.clock();
    const { inProgress, lastRunStart, completion } = watching.instruments;
    inProgress.set(1);
    lastRunStart.set(this.#startedAt / 1000);
    completion.set(0);
  }

  note(event: BackfillEvent): void {
    const { instruments, traffic } = this.#with;
    switch (event.type) {
      case 'asking':
      case 'opinion':
        this.#retriesBefore += traffic.end();
        traffic.ask(event);
        return;
      case 'planned':
        this.#plan(event);
        return;
      case 'running':
        instruments.workers.set(event.workers);
        traffic.begin(event.traffic);
        return;
      case 'started':
        instruments.jobs.inc();
        instruments.queue.dec();
        return;
      case 'ended':
        instruments.jobs.dec();
        this.#endTask(event.task, event.result);
        return;
      case 'finished':
        this.#finish(event);
        return;
      case 'collected':
      case 'begun':
      case 'listed':
      case 'meant':
      case 'damaged-answers':
      case 'note':
    }
  }

  end(ending: RunEnd, exitCode: number): void {
    const { instruments, traffic, clock, onStored } = this.#with;
    this.#countRest(this.#retriesBefore + traffic.end() - this.#retriesTold);
    if ('summary' in ending) this.#summarize(ending.summary);
    const { jobs, queue, workers, inProgress, runs, lastRunStart, lastRunEnd, lastRunCode } = instruments;
    for (const gauge of [jobs, queue, workers, inProgress]) gauge.set(0);
    runs.inc({ result: resultOf(this.#with.exitCodeOf(ending)) });
    const at = 'summary' in ending ? ending.summary : { startedAt: this.#startedAt, endedAt: clock() };
    lastRunStart.set(at.startedAt / 1000);
    lastRunEnd.set(at.endedAt / 1000);
    lastRunCode.set(exitCode);
    onStored();
  }

  #plan({ plan: { tasks } }: EventOf<'planned'>): void {
    const { queue, completion } = this.#with.instruments;
    this.#done = 0;
    this.#wants = 0;
    for (const { wants } of tasks) this.#wants += wants.length;
    queue.set(tasks.length);
    completion.set(this.#wants === 0 ? 1 : 0);
  }

  #finish({ want: { series }, result, failure }: EventOf<'finished'>): void {
    const { instruments, labelsOf, onStored } = this.#with;
    this.#done++;
    if (this.#wants > 0) instruments.completion.set(Math.min(1, this.#done / this.#wants));
    if (failure !== null) this.#fail(failure);
    if (!result.ok) return;
    const { report } = result;
    this.#countRows(report);
    if (report.lastBar !== undefined) this.#with.noteLast(labelsOf(series), report.lastBar);
    if (report.bars > 0) onStored();
  }

  #countRows(report: SeriesReport): void {
    const { instruments, traffic } = this.#with;
    const { provider } = traffic;
    instruments.bars.inc({ provider }, report.bars);
    for (const fate of FATES) {
      const rows = report[fate] ?? 0;
      if (rows > 0) instruments.rows.inc({ provider, fate }, rows);
    }
  }

  #endTask(task: Task, { series, retries = 0 }: TaskResult): void {
    const { instruments, labelsOf, traffic } = this.#with;
    if (retries > 0) {
      const [first, ...others] = task.wants;
      const isOfOne = first !== undefined && others.length === 0;
      const interval = 'tickers' in task ? task.intervals.join(',') : intervalOf(task);
      instruments.retry.inc(labelsOf(isOfOne ? first.series : { ticker: OTHERS, interval }), retries);
      this.#retriesTold += retries;
    }
    const reports = series.flatMap((one) => (one.ok ? one.report : []));
    if (reports.length === 0) return;
    const seconds = (of: 'fetchMs' | 'storeMs'): number =>
      reports.reduce((sum, one) => sum + one[of], 0) / 1000;
    // What was collected lies there: nobody waits for it.
    if (!('bucket' in task)) instruments.fetch.observe({ provider: traffic.provider }, seconds('fetchMs'));
    instruments.commit.observe(seconds('storeMs'));
  }

  /** What no task tells of: it died, or the request was for no task. */
  #countRest(retries: number): void {
    if (retries > 0)
      this.#with.instruments.retry.inc(this.#with.labelsOf({ ticker: OTHERS, interval: OTHERS }), retries);
  }

  #fail(failure: Failure): void {
    const { instruments, labelsOf, traffic } = this.#with;
    const { ticker, interval, code } = failure;
    const [series, error] = [`${ticker} ${interval}`, `${ticker} ${interval} ${code}`];
    if (!this.#failed.has(error)) instruments.errors.inc({ provider: traffic.provider, code });
    this.#failed.add(error);
    if (isUnavailability(failure)) return;
    if (!this.#failed.has(series)) instruments.failure.inc(labelsOf({ ticker, interval }));
    this.#failed.add(series);
  }

  #summarize(summary: RunSummary): void {
    // Some are found only when all has come.
    for (const failure of summary.failures) this.#fail(failure);
    for (const [name, outcome] of Object.entries(OUTCOMES) as [keyof typeof OUTCOMES, string][])
      this.#with.instruments.series.inc({ outcome }, summary[name]);
  }
}

function resultOf(exitCode: number): string {
  if (exitCode === 0) return 'complete';
  if (exitCode === 3) return 'quota';
  return exitCode >= 128 ? 'interrupted' : 'failed';
}
