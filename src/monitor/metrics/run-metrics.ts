import { Registry } from 'prom-client';
import type { RunObserver } from '../observer.ts';
import { type Instruments, openInstruments } from './instruments.ts';
import { seriesLabels } from './node-ids.ts';
import { type StoreLooks, storeMetrics } from './store-metrics.ts';
import { type Asked, trafficMetrics } from './traffic-metrics.ts';
import { type RunEnd, type Watching, watchRuns } from './watch-runs.ts';

/** The last run that ended, before anything was watched. */
export interface LastRun {
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly exitCode: number;
}

export interface RunMetricsOptions extends StoreLooks {
  readonly version: string;
  /** Who is asked first. */
  readonly asked: Asked;
  /** Tickers that have a label of their own; 0: none has, nor has any other. */
  readonly mostNodes: number;
  /** The exit code that a run earns which ended so. */
  readonly exitCodeOf: (end: RunEnd) => number;
  /** Default: none is known. */
  readonly last?: LastRun | undefined;
}

/** What the runs of a process export, whoever serves it or writes it down. */
export interface RunMetrics {
  readonly registry: Registry;
  /** Watches runs that belong together, such as the batches of a list: the worst of them is how they end. */
  watch(): RunObserver;
  /** Looks into the store now, for what is told next. */
  refresh(): Promise<void>;
}

/** Nothing is counted that is not told by the runs that it watches; values are made when somebody asks for them. */
export function runMetrics(options: RunMetricsOptions): RunMetrics {
  const registry = new Registry();
  const { mostNodes, asked, clock } = options;
  const look = (): void => {
    traffic.look();
    store.look();
  };
  const instruments = openInstruments(registry, mostNodes > 0, look);
  const traffic = trafficMetrics(instruments, asked, Date.now);
  const store = storeMetrics(instruments, options);
  instruments.build.set({ version: options.version }, 1);
  const { lastRunStart, lastRunEnd, lastRunCode, completion, storeUp } = instruments;
  // Else they would tell of a run in 1970 that went well, and of a store that is lost before there is one.
  for (const gauge of [lastRunStart, lastRunEnd, lastRunCode, completion, storeUp]) gauge.remove();
  if (options.last !== undefined) tellLast(instruments, options.last);
  const labelsOf = seriesLabels(mostNodes);
  const noteLast = latestIn(instruments.lastTimestamp);
  return {
    registry,
    refresh: () => store.refresh(),
    watch: () => {
      const { exitCodeOf } = options;
      const onStored = (): void => store.noteChange();
      return watchRuns({ instruments, traffic, labelsOf, exitCodeOf, clock, noteLast, onStored });
    },
  };
}

/** The latest of the instants (ms since the epoch) that come with some labels: those of many come in no order. */
function latestIn(gauge: Instruments['lastTimestamp']): Watching['noteLast'] {
  const latest = new Map<string, number>();
  return (labels, at) => {
    const key = Object.values(labels).join(' ');
    if (at <= (latest.get(key) ?? Number.NEGATIVE_INFINITY)) return;
    latest.set(key, at);
    gauge.set(labels, at / 1000);
  };
}

function tellLast({ lastRunStart, lastRunEnd, lastRunCode }: Instruments, last: LastRun): void {
  lastRunStart.set(last.startedAt / 1000);
  lastRunEnd.set(last.endedAt / 1000);
  lastRunCode.set(last.exitCode);
}
