import { type Series, seriesKey } from '../core/bars/bars.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { RunMark } from '../report/dashboard/run-marks.ts';

/** Series that are told one by one; of a run of more the rest is counted. */
const MOST_SERIES = 50_000;

interface Marked {
  /** Undefined: it is not told by itself. */
  readonly place: number | undefined;
  wantsLeft: number;
  mark: RunMark;
}

/** What became of each series of a run: every event costs the same, however many there are. */
export class SeriesMarks {
  readonly #marked = new Map<string, Marked>();
  readonly #names: string[] = [];
  /** Places whose mark is another one than when changes were last taken. */
  #changed = new Set<number>();
  #counts: Record<RunMark, number> = { w: 0, b: 0, d: 0, f: 0, u: 0 };

  /** Series of a plan; what an earlier one of the same run has is to be done over. */
  plan({ tasks }: Pick<Plan, 'tasks'>): void {
    const planned = new Set<Marked>();
    for (const { wants } of tasks)
      for (const { series } of wants) {
        const one = this.#of(series);
        if (!planned.has(one)) one.wantsLeft = 0;
        planned.add(one);
        one.wantsLeft++;
      }
    for (const one of planned) this.#mark(one, 'w');
  }

  begin(series: Series): void {
    const one = this.#of(series);
    if (one.mark === 'w') this.#mark(one, 'b');
  }

  /** A want of it is over. */
  finish(series: Series, how: 'done' | 'failed' | 'not-to-be-had'): void {
    const one = this.#of(series);
    one.wantsLeft = Math.max(0, one.wantsLeft - 1);
    if (how === 'failed') this.#mark(one, 'f');
    else if (one.mark !== 'f' && how === 'not-to-be-had') this.#mark(one, 'u');
    else if (one.mark !== 'f' && one.mark !== 'u' && one.wantsLeft === 0) this.#mark(one, 'd');
  }

  /** What became of it in the end. */
  set(series: Pick<Series, 'ticker'> & { readonly interval: string }, mark: RunMark): void {
    const one = this.#marked.get(`${series.ticker} ${series.interval}`);
    if (one !== undefined) this.#mark(one, mark);
  }

  /** The run is over: what was in work is not done. */
  end(): void {
    for (const one of this.#marked.values()) if (one.mark === 'b') this.#mark(one, 'w');
  }

  get counts(): Readonly<Record<RunMark, number>> {
    return this.#counts;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  get more(): number {
    return this.#marked.size - this.#names.length;
  }

  /** A mark for each of `names`. */
  get marks(): string {
    const marks: RunMark[] = [];
    for (const { place, mark } of this.#marked.values()) if (place !== undefined) marks[place] = mark;
    return marks.join('');
  }

  /** What is marked otherwise than when it was last asked. */
  takeChanges(): (readonly [place: number, mark: RunMark])[] {
    const changed = this.#changed;
    if (changed.size === 0) return [];
    this.#changed = new Set();
    const all: [number, RunMark][] = [];
    for (const place of changed) {
      const mark = this.#marked.get(this.#names[place] ?? '')?.mark;
      if (mark !== undefined) all.push([place, mark]);
    }
    return all;
  }

  #of(series: Series): Marked {
    const key = seriesKey(series);
    const known = this.#marked.get(key);
    if (known !== undefined) return known;
    const isTold = this.#names.length < MOST_SERIES;
    const one: Marked = { place: isTold ? this.#names.length : undefined, wantsLeft: 0, mark: 'w' };
    if (isTold) this.#names.push(key);
    this.#marked.set(key, one);
    this.#counts.w++;
    return one;
  }

  #mark(one: Marked, mark: RunMark): void {
    if (one.mark === mark) return;
    this.#counts[one.mark]--;
    this.#counts[mark]++;
    one.mark = mark;
    if (one.place !== undefined) this.#changed.add(one.place);
  }
}
