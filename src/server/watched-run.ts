import { isUnavailability } from '../backfill/failure.ts';
import type { BackfillEvent } from '../backfill/run/events.ts';
import { NO_TRAFFIC, type TrafficCounts, type TrafficNow } from '../backfill/runner.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { BackfillError } from '../core/errors.ts';
import { isPaced, type Quota, quotaText } from '../core/plan/quota.ts';
import type {
  QuotaNow,
  RecentFailure,
  RunNow,
  RunPhase,
  RunSnapshot,
  SlowSeries,
} from '../report/dashboard/live-data.ts';
import { type ProgressNow, watchRun } from '../report/progress.ts';
import { Paces } from './paces.ts';
import { type AskedFirst, linesOf, plain, summaryLines } from './run-words.ts';
import { SeriesMarks } from './series-marks.ts';
import { TasksInWork } from './tasks-in-work.ts';

/** What is kept of lists that a run makes longer and longer. */
const MOST_FAILURES = 30;
const MOST_SLOW = 10;
const MOST_SAID = 30;

/** Between two points of the chart of a short run, in ms. */
const POINT_EVERY_MS = 1000;

/** One run by its events, in bounded memory: each event costs as much as any other. */
export class WatchedRun {
  readonly marks = new SeriesMarks();
  readonly #paces = new Paces(POINT_EVERY_MS);
  readonly #tasks = new TasksInWork();
  readonly #clock: () => number;
  readonly #number: number;
  readonly #startedAt: number;
  #asked: AskedFirst;
  #watch;
  #endedAt: number | undefined;
  #phase: RunPhase = 'planning';
  #workers = 0;
  #traffic: (() => TrafficNow) | undefined;
  /** What was sent by those of a chain that were asked before. */
  #sentBefore: TrafficCounts = NO_TRAFFIC;
  /** Those that came, of which some may be taken back; at the end those that count. */
  #bars = 0;
  readonly #said: string[] = [];
  /** Series by the code of what they failed with, be it with several of a chain. */
  readonly #errors = new Map<string, Set<string>>();
  /** Whom it asked, in order. */
  readonly #providers: Set<string>;
  readonly #slowest: SlowSeries[] = [];
  #failures: RecentFailure[] = [];
  #end: readonly string[] = [];
  /** Ids of the records that it begins, one of which is written at the end of each. */
  readonly #begun: string[] = [];
  #records: readonly string[] = [];

  /** `clock` is the wall's, in ms since the epoch. */
  constructor(number: number, asked: AskedFirst, clock: () => number) {
    this.#number = number;
    this.#asked = asked;
    this.#providers = new Set([asked.provider]);
    this.#clock = clock;
    this.#startedAt = clock();
    this.#watch = watchRun(asked.quotas, clock);
  }

  get isOver(): boolean {
    return this.#endedAt !== undefined;
  }

  note(event: BackfillEvent): void {
    if (event.type === 'asking') this.#askNext(event);
    this.#watch.note(event);
    if (event.type === 'begun') this.#begun.push(event.runId);
    else if (event.type === 'planned') this.marks.plan(event.plan);
    else if (event.type === 'running') {
      this.#phase = 'running';
      this.#workers = event.workers;
      this.#keepSent();
      this.#traffic = event.traffic;
    } else if (event.type === 'started') {
      this.#tasks.begin(event.task, this.#clock());
      for (const { series } of event.task.wants) this.marks.begin(series);
    } else if (event.type === 'collected') this.#tasks.end(event.task);
    else if (event.type === 'finished') this.#finish(event);
    this.#say(event);
  }

