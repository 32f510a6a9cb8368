import { type Failure, isUnavailability } from '../../backfill/failure.ts';
import type { BackfillEvent } from '../../backfill/run/events.ts';
import type { RunSummary } from '../../backfill/settle/summary.ts';
import { BackfillError } from '../../core/errors.ts';
import type { BatchPlace } from '../../core/universe/universe.ts';
import type { RunObserver } from '../observer.ts';
import type { About, Log, Said } from './events.ts';
import { type SeriesEnd, SeriesSoFar } from './series-so-far.ts';

/** How often it is looked whether the provider asked to slow down, in ms. */
const LOOK_EVERY_MS = 1000;

type EventOf<Type extends BackfillEvent['type']> = Extract<BackfillEvent, { type: Type }>;

/** What is known of a run while it goes on. */
interface RunSoFar {
  about: About;
  batch: BatchPlace | undefined;
  /** Of a chain: whom it asks since when it told so. */
  asking: EventOf<'asking'> | undefined;
  /** Ids of its records. */
  readonly runs: string[];
  readonly series: SeriesSoFar;
  /** Failures that were told, see `keyOf`. */
  readonly toldErrors: Set<string>;
  /** Ends what watches the requests. */
  endWatch: (() => void) | undefined;
}

function nothingSoFar(): RunSoFar {
  return {
    ...{ about: {}, batch: undefined, asking: undefined, endWatch: undefined },
    ...{ runs: [], series: new SeriesSoFar(), toldErrors: new Set() },
  };
}

/** Tells runs, one after the other, as events of a log. */
export class RunLog implements RunObserver {
  readonly #log: Log;
  #run = nothingSoFar();
  readonly #tell: { readonly [Type in BackfillEvent['type']]?: (event: EventOf<Type>) => void } = {
    begun: (event) => this.#begin(event),
    asking: (event) => void (this.#run.asking = event),
    opinion: ({ provider, sessions, requests }) =>
      this.#log('backfill.second_opinion', { provider }, { sessions, requests }),
    listed: ({ provider, tickers, listedAt }) =>
      this.#log(
        'backfill.listed',
        { ...this.#run.about, provider },
        { tickers, listed_at: new Date(listedAt).toISOString() },
      ),
    'damaged-answers': ({ answers }) => {
      for (const { path, reason } of answers)
        this.#log('backfill.damaged', this.#run.about, { path, error: reason });
    },
    planned: (event) => this.#plan(event),
    running: (event) => this.#fetch(event),
    started: (event) => this.#log('backfill.task_started', this.#run.about, taskOf(event)),
    collected: (event) => this.#log('backfill.collected', this.#run.about, taskOf(event)),
    finished: (event) => this.#finish(event),
  };

  constructor(log: Log) {
    this.#log = log;
  }

  note(event: BackfillEvent): void {
    const tell = this.#tell[event.type] as ((event: BackfillEvent) => void) | undefined;
    tell?.(event);
  }

