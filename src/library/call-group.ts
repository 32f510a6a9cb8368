import type { BackfillEvent } from '../backfill/run/events.ts';
import { seriesKey } from '../core/bars/bars.ts';
import { BackfillError } from '../core/errors.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { DayRange } from '../core/session/day.ts';
import { union } from '../core/session/ranges.ts';

/** Days by series key. */
export type DaysOf = ReadonlyMap<string, readonly DayRange[]>;

/** A call that a run may serve together with others. */
export interface SharedCall {
  readonly tickers: ReadonlySet<string>;
  readonly onEvent?: ((event: BackfillEvent) => void) | undefined;
  readonly stop?: AbortSignal | undefined;
}

/** A call that waits, and how it is told what came of it. */
interface Place<Call extends SharedCall, Answer> {
  group: CallGroup<Call, Answer>;
  readonly settle: (answer: Answer) => void;
  readonly fail: (error: unknown) => void;
}

/** Calls that are served together. */
export class CallGroup<Call extends SharedCall, Answer> {
  /** Those that are waiting for an answer. */
  readonly #places = new Map<Call, Place<Call, Answer>>();
  readonly #tickers = new Set<string>();
  readonly #stop = new AbortController();
  #isRunning = false;
  /** What the last call is told once the run has ended, which it no longer wants. */
  #left: { readonly place: Place<Call, Answer>; readonly error: unknown } | undefined;
  /** What the run asks for. */
  asked: DaysOf = new Map();
  /** Whether a run of some of the same tickers ended since these calls were looked at. */
  hasWaited = false;

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  calls(): Call[] {
    return [...this.#places.keys()];
  }

  add(call: Call): Promise<Answer> {
    for (const ticker of call.tickers) this.#tickers.add(ticker);
    return new Promise<Answer>((resolve, reject) => {
      const leave = (): void =>
        place.group.#leave(call, new BackfillError('cancelled', 'the call was stopped'));
      const forget = (): void => call.stop?.removeEventListener('abort', leave);
      const place: Place<Call, Answer> = {
        group: this,
        settle: (answer) => (forget(), resolve(answer)),
        fail: (error) => (forget(), reject(error)),
      };
      this.#places.set(call, place);
      call.stop?.addEventListener('abort', leave, { once: true });
      if (call.stop?.aborted) leave();
    });
  }

  /** Whether it is of some of the same tickers. */
  overlaps(other: CallGroup<Call, Answer>): boolean {
    const [few, many] = [this.#tickers, other.#tickers].toSorted((a, b) => a.size - b.size);
    for (const ticker of few ?? []) if (many?.has(ticker)) return true;
    return false;
  }

  /** Has its calls served with these. */
  take(other: CallGroup<Call, Answer>): void {
    for (const [call, place] of other.#places) {
      place.group = this;
      this.#places.set(call, place);
    }
    for (const ticker of other.#tickers) this.#tickers.add(ticker);
    this.hasWaited ||= other.hasWaited;
  }

  /** The calls that the run serves from now on. */
  begin(): Call[] {
    this.#isRunning = true;
    return this.calls();
  }

  answer(calls: readonly Call[], answers: readonly Answer[]): void {
    for (const [i, call] of calls.entries()) {
      this.#places.get(call)?.settle(answers[i] as Answer);
      this.#places.delete(call);
    }
  }

  /** Does what is done for all of its calls, who are told what it throws. */
  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      for (const place of this.#places.values()) place.fail(error);
      this.#places.clear();
    }
    this.#left?.place.fail(this.#left.error);
  }

  tell(event: BackfillEvent): void {
    if (event.type === 'planned') this.asked = joinedDays(this.asked, daysAsked(event.plan));
    for (const call of this.calls())
      try {
        call.onEvent?.(event);
      } catch (error) {
        this.#leave(call, error);
      }
  }

  noteEnded(run: CallGroup<Call, Answer>): void {
    this.hasWaited ||= this.overlaps(run);
  }

  /** The last call of a run is told when that has ended: until then something goes on that it began. */
  #leave(call: Call, error: unknown): void {
    const place = this.#places.get(call);
    if (place === undefined) return;
    this.#places.delete(call);
    if (!this.#isRunning || !this.isEmpty) return place.fail(error);
    this.#left = { place, error };
    this.#stop.abort();
  }
}

/** The days of each series that requests of a plan ask for, those that are compared among them. */
function daysAsked({ tasks }: Plan): DaysOf {
  const days = new Map<string, readonly DayRange[]>();
  for (const { series, range } of tasks.flatMap(({ wants }) => wants))
    days.set(seriesKey(series), union(days.get(seriesKey(series)) ?? [], [range]));
  return days;
}

export function joinedDays(a: DaysOf, b: DaysOf): DaysOf {
  const joint = new Map(a);
  for (const [key, days] of b) joint.set(key, union(joint.get(key) ?? [], days));
  return joint;
}