  /** What the summary says of failures and bars counts: more is known at the end than when they came. */
  ended(summary: RunSummary): void {
    this.#errors.clear();
    for (const failure of summary.failures) {
      this.#noteError(failure);
      this.marks.set(
        { ticker: failure.ticker, interval: failure.interval },
        isUnavailability(failure) ? 'u' : 'f',
      );
    }
    const newest = summary.failures.slice(0, MOST_FAILURES);
    const at = new Map(this.#failures.map((one) => [textOf(one), one.at]));
    this.#failures = newest.map(({ ticker, interval, code, message }) => ({
      ...{ ticker, interval, code, message },
      at: at.get(textOf({ ticker, interval, message })) ?? this.#clock(),
    }));
    // A disk that is full has no room for the record of the run that met it.
    const isKept = summary.runId !== undefined || summary.byProvider !== undefined;
    this.#records = isKept ? this.#begun : [];
    this.#close(summary.stopped === null ? 'ended' : 'stopped', summaryLines(summary));
    // After the last point of the chart: what is taken back was no pace.
    this.#bars = summary.bars;
  }

  failed(error: unknown): void {
    // Of a chain those that were asked before are on record.
    this.#records = this.#begun.slice(0, -1);
    const line = error instanceof BackfillError ? error.message : `a fault of the program: ${String(error)}`;
    this.#close('failed', [line]);
  }

  /** Notes how fast it is by now; gives whether that made a point of the chart. */
  measure(): boolean {
    if (this.isOver || this.#traffic === undefined) return false;
    const { sent } = this.#sent();
    return this.#paces.note({ atMs: this.#clock() - this.#startedAt, sent, bars: this.#bars });
  }

  now(): RunNow {
    const progress = this.#watch.now();
    const { f: failed, u: unavailable, d } = this.marks.counts;
    const { sent, retries, throttles, bytesReceived } = this.#sent();
    const elapsedMs = (this.#endedAt ?? this.#clock()) - this.#startedAt;
    return {
      ...{ number: this.#number, phase: this.#phase },
      provider: this.isOver ? [...this.#providers].join(', ') : this.#asked.provider,
      ...{ said: this.#said, workers: this.#workers, startedAt: this.#startedAt, elapsedMs },
      leftMs: this.isOver ? null : progress.leftMs,
      resumesAt: this.isOver ? null : progress.resumesAt,
      ...{ done: d + failed + unavailable, total: this.#total(), failed, unavailable },
      ...{ tasksInWork: this.#tasks.count, bars: this.#bars },
      barsPerSecond: elapsedMs === 0 ? 0 : Math.round((this.#bars * 1000) / elapsedMs),
      requestsPerMinute: this.isOver ? perMinute(sent, elapsedMs) : this.#paces.requestsPerMinute,
      ...{ sent, retries, throttles, bytesReceived },
      quotas: this.#quotasNow(progress),
      errors: [...this.#errors]
        .map(([code, { size }]) => [code, size] as const)
        .toSorted(([, a], [, b]) => b - a),
      ...{ slowest: this.#slowest, failures: this.#failures },
      ...{ end: this.#end, records: this.#records },
    };
  }

  get paces(): RunSnapshot['paces'] {
    return this.#paces.points;
  }

  snapshot(): RunSnapshot {
    const { names: series, more, marks } = this.marks;
    return { run: this.now(), series, more, marks, paces: this.paces };
  }

  /** Of a chain the next one is asked, or the first one again. */
  #askNext({ provider, quotas, before, unnamed }: Extract<BackfillEvent, { type: 'asking' }>): void {
    this.#asked = { provider, quotas };
    this.#providers.add(provider);
    if (before.length === 0 && unnamed === undefined) return;
    this.#watch = watchRun(quotas, this.#clock);
    this.#tasks.clear();
  }

  #finish({ want, result, failure }: Extract<BackfillEvent, { type: 'finished' }>): void {
    const { ticker, interval } = want.series;
    const ms = this.#tasks.endWant(want, this.#clock());
    if (result.ok) {
      this.#bars += result.report.bars;
      const { fetchMs, storeMs } = result.report;
      if (ms !== undefined) this.#noteSlow({ ticker, interval, ms, fetchMs, storeMs });
    }
    if (failure === null) this.marks.finish(want.series, 'done');
    else {
      const isEmpty = isUnavailability(failure);
      this.marks.finish(want.series, isEmpty ? 'not-to-be-had' : 'failed');
      const { code, message } = failure;
      this.#noteError({ ticker, interval, code });
      this.#failures.unshift({ ticker, interval, code, message, at: this.#clock() });
      if (this.#failures.length > MOST_FAILURES) this.#failures.pop();
    }
  }

  #noteError({ ticker, interval, code }: Pick<RecentFailure, 'ticker' | 'interval' | 'code'>): void {
    const series = this.#errors.get(code) ?? new Set<string>();
    this.#errors.set(code, series.add(`${ticker} ${interval}`));
  }

  #noteSlow(one: SlowSeries): void {
    const last = this.#slowest.at(-1);
    if (this.#slowest.length === MOST_SLOW && last !== undefined && one.ms <= last.ms) return;
    const place = this.#slowest.findIndex(({ ms }) => ms < one.ms);
    this.#slowest.splice(place === -1 ? this.#slowest.length : place, 0, one);
    if (this.#slowest.length > MOST_SLOW) this.#slowest.pop();
  }

  #say(event: BackfillEvent): void {
    for (const line of linesOf(event, this.#asked)) this.#said.push(plain(line));
    while (this.#said.length > MOST_SAID) this.#said.shift();
  }

  #close(phase: RunPhase, end: readonly string[]): void {
    this.measure();
    this.#phase = phase;
    this.#endedAt = this.#clock();
    this.#end = end.map(plain);
    this.#keepSent();
    this.#traffic = undefined;
    this.#tasks.clear();
    this.marks.end();
  }

  #total(): number {
    const { w, b, d, f, u } = this.marks.counts;
    return w + b + d + f + u;
  }

  #sent(): TrafficCounts {
    return this.#traffic === undefined ? this.#sentBefore : added(this.#sentBefore, this.#traffic());
  }

  #keepSent(): void {
    this.#sentBefore = this.#sent();
  }

  #quotasNow({ quotaUse }: ProgressNow): QuotaNow[] {
    const { quotas } = this.#asked;
    const learned = this.#traffic?.().learned ?? null;
    const used = new Map(quotaUse.map(({ quota, used: count }) => [quota, count]));
    const nowOf = (quota: Quota): QuotaNow => {
      const { requests: limit, perMs } = quota;
      const name = quotaText([quota]);
      if (!isPaced(quota)) return { name, perMinute: null, used: used.get(quota) ?? null, limit };
      return { name, perMinute: (limit * 60_000) / perMs, used: null, limit };
    };
    return [
      ...quotas.map(nowOf),
      ...(learned === null ? [] : [{ ...nowOf(learned), learned: true as const }]),
    ];
  }
}

/** What tells failures apart: of a chain a series may fail with each. */
function textOf({
  ticker,
  interval,
  message,
}: Pick<RecentFailure, 'ticker' | 'interval' | 'message'>): string {
  return `${ticker} ${interval} ${message}`;
}

/** Of a whole run, as its bars a second are. */
function perMinute(sent: number, elapsedMs: number): number {
  return elapsedMs === 0 ? 0 : Math.round((sent * 60_000) / elapsedMs);
}

function added(a: TrafficCounts, b: TrafficCounts): TrafficCounts {
  return {
    sent: a.sent + b.sent,
    succeeded: a.succeeded + b.succeeded,
    retries: a.retries + b.retries,
    throttles: a.throttles + b.throttles,
    bytesReceived: a.bytesReceived + b.bytesReceived,
  };
}