  ended(summary: RunSummary): void {
    const { about, runs, batch, toldErrors } = this.#run;
    this.#endWatch();
    for (const failure of summary.failures) if (!toldErrors.has(keyOf(failure))) this.#tellError(failure);
    const { stopped } = summary;
    if (stopped !== null)
      this.#log('backfill.stopped', about, { reason: stopped.reason, error: stopped.message });
    this.#log('backfill.finished', about, { ...finishedOf(summary), runs });
    if (batch !== undefined) {
      const { number, of, first, last, total } = batch;
      this.#log('backfill.batch_done', about, {
        ...{ batch: number, batches: of, first, last, total },
        ...countsOf(summary),
      });
    }
    this.#run = nothingSoFar();
  }

  failed(error: unknown): void {
    this.#endWatch();
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    const isOurs = error instanceof BackfillError;
    this.#log('backfill.failed', this.#run.about, {
      error: message,
      ...(isOurs ? { code: error.code } : { stack }),
    });
    this.#run = nothingSoFar();
  }

  #begin({ runId, provider, batch }: EventOf<'begun'>): void {
    const run = this.#run;
    run.about = { run: runId, provider };
    run.runs.push(runId);
    if (run.runs.length === 1) {
      run.batch = batch;
      const place = batch && { batch: batch.number, batches: batch.of };
      this.#log('backfill.started', run.about, { ...place });
    } else {
      const { before = [], unnamed } = run.asking ?? {};
      this.#log('backfill.next_provider', run.about, { before, ...(unnamed !== undefined && { unnamed }) });
    }
  }

  #plan({ plan, setAside, lost, meant }: EventOf<'planned'>): void {
    const { about, series } = this.#run;
    series.plan(plan);
    for (const { path, reason, ticker, interval } of [...setAside, ...lost])
      this.#log('backfill.damaged', about, { path, error: reason, ticker, ...(interval && { interval }) });
    const { totals, quotaMs } = plan;
    const wants = plan.tasks.flatMap((task) => task.wants);
    this.#log('backfill.planned', about, {
      intervals: meant?.intervals ?? [...new Set(wants.map((want) => want.series.interval))],
      ...(meant && { range: meant.range }),
      ...{ series: totals.series, complete: totals.complete, to_fill: totals.toFill },
      ...{ unavailable: totals.unavailable, sessions: totals.sessions, requests: totals.requests },
      ...(quotaMs !== null && { quota_ms: quotaMs }),
    });
  }

  #fetch({ workers, traffic }: EventOf<'running'>): void {
    const { about } = this.#run;
    this.#endWatch();
    this.#log('backfill.fetching', about, { workers });
    let told = 0;
    const look = (): void => {
      const { throttles, pausedMs } = traffic();
      if (throttles <= told) return;
      told = throttles;
      this.#log('backfill.throttled', about, { throttles, paused_ms: Math.round(pausedMs) });
    };
    const timer = setInterval(look, LOOK_EVERY_MS).unref();
    this.#run.endWatch = () => {
      clearInterval(timer);
      look();
    };
  }

  #endWatch(): void {
    const { endWatch } = this.#run;
    this.#run.endWatch = undefined;
    endWatch?.();
  }

  #finish({ want, result, failure }: EventOf<'finished'>): void {
    const { about, series } = this.#run;
    if (result.ok) {
      const { bars, missing, fetchMs, storeMs } = result.report;
      const took = { fetch_ms: Math.round(fetchMs), store_ms: Math.round(storeMs) };
      this.#log('backfill.answered', about, { want: want.id, bars, missing, ...took });
    } else this.#log('backfill.answered', about, { want: want.id, error: result.error.message });
    if (failure !== null) this.#tellError(failure);
    const done = series.finish(want.series, result.ok ? result.report : undefined, resultOf(failure));
    if (done !== undefined) this.#log('backfill.ticker_done', about, done);
  }

  /** Failures of one kind of a series are told once. */
  #tellError(failure: Failure): void {
    const { about, toldErrors } = this.#run;
    if (toldErrors.has(keyOf(failure))) return;
    toldErrors.add(keyOf(failure));
    const { ticker, interval, code, message, from, to } = failure;
    this.#log('backfill.symbol_error', about, { symbol: ticker, error: message, code, interval, from, to });
  }
}

function resultOf(failure: Failure | null): SeriesEnd {
  if (failure === null) return 'fetched';
  return isUnavailability(failure) ? 'unavailable' : 'failed';
}

function keyOf({ ticker, interval, code }: Failure): string {
  return `${ticker} ${interval} ${code}`;
}

function taskOf({ task }: EventOf<'started' | 'collected'>): Said<'backfill.collected'> {
  return { task: task.id, requests: task.requests };
}

function countsOf(summary: RunSummary) {
  const { series, complete, fetched, failed, unavailable, notRun, startedAt, endedAt } = summary;
  const { bars, inserted, changed, revised, rejected } = summary;
  return {
    ...{ series, complete, fetched, failed, unavailable, not_run: notRun },
    ...{ bars, inserted, changed, revised, rejected, duration_ms: endedAt - startedAt },
  };
}

function finishedOf(summary: RunSummary): Omit<Said<'backfill.finished'>, 'runs'> {
  const { stopped, waiting, requests, sent, succeeded, retries, throttles, bytesReceived } = summary;
  return {
    ...countsOf(summary),
    ...(stopped !== null && { stopped: stopped.reason }),
    ...{ waiting, requests, sent, succeeded, retries, throttles, bytes: bytesReceived },
  };
}
