import type { UpsertResult } from '../store.ts';
import { commitOne, commitTogether, type CommitEdit, type EditCommit } from './edit.ts';
import type { Tables } from './tables.ts';

interface Waiting extends EditCommit {
  readonly done: (result: UpsertResult) => void;
  readonly failed: (reason: unknown) => void;
}

/** Groups that are written at once: one while the server works at the other. */
const AT_ONCE = 2;

/** Series written together. */
const MOST = 500;

/**
 * Writes what comes while others are written together: a transaction is a handful of trips to the server, however many series
 * are in it. Where one cannot be written, each is written alone, so that it fails alone. Two changes of one ticker are never
 * written at the same time: the later one is made of what the earlier left.
 */
export class GroupCommit {
  readonly #tables: Tables;
  #waiting: Waiting[] = [];
  /** Tickers that are written now. */
  readonly #tickers = new Set<string>();
  #groups = 0;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  readonly commit: CommitEdit = (edit, change) =>
    new Promise((done, failed) => {
      this.#waiting.push({ edit, change, done, failed });
      if (this.#groups < AT_ONCE) void this.#writeAll();
    });

  async #writeAll(): Promise<void> {
    this.#groups++;
    // Those that are told of in one breath go together.
    await Promise.resolve();
    for (let group = this.#next(); group.length > 0; group = this.#next()) {
      await this.#write(group);
      for (const { edit } of group) this.#tickers.delete(edit.ticker);
    }
    this.#groups--;
  }

  #next(): Waiting[] {
    const [now, later]: [Waiting[], Waiting[]] = [[], []];
    for (const one of this.#waiting) {
      const { ticker } = one.edit;
      const isNow = now.length < MOST && !this.#tickers.has(ticker);
      if (isNow) this.#tickers.add(ticker);
      (isNow ? now : later).push(one);
    }
    this.#waiting = later;
    return now;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const [first] = group;
    try {
      if (group.length === 1 && first !== undefined) {
        first.done(await commitOne(this.#tables, first.edit, first.change));
        return;
      }
      const results = await commitTogether(this.#tables, group);
      for (const [i, result] of results.entries()) {
        if (result.status === 'fulfilled') group[i]?.done(result.value);
        else group[i]?.failed(result.reason);
      }
    } catch (error) {
      for (const { failed } of group) failed(error);
    }
  }
}
