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

const UNKNOWN: Omit<StoreNow, 'next'> = {
  ...{ isKnown: false, trouble: null },
  ...{ runs: [], spoilt: [], writer: null, content: null },
};

interface WatchOptions {
  /** It is this process that writes the store for as long as it lives: nobody else is looked for. */
  readonly isAlone: boolean;
  /** See `DashboardOptions`. */
  readonly next: (() => string | null) | undefined;
  /** What is wrong with the store now; undefined: nothing. */
  readonly trouble: () => Promise<Trouble | undefined>;
}

/**
 * What runs left in a store, of this process and of others: looked at again and again for as long as somebody watches.
 * Whoever begins to is told what a look found that was begun since.
 */
export class StoreWatch {
  readonly #history: History;
  readonly #how: WatchOptions;
  readonly #onChange: () => void;
  #now: StoreNow = { ...UNKNOWN, next: null };
  /** Whether what the next look finds is told whatever was told before. */
  #isAwaited = false;
  #isLooking = false;
  /** When it is looked at again, and when all of it. */
  #nextAt = 0;
  #allAt = 0;

  constructor(history: History, how: WatchOptions, onChange: () => void) {
    this.#history = history;
    this.#how = how;
    this.#onChange = onChange;
  }

  get message(): Message {
    return { event: 'store', data: this.#now };
  }

  /** What somebody is told who begins to watch: nothing of what was known before; a look that begins now tells the rest. */
  begin(isBusy: boolean): readonly Message[] {
    this.#isAwaited = true;
    this.#nextAt = 0;
    this.look(true, isBusy);
    return this.#now.isKnown ? [] : [this.message];
  }

  /** Looks, where somebody watches and it is time for it; into all of it once at most while this process is busy with a run. */
  look(isWatched: boolean, isBusy: boolean): void {
    this.#takeNext();
    if (!isWatched || this.#isLooking || performance.now() < this.#nextAt) return;
    this.#isLooking = true;
    const [isAwaited, before] = [this.#isAwaited, this.#now];
    this.#isAwaited = false;
    const begun = performance.now();
    const isAll = begun >= this.#allAt && !(isBusy && this.#allAt > 0);
    void this.#read(isAll)
      // A store that cannot be read now may be read later; the pages that are opened say why.
      .catch(() => (isAwaited ? UNKNOWN : before))
      .then((found) => {
        this.#now = { ...found, next: this.#now.next };
        if (isAwaited || JSON.stringify(this.#now) !== JSON.stringify(before)) this.#onChange();
      })
      .finally(() => {
        this.#isLooking = false;
        const now = performance.now();
        const allAt = now + Math.max(LOOK_EVERY_MS, (now - begun) / MOST_OF_TIME);
        if (isAll) this.#allAt = allAt;
        this.#nextAt = this.#now.trouble === null ? now + LOOK_EVERY_MS : allAt;
      });
  }

  /** It costs nothing, and is told whatever else is looked at. */
  #takeNext(): void {
    const next = this.#how.next?.() ?? null;
    if (next === this.#now.next) return;
    this.#now = { ...this.#now, next };
    // A look tells it too.
    if (!this.#isAwaited && !this.#isLooking) this.#onChange();
  }

  /** `isAll`: whatever it holds, which costs most; else only whether it is there, unless it was not. */
  async #read(isAll: boolean): Promise<Omit<StoreNow, 'next'>> {
    const isNew = isAll || !this.#now.isKnown || this.#now.trouble !== null;
    const found = isNew ? await this.#stored().catch(troubleIn) : this.#now;
    // A store that is gone reads like one that is empty.
    const trouble = (await this.#how.trouble()) ?? ('title' in found ? found : null);
    if (trouble !== null || 'title' in found) return { ...UNKNOWN, isKnown: true, trouble };
    return { ...found, isKnown: true, trouble };
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

/** What was said of a store that cannot be used; throws any other error. */
function troubleIn(error: unknown): Trouble {
  if (error instanceof BackfillError && error.code === 'store-unusable') return unusable(error.message);
  throw error;
}

type Writer = NonNullable<StoreStatus['writer']>;

function isThisProcess({ pid, host }: Writer): boolean {
  return pid === process.pid && host === hostname();
}

function writerText({ pid, host, command, since }: Writer): string {
  const when = new Date(since).toISOString().slice(0, 16).replace('T', ' ');
  return `Process ${pid} on ${host} writes this store since ${when} UTC: ${command}`;
}
