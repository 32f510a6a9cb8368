import type { BackfillEvent } from '../backfill/run/events.ts';
import { CallGroup, type DaysOf, type SharedCall, joinedDays } from './call-group.ts';

/** For how long what was asked for is not asked for again merely to be compared, ms: it has hardly changed. */
const JUST_MS = 60_000;

/** How a run goes that serves several calls. */
export interface SharedRun {
  readonly onEvent: (event: BackfillEvent) => void;
  /** Aborted once no call wants it any more. */
  readonly stop: AbortSignal;
  /** What runs of others asked for just now. */
  readonly justAsked: DaysOf;
}

/** What is done for calls together. `Done`: what came of a run. */
export interface SharedWork<Call extends SharedCall, Done, Answer> {
  /** Those of the calls for which there is something to ask. */
  lacking(calls: readonly Call[]): Promise<ReadonlySet<Call>>;
  fill(calls: readonly Call[], run: SharedRun): Promise<Done>;
  /** What each call is told, in their order. `done` undefined: nothing was missing of theirs. */
  answers(calls: readonly Call[], done: Done | undefined): Promise<readonly Answer[]>;
}

/**
 * Calls that are served together: those of one turn of the event loop by one run, if there is anything to ask for; and those
 * that come while a run is at work on some of the same tickers by the next one, all of them together. Runs of other tickers go
 * side by side.
 */
export class SharedRuns<Call extends SharedCall, Done, Answer> {
  readonly #work: SharedWork<Call, Done, Answer>;
  /** The calls of this turn of the event loop. */
  #turn: CallGroup<Call, Answer> | undefined;
  /** Those that were not begun, also those that are looked at. */
  readonly #pending = new Set<CallGroup<Call, Answer>>();
  /** Those of them that wait for their run, in the order in which they came. */
  #waiting: CallGroup<Call, Answer>[] = [];
  readonly #running = new Set<CallGroup<Call, Answer>>();
  /** What runs asked for, by when they ended. */
  #ended: { readonly at: number; readonly asked: DaysOf }[] = [];
  readonly #now: () => number;

  /** `now`: ms of a clock that never goes back. */
  constructor(work: SharedWork<Call, Done, Answer>, now: () => number) {
    this.#work = work;
    this.#now = now;
  }

  /** Rejects with `cancelled` once the call is stopped, with what its `onEvent` throws, and with what its run throws. */
  join(call: Call): Promise<Answer> {
    const group = (this.#turn ??= this.#beginTurn());
    return group.add(call);
  }

  #beginTurn(): CallGroup<Call, Answer> {
    const group = new CallGroup<Call, Answer>();
    this.#pending.add(group);
    setImmediate(() => {
      this.#turn = undefined;
      void this.#queue(group);
    });
    return group;
  }

  async #queue(group: CallGroup<Call, Answer>): Promise<void> {
    await group.attempt(() => this.#answerComplete(group));
    if (group.isEmpty) this.#pending.delete(group);
    else this.#waiting.push(group);
    this.#start();
  }

  /** Starts what waits for no run, nor for another one that waits and came before it. */
  #start(): void {
    const before = [...this.#running];
    const ready: CallGroup<Call, Answer>[] = [];
    for (const group of this.#waiting)
      if (before.some((other) => other.overlaps(group))) before.push(group);
      else ready.push(group);
    this.#waiting = this.#waiting.filter((group) => !ready.includes(group));
    for (const group of ready) this.#pending.delete(group);
    for (const group of joined(ready)) void this.#run(group);
  }

  async #run(group: CallGroup<Call, Answer>): Promise<void> {
    this.#running.add(group);
    await group.attempt(async () => {
      if (group.hasWaited) await this.#answerComplete(group);
      if (!group.isEmpty) await this.#fill(group);
    });
    this.#running.delete(group);
    if (group.asked.size > 0) this.#ended.push({ at: this.#now(), asked: group.asked });
    for (const other of this.#pending) other.noteEnded(group);
    this.#start();
  }

  #justAsked(): DaysOf {
    const since = this.#now() - JUST_MS;
    this.#ended = this.#ended.filter(({ at }) => at >= since);
    return this.#ended.map(({ asked }) => asked).reduce(joinedDays, new Map());
  }

  /** Answers those calls of which nothing can be asked for. */
  async #answerComplete(group: CallGroup<Call, Answer>): Promise<void> {
    const calls = group.calls();
    if (calls.length === 0) return;
    const lacking = await this.#work.lacking(calls);
    const complete = calls.filter((call) => !lacking.has(call));
    if (complete.length > 0) group.answer(complete, await this.#work.answers(complete, undefined));
  }

  async #fill(group: CallGroup<Call, Answer>): Promise<void> {
    const calls = group.begin();
    const done = await this.#work.fill(calls, {
      onEvent: (event) => group.tell(event),
      stop: group.stop,
      justAsked: this.#justAsked(),
    });
    const left = group.calls();
    if (left.length > 0) group.answer(left, await this.#work.answers(left, done));
  }
}

/** Those that share tickers as one, the first of them. */
function joined<Call extends SharedCall, Answer>(
  groups: readonly CallGroup<Call, Answer>[],
): CallGroup<Call, Answer>[] {
  const apart: CallGroup<Call, Answer>[] = [];
  for (const group of groups) {
    const alike = apart.filter((other) => other.overlaps(group));
    const [first, ...others] = [...alike, group];
    for (const other of others) first?.take(other);
    if (alike.length === 0) apart.push(group);
    for (const other of alike.slice(1)) apart.splice(apart.indexOf(other), 1);
  }
  return apart;
}
