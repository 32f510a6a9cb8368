import type { Plan } from '../../core/plan/plan.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Quota } from '../../core/plan/quota.ts';
import type { Collect, FetchActions, Task, Want } from '../../core/plan/task.ts';
import type { BatchPlace } from '../../core/universe/universe.ts';
import type { SetAside } from '../../store/scan.ts';
import type { DamagedAnswer } from '../../store/staging.ts';
import type { Failure } from '../failure.ts';
import type { SeriesResult, TaskResult, TrafficNow } from '../runner.ts';

/** Where some of the tickers of a run come from, as it names them. */
export interface TickersOrigin {
  readonly from: 'named' | 'file' | 'portfolio' | 'provider' | 'universe';
  /** Of a file its path, of a universe its name, of a list the provider. */
  readonly name: string;
  readonly tickers: number;
}

/** What a run is for. */
export interface Meant {
  readonly origins: readonly TickersOrigin[];
  /** As `rangeText` says it. */
  readonly range: string;
  readonly intervals: readonly Interval[];
}

/** What a run tells while it goes. */
export type BackfillEvent =
  /** A run has the store, and will be on record: each provider of a chain has one of its own, and so has each batch. */
  | {
      readonly type: 'begun';
      /** Id of its record, which is written at its end. */
      readonly runId: string;
      readonly provider: string;
      /** ms since the epoch. */
      readonly startedAt: number;
      /** Which part of a list it is of. Default: it is of none. */
      readonly batch?: BatchPlace;
    }
  /** Of a chain: which of its providers is asked next, and who was asked before it. */
  | {
      readonly type: 'asking';
      readonly provider: string;
      /** Those that its requests keep. */
      readonly quotas: readonly Quota[];
      /** In their order; none for the first. */
      readonly before: readonly string[];
      /** All of the chain. */
      readonly chain: readonly string[];
      /** It was asked just now: so many series that its answers for whole markets do not name are asked for alone. */
      readonly unnamed?: number;
      /** Where series that its whole sessions do not name are going to be asked of it by themselves. Default: nowhere. */
      readonly asksUnnamed?: readonly Interval[];
    }
  /** A provider of a chain is asked what it has of odd sessions that others gave. */
  | {
      readonly type: 'opinion';
      readonly provider: string;
      readonly quotas: readonly Quota[];
      readonly sessions: number;
      /** What it is priced at. */
      readonly requests: number;
    }
  /** Of which tickers parts are going to be asked for. */
  | { readonly type: 'meant'; readonly meant: Meant }
  /** `lost`, `distrusted`: see `Scan`. */
  | {
      readonly type: 'planned';
      /** The run's own: it is frozen. */
      readonly plan: Plan;
      readonly setAside: readonly SetAside[];
      readonly lost: readonly SetAside[];
      readonly distrusted: readonly SetAside[];
      /** What was asked for, in the user's terms. Default: nobody is told. */
      readonly meant?: Meant;
    }
  /** Answers for whole markets that an earlier run collected and that are damaged: they are set aside, and asked for again. */
  | { readonly type: 'damaged-answers'; readonly answers: readonly DamagedAnswer[] }
  /** Threads are there; `traffic` tells how the requests get on, whenever it is asked. */
  | {
      readonly type: 'running';
      readonly plan: Plan;
      readonly workers: number;
      /** How the requests get on, at the moment it is called. */
      readonly traffic: () => TrafficNow;
    }
  /** The tickers that a provider lists; `listedAt` tells when it said so, which may be days ago where a quota is small. */
  | {
      readonly type: 'listed';
      readonly provider: string;
      readonly tickers: number;
      /** By the wall's clock, ms since the epoch. */
      readonly listedAt: number;
      /** From then on it is asked again; or once the file at `path` is removed. */
      readonly staleAt: number;
      readonly path: string;
    }
  /** One line for the user of what a run waits for. */
  | { readonly type: 'note'; readonly line: string }
  | { readonly type: 'started'; readonly task: Task }
  /** A task is in work no more, after what it tells of its wants, be it that it was stopped. */
  | { readonly type: 'ended'; readonly task: Task; readonly result: TaskResult }
  /** A session of a whole market, or splits and dividends, were asked for, be it in vain. */
  | { readonly type: 'collected'; readonly task: Collect | FetchActions }
  /** A want of a task. `requests`: its share of those of the task. `failure`: what the summary will say of it, if it is one. */
  | {
      readonly type: 'finished';
      readonly want: Want;
      readonly requests: number;
      readonly result: SeriesResult;
      readonly failure: Failure | null;
      readonly done: number;
    };
