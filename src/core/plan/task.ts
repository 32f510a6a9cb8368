import type { Series } from '../bars/bars.ts';
import type { Day, DayRange } from '../session/day.ts';
import { BackfillError } from '../errors.ts';
import type { Interval } from '../session/interval.ts';
import type { Slice } from './slice.ts';

/** What is to be fetched of one series: one span, and the sessions of it to store. Plain JSON. */
export interface Want {
  /** `AAPL 1d 2013-02-08..2018-02-07`, or `AAPL 1d compare 2013-02-08..2013-02-13` where no session is wanted. */
  readonly id: string;
  readonly series: Series;
  /** Calendar id. */
  readonly calendar: string;
  /** Session dates to ask for, `[from, to)`: the gaps, what lies between them, and a few final sessions beside them. */
  readonly range: DayRange;
  /** The sessions of `range` that are wanted, ascending runs, perhaps none. The others are compared with what is stored. */
  readonly gaps: readonly DayRange[];
  /** Sessions in `gaps`. */
  readonly sessions: number;
  /** The user wants the bars again, also those of another source. Default false: theirs stay. */
  readonly again?: boolean;
  /** The provider changed the whole series: what comes replaces it, however far it moved. */
  readonly replaces?: boolean;
  /** After when, ms since the epoch, what replaces it was asked for: what is stored of until then is still to be replaced. */
  readonly replacesSince?: number;
  /**
   * What comes is an opinion of this session, whose stored bars it is compared with and those of the sessions beside it in
   * `range`: nothing is joined to it, and nothing comes of it.
   */
  readonly opinionOf?: Day;
  /** Top-ups since the oldest sessions were last compared, to be noted with what it stores; 0: it compares them. */
  readonly topUps?: number;
  /** Key of the market whose answers fill it, see `Collect`. Default: it is asked for by its series. */
  readonly market?: string;
}

/** What every unit of work for a worker has. Plain JSON. */
interface Work {
  /** That of its first want, and how many more there are; or what it collects. */
  readonly id: string;
  /** Of series of one interval, no two of the same series. */
  readonly wants: readonly Want[];
  /** Requests it costs. */
  readonly requests: number;
  /** What it writes; no two tasks that share one may run at the same time. */
  readonly partitions: readonly string[];
}

/** One request, or one chain of pages, for one series or several: at least one want. */
export interface Fetch extends Work {
  /** Times that a doubtful answer may be asked for in one run; default as often as makes it evidence. */
  readonly questions?: number;
  /** Id of the task that tells it of splits and dividends: it waits for that. Default: it asks for what it needs itself. */
  readonly after?: string;
}

/** One request for the splits and dividends of some tickers, told to what waits for it: it fills no want by itself. */
export interface FetchActions extends Work {
  readonly tickers: readonly string[];
  /** Session dates of the bars that wait for it, `[from, to)`. */
  readonly range: DayRange;
  /** How many tasks wait for it, and their intervals. */
  readonly waiting: number;
  readonly intervals: readonly Interval[];
}

/** One request for a whole market, or a chain of pages, whose answer is staged: it fills no want by itself. */
export interface Collect extends Work {
  readonly slice: Slice;
  /** Key of what is collected together, `1d all`: the slices of one period. */
  readonly market: string;
  /** See `StagedSlice.list`; set as it is handed out. */
  readonly list?: string;
}

/** The series of one bucket take in what was collected: each partition is committed once. It asks for nothing. */
export interface Distribute extends Work {
  readonly bucket: number;
  /** Those of the market that it waits for, ascending. */
  readonly sessions: readonly Day[];
  /**
   * The days of which splits and dividends must be known before it, and what is asked for of them in this run. Default: they
   * come with the bars.
   */
  readonly actions?: { readonly days: DayRange; readonly asked: readonly Slice[] };
  /** As of `Collect`. */
  readonly market: string;
}

/** One unit for a worker. */
export type Task = Fetch | FetchActions | Collect | Distribute;

/** The interval of the series of a task. */
export function intervalOf(task: Exclude<Task, FetchActions>): Interval {
  if ('slice' in task) return task.slice.interval;
  const [first] = task.wants;
  if (first === undefined) throw new BackfillError('internal', 'a task without a want');
  return first.series.interval;
}
