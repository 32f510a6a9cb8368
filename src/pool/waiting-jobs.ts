import type { OpenTraffic } from '../backfill/run/traffic.ts';
import type { TaskOrder, TaskResult } from '../backfill/runner.ts';
import type { Secrets } from '../providers/provider.ts';

/** A run to work for. */
export interface RunOrder {
  /** Tasks that it has. */
  readonly tasks: number;
  /** Closed with the runner. */
  readonly traffic: OpenTraffic;
  readonly secrets: Secrets;
}

/** A run that the pool works for. */
export interface Run extends RunOrder {
  readonly id: number;
  readonly unsettled: Set<Promise<TaskResult>>;
  deaths: number;
  /** It was stopped, and nobody waits for what it had in work. */
  isAbandoned: boolean;
  closing: Promise<void> | undefined;
}

/** A task between `run` and its result. */
export interface Job {
  readonly run: Run;
  readonly order: TaskOrder;
  readonly settle: (result: TaskResult) => void;
  /** Threads that died with it: then it is a suspect. */
  crashes: number;
}

/** Tasks of all runs that no thread has in work, as they came; a suspect goes to a thread that has nothing else. */
export class WaitingJobs {
  #fresh: Job[] = [];
  #suspects: Job[] = [];

  get size(): number {
    return this.#fresh.length + this.#suspects.length;
  }

  add(job: Job): void {
    if (job.crashes > 0) this.#suspects.push(job);
    else this.#fresh.push(job);
  }

  /** Suspects first: otherwise a steady stream of fresh tasks would never leave them a thread of their own. */
  nextFor(inWork: number): Job | undefined {
    if (this.#suspects.length === 0) return this.#fresh.shift();
    return inWork === 0 ? this.#suspects.shift() : undefined;
  }

  /** Takes those of one run, or all. */
  takeAll(run?: Run): Job[] {
    const all = [...this.#suspects, ...this.#fresh];
    const stays = (job: Job): boolean => run !== undefined && job.run !== run;
    this.#fresh = this.#fresh.filter(stays);
    this.#suspects = this.#suspects.filter(stays);
    return all.filter((job) => !stays(job));
  }
}
