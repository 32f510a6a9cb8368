import { hostname } from 'node:os';
import { BackfillError } from '../core/errors.ts';
import type { History } from '../library/history.ts';
import type { StoreNow } from '../report/dashboard/live-data.ts';
import type { StoreStatus } from '../report/status-text.ts';
import type { Message } from './listeners.ts';
import { runRow } from './pages/runs.ts';
import { type Trouble, unusable } from './store-trouble.ts';

/** Runs that are told beside the live one. */
const TOLD_RUNS = 15;

/** It is looked at this often, in ms, and not for more than this part of the time. */
const LOOK_EVERY_MS = 3000;
const MOST_OF_TIME = 0.05;

const NOTHING = { runs: [], spoilt: [], writer: null, content: null } as const;

interface WatchOptions {
  /** It is this process that writes the store for as long as it lives: nobody else is looked for. */
  readonly isAlone: boolean;
  /** See `DashboardOptions`. */
  readonly next: (() => string | null) | undefined;
  /** What is wrong with the store now; undefined: nothing. */
  readonly trouble: () => Promise<Trouble | undefined>;
}

/** What runs left in a store, of this process and of others: looked at again and again for as long as somebody watches. */
export class StoreWatch {
  readonly #history: History;
  readonly #how: WatchOptions;
  readonly #onChange: () => void;
  #now: StoreNow = { ...NOTHING, isKnown: false, trouble: null, next: null };
  #isLooking = false;
  #nextAt = 0;

  constructor(history: History, how: WatchOptions, onChange: () => void) {
    this.#history = history;
    this.#how = how;
    this.#onChange = onChange;
  }

  get message(): Message {
    return { event: 'store', data: this.#now };
  }

  /** Looks, where somebody watches and it is time for it; while this process is busy with a run once at most. */
  look(isWatched: boolean, isBusy: boolean): void {
    this.#takeNext();
    if (!isWatched || this.#isLooking || performance.now() < this.#nextAt || (isBusy && this.#nextAt > 0))
      return;
    this.#isLooking = true;
    const begun = performance.now();
    void this.#read()
      .then((found) => {
        const now = { ...found, next: this.#now.next };
        const isOther = JSON.stringify(now) !== JSON.stringify(this.#now);
        this.#now = now;
        if (isOther) this.#onChange();
      })
      // A store that cannot be read now may be read later; the pages that are opened say why.
      .catch(() => undefined)
      .finally(() => {
        this.#isLooking = false;
        const took = performance.now() - begun;
        this.#nextAt = performance.now() + Math.max(LOOK_EVERY_MS, took / MOST_OF_TIME);
      });
  }

  /** It costs nothing, and is told whatever else is looked at. */
  #takeNext(): void {
    const next = this.#how.next?.() ?? null;
    if (next === this.#now.next) return;
    this.#now = { ...this.#now, next };
    this.#onChange();
  }

  async #read(): Promise<Omit<StoreNow, 'next'>> {
    const found = await this.#stored().catch((error: unknown) => {
      if (error instanceof BackfillError && error.code === 'store-unusable') return unusable(error.message);
      throw error;
    });
    // A store that is gone reads like one that is empty.
    const trouble = (await this.#how.trouble()) ?? ('title' in found ? found : null);
    return { isKnown: true, trouble, ...('title' in found || trouble !== null ? NOTHING : found) };
  }

  async #stored(): Promise<Omit<StoreNow, 'next' | 'isKnown' | 'trouble'>> {
    const { runs, spoilt } = await this.#history.runs({ last: TOLD_RUNS });
    const known = { runs: runs.map(runRow), spoilt };
    if (this.#how.isAlone) return { ...known, writer: null, content: null };
    const { writer, series, tickers, bars, bytes, damaged, left } = await this.#history.status();
    return {
      ...known,
      writer: writer === null || isThisProcess(writer) ? null : writerText(writer),
      content: { series, tickers, bars, bytes, damaged, left: left.series.length },
    };
  }
}

type Writer = NonNullable<StoreStatus['writer']>;

function isThisProcess({ pid, host }: Writer): boolean {
  return pid === process.pid && host === hostname();
}

function writerText({ pid, host, command, since }: Writer): string {
  const when = new Date(since).toISOString().slice(0, 16).replace('T', ' ');
  return `Process ${pid} on ${host} writes this store since ${when} UTC: ${command}`;
}
