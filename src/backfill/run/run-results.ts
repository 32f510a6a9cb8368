import { type Series, seriesKey } from '../../core/bars/bars.ts';
import type { LostSessions } from '../../core/coverage/lost-sessions.ts';
import type { Want } from '../../core/plan/task.ts';
import { subtract } from '../../core/session/ranges.ts';
import { type Counts, countsOf, freshHoles, NOTHING_COUNTED, sumOf } from './counts.ts';
import { failureOf } from '../failure.ts';
import type { SeriesReport, SeriesResult } from '../runner.ts';
import { type OtherAnswer, SameAnswers } from './same-answers.ts';
import { SameBars, type ToldBars } from './same-bars.ts';

/** Sessions of one series that a run lost. */
export interface LostOfSeries extends Series {
  /** Id of its calendar. */
  readonly calendar: string;
  readonly sessions: readonly LostSessions[];
}

/**
 * What became of the wants of a run. A result that is nothing but numbers is added up and let go, so that a run of 100,000
 * series holds no list of them. Kept is any other: failures, what only the end of the run can judge, and what the summary
 * names one by one.
 */
export class RunResults {
  readonly kept = new Map<Want, SeriesResult>();
  readonly #sameBars = new SameBars();
  readonly #sameAnswers = new SameAnswers();
  readonly #tickers = new Set<string>();
  readonly #filled = new Set<string>();
  readonly #lost = new Map<string, LostOfSeries>();
  #counts = NOTHING_COUNTED;
  #counted = 0;
  #hasHoles = false;

  /** The sum of the results that are not kept. */
  get counts(): Counts {
    return this.#counts;
  }

  /** By series key: wanted sessions of which rows came that could not be stored, by the last answer that was for them. */
  get lost(): ReadonlyMap<string, LostOfSeries> {
    return this.#lost;
  }

  /** Keys of the series that got a bar by any of their wants. */
  get filled(): ReadonlySet<string> {
    return this.#filled;
  }

  /** Whether a session was found to have no bar, or to lack some, though nobody says why. */
  get hasHoles(): boolean {
    return this.#hasHoles;
  }

  /** Wants that have a result. */
  get size(): number {
    return this.#counted + this.kept.size;
  }

  /** Tickers that have a result. */
  get tickers(): number {
    return this.#tickers.size;
  }

  add(want: Want, result: SeriesResult): void {
    this.#tickers.add(want.series.ticker);
    const counts = result.ok ? countsOf(result.report) : NOTHING_COUNTED;
    this.#hasHoles ||= freshHoles(counts.absent).holes > 0;
    if (result.ok) {
      if (result.report.bars > 0) this.#filled.add(seriesKey(want.series));
      this.#hasHoles ||= result.report.lost !== undefined;
      this.#noteLost(want, result.report.lost);
    }
    if (result.ok) {
      this.#sameBars.note({ want, counts }, result.report.fingerprint);
      this.#sameAnswers.note({ want, counts }, result.report.answered);
    }
    if (result.ok && isPlain(want, result.report)) {
      this.#counts = sumOf(this.#counts, counts);
      this.#counted++;
    } else this.kept.set(want, result);
  }

  /** Wants of different tickers that got the very same bars, a list for each such answer. */
  sameBars(): ToldBars[][] {
    return this.#sameBars.groups();
  }

  /** Wants whose answers another ticker got too, and that changed final bars by them: see `SameAnswers`. */
  otherAnswers(): OtherAnswer[] {
    return this.#sameAnswers.others();
  }

  /** Wants of some series that told enough bars to be known by them, by series key. */
  toldBars(isMeant: (key: string) => boolean): ReadonlyMap<string, readonly ToldBars[]> {
    return this.#sameBars.of(isMeant);
  }

  /** Replaces the result of a want that told some bars. */
  judge({ want, counts }: ToldBars, result: SeriesResult): void {
    if (!this.kept.has(want)) {
      this.#counts = sumOf(this.#counts, counts, -1);
      this.#counted--;
    }
    this.kept.set(want, result);
    // Its sessions are missing again.
    this.#noteLost(want);
  }

  #noteLost({ series, calendar, gaps }: Want, lost: readonly LostSessions[] = []): void {
    const key = seriesKey(series);
    const before = this.#lost.get(key)?.sessions ?? [];
    if (before.length + lost.length === 0) return;
    const left = before.flatMap(({ reason, ...days }) =>
      subtract([days], gaps).map((range) => ({ ...range, reason })),
    );
    this.#lost.set(key, { ...series, calendar, sessions: [...left, ...lost] });
  }
}

/** Whether all that is to be told of a result is in its counts. */
function isPlain(want: Want, report: SeriesReport): boolean {
  const { oddities, notRead = [], unavailable, unconfirmed, waiting, drift } = report;
  return (
    oddities.length + notRead.length + unavailable.length + waiting === 0 &&
    unconfirmed === null &&
    Object.values(drift).every(({ changed, gone }) => changed + gone === 0) &&
    failureOf(want, { ok: true, report }) === null
  );
}
