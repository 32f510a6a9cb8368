import type { BackfillEvent } from '../backfill/run/events.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import type { RunObserver } from '../monitor/observer.ts';
import type { RunChange, RunSnapshot } from '../report/dashboard/live-data.ts';
import type { AskedFirst } from './run-words.ts';
import { WatchedRun } from './watched-run.ts';

/** The runs of this process, one after the other: what there is to tell of the latest. */
export class LiveRuns implements RunObserver {
  readonly #asked: AskedFirst;
  readonly #clock: () => number;
  #run: WatchedRun | undefined;
  #runs = 0;
  /** Series of which listeners were told, and whether anything happened since. */
  #toldSeries = 0;
  #toldRuns = 0;
  #hasPoint = false;
  #isEndTold = false;

  constructor(asked: AskedFirst, clock: () => number) {
    this.#asked = asked;
    this.#clock = clock;
  }

  get isRunning(): boolean {
    return this.#run !== undefined && !this.#run.isOver;
  }

  note(event: BackfillEvent): void {
    this.#current().note(event);
  }

  ended(summary: RunSummary): void {
    this.#current().ended(summary);
  }

  failed(error: unknown): void {
    this.#current().failed(error);
  }

  measure(): void {
    if (this.#run?.measure() === true) this.#hasPoint = true;
  }

  snapshot(): RunSnapshot {
    return this.#run?.snapshot() ?? { run: null, series: [], more: 0, marks: '', paces: [] };
  }

  /**
   * What changed since it was last asked for: `anew` where another run began or more series came, of which a snapshot tells;
   * undefined where nobody has anything to be told.
   */
  change(): RunChange | 'anew' | undefined {
    const run = this.#run;
    if (run === undefined) return undefined;
    const marks = run.marks.takeChanges();
    const isAnew = this.#toldRuns !== this.#runs || this.#toldSeries !== run.marks.names.length;
    this.#toldRuns = this.#runs;
    this.#toldSeries = run.marks.names.length;
    const [hasPoint, isEndTold] = [this.#hasPoint, this.#isEndTold];
    this.#hasPoint = false;
    this.#isEndTold = run.isOver;
    if (isAnew) return 'anew';
    if (isEndTold && run.isOver) return undefined;
    return { run: run.now(), marks, ...(hasPoint && { paces: run.paces }) };
  }

  /** The one that goes on; the first event of another one begins it. */
  #current(): WatchedRun {
    if (this.#run !== undefined && !this.#run.isOver) return this.#run;
    this.#runs++;
    this.#run = new WatchedRun(this.#runs, this.#asked, this.#clock);
    return this.#run;
  }
}
