import { periodOf } from '../../core/bars/partition.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import type { ErrorData } from '../../core/errors.ts';
import { sessionRuns } from '../../core/plan/gaps.ts';
import { actionDaysOf, type Slice, sliceKey } from '../../core/plan/slice.ts';
import type { Collect, Distribute, Want } from '../../core/plan/task.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { contains, intersect, normalize, subtract } from '../../core/session/ranges.ts';
import type { StagedSlice, Staging } from '../../store/staging.ts';
import type { SeriesResult } from '../runner.ts';

/** A part of a want whose sessions were not collected. */
export interface Lacking {
  readonly want: Want;
  /** Why; undefined where they were not asked for. */
  readonly error: ErrorData | undefined;
}

/** What of a distribution can be done. */
export interface Share {
  /** With the collected sessions of its wants alone. */
  readonly task: Distribute;
  readonly lacking: readonly Lacking[];
}

/** The markets of a run, from what is collected to what has been taken in. */
export class MarketStage {
  /** What became of the sessions of each market that were asked for: null where they were collected. */
  readonly #sessions = new Map<string, Map<Day, ErrorData | null>>();
  /** The same of splits and dividends that were asked for, by their slice. */
  readonly #actions = new Map<string, ErrorData | null>();
  /** By interval: the days that must be asked for again, as what was collected of them did not settle a series. */
  readonly #open = new Map<Interval, DayRange[]>();
  readonly #left = new Set<string>();
  readonly #distributed = new Set<string>();

  /** Takes note of what came of a request; of one that was not made nothing is to be noted. */
  note({ market, slice }: Collect, error: ErrorData | null): void {
    if (slice.actionsSince !== undefined) {
      this.#actions.set(sliceKey(slice), error);
      return;
    }
    const sessions = this.#sessions.get(market) ?? new Map<Day, ErrorData | null>();
    this.#sessions.set(market, sessions.set(slice.session, error));
  }

  /**
   * What of a distribution can be done with what was collected by now: nothing where splits or dividends are not known, by which
   * bars are judged.
   */
  share(task: Distribute): Share {
    const unknown = this.#unknownActions(task);
    if (unknown.length > 0) {
      const [error] = unknown.flatMap((slice) => this.#actions.get(sliceKey(slice)) ?? []);
      return { task: { ...task, wants: [] }, lacking: task.wants.map((want) => ({ want, error })) };
    }
    const sessions = this.#sessions.get(task.market) ?? new Map<Day, ErrorData | null>();
    const isCollected = (day: Day): boolean => sessions.get(day) === null;
    if (task.sessions.every(isCollected)) return { task, lacking: [] };
    const days = normalize(task.sessions.filter(isCollected).map((day) => ({ from: day, to: day + 1 })));
    const lacking: Lacking[] = [];
    const wants = task.wants.flatMap((want): Want[] => {
      const rest = partOf(want, subtract(want.gaps, days));
      const failed = [...sessions].find(([day, error]) => error !== null && contains(rest.gaps, day));
      if (rest.sessions > 0) lacking.push({ want: rest, error: failed?.[1] ?? undefined });
      const own = partOf(want, intersect(want.gaps, days));
      return own.sessions > 0 ? [own] : [];
    });
    return { task: { ...task, wants }, lacking };
  }

  #unknownActions({ actions }: Distribute): readonly Slice[] {
    return actions?.asked.filter((slice) => this.#actions.get(sliceKey(slice)) !== null) ?? [];
  }

  /** A distribution was done, or not: then what was collected for it stays. */
  noteDone(task: Distribute, isDone: boolean): void {
    const { market } = task;
    (isDone && this.#unknownActions(task).length === 0 ? this.#distributed : this.#left).add(market);
  }

  /** Takes note of what became of a want that was answered by what was collected. */
  noteAnswer({ series: { interval }, gaps }: Want, result: SeriesResult | undefined): void {
    if (result !== undefined && isSettled(result)) return;
    const open = this.#open.get(interval) ?? [];
    for (const run of gaps) open.push(run);
    this.#open.set(interval, open);
  }

  /**
   * Removes what the series have taken in, and at the end of a whole run whatever else a source has in staging for the same
   * `lists`. What was collected for others they may still want: of that goes only what did not settle a series, for which
   * the same answer must not count twice.
   */
  async sweep(
    staging: Staging,
    { source, lists, isStopped }: { source: string; lists: ReadonlySet<string>; isStopped: boolean },
  ): Promise<void> {
    const open = new Map([...this.#open].map(([interval, days]) => [interval, normalize(days)]));
    const isOver = (slice: StagedSlice): boolean => {
      const { interval, session, actionsSince, list } = slice;
      // The sessions that are left are judged by them too.
      if (isStopped && actionsSince !== undefined) return false;
      const market = `${interval} ${periodOf(interval, session)}`;
      if (this.#left.has(market)) return false;
      if (isStopped && !this.#distributed.has(market)) return false;
      if (list === undefined || lists.has(list)) return true;
      const days = actionsSince === undefined ? [{ from: session, to: session + 1 }] : actionDaysOf(slice);
      return intersect(days, open.get(interval) ?? []).length > 0;
    };
    const own = (await staging.list()).filter((slice) => slice.source === source);
    await staging.remove(own.filter(isOver));
  }
}

/** Whether a series needs no other answer for its sessions. */
function isSettled(result: SeriesResult): boolean {
  if (!result.ok) return false;
  const { missing, waiting, rejected, unconfirmed } = result.report;
  return missing + waiting + rejected === 0 && unconfirmed === null;
}

function partOf(want: Want, days: Want['gaps']): Want {
  const calendar = calendarById(want.calendar);
  const gaps = sessionRuns(days, calendar);
  return { ...want, gaps, sessions: calendar.count(gaps) };
}
