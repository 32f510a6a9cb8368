import type { History } from '../library/history.ts';
import type { StoreNow } from '../report/dashboard/live-data.ts';
import type { StoreStatus } from '../report/status-text.ts';
import type { Message } from './listeners.ts';
import { runRow } from './pages/runs.ts';

/** Runs that are told beside the live one. */
const TOLD_RUNS = 15;

/** It is looked at this often, in ms, and not for more than this part of the time. */
const LOOK_EVERY_MS = 3000;
const MOST_OF_TIME = 0.05;

/** What runs left in a store, of this process and of others: looked at again and again for as long as somebody watches. */
export class StoreWatch {
  readonly #history: History;
  readonly #hasRuns: boolean;
  readonly #onChange: () => void;
  #now: StoreNow = { isKnown: false, runs: [], spoilt: [], writer: null, content: null };
  #isLooking = false;
  #nextAt = 0;

  /** `hasRuns`: it is this process that writes the store, and is not to be looked for. */
  constructor(history: History, hasRuns: boolean, onChange: () => void) {
    this.#history = history;
    this.#hasRuns = hasRuns;
    this.#onChange = onChange;
  }

  get message(): Message {
    return { event: 'store', data: this.#now };
  }

  /** Looks, where somebody watches and it is time for it; while this process is busy with a run once at most. */
  look(isWatched: boolean, isBusy: boolean): void {
    if (!isWatched || this.#isLooking || performance.now() < this.#nextAt || (isBusy && this.#nextAt > 0))
      return;
    this.#isLooking = true;
    const begun = performance.now();
    void this.#read()
      .then((now) => {
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

  async #read(): Promise<StoreNow> {
    const { runs, spoilt } = await this.#history.runs({ last: TOLD_RUNS });
    const known = { isKnown: true, runs: runs.map(runRow), spoilt };
    if (this.#hasRuns) return { ...known, writer: null, content: null };
    const { writer, series, tickers, bars, bytes, damaged, left } = await this.#history.status();
    return {
      ...known,
      writer: writer === null ? null : writerText(writer),
      content: { series, tickers, bars, bytes, damaged, left: left.series.length },
    };
  }
}

function writerText({ pid, host, command, since }: NonNullable<StoreStatus['writer']>): string {
  const when = new Date(since).toISOString().slice(0, 16).replace('T', ' ');
  return `Process ${pid} on ${host} writes this store since ${when} UTC: ${command}`;
}
