import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type QuotaJournal, sumOfUse } from '../../../core/plan/quota-journal.ts';
import type { Quota } from '../../../core/plan/quota.ts';
import type { QuotaBook, QuotaRecord } from '../quota-record.ts';
import { type Answer, type Exchange, openExchange } from './exchange.ts';
import { type KeptRecord, keptIn, type Known, madeAnew, textOf, withKnown } from './kept-record.ts';
import { measuredClock, type MeasuredClock } from './measured-clock.ts';
import { openOwnUse, type OwnUse } from './own-use.ts';

/** How long a server may be away before a run gives up that needs it for nothing else, ms. */
const PATIENCE_MS = 60_000;

/** Whoever lives has looked by then into a record that was made anew, and has found a server again that was away. */
const SETTLE_MS = 4000;

/** How soon what others did is known here. */
const LOOK_MS = 1000;

/** Pauses between tries at a record that others change, ms. */
const LONGEST_PAUSE_MS = 32;

/** A record that is made anew may settle so much longer by a clock that is a little off. */
const SETTLING = 2;

export interface RedisQuotaOptions {
  readonly redis: Redis;
  /** The server as it may be shown. */
  readonly shown: string;
  /** Whose quota it is, see `ownerOf`. */
  readonly owner: string;
  readonly quotas: readonly Quota[];
  readonly journal: QuotaJournal;
  /** The store that has the journal: by no secret. */
  readonly store: string;
  /** A name that no other process has, or had. */
  readonly process: string;
  /** Monotonic, ms. */
  readonly gate: () => number;
  /** How long the server may be away, ms; infinite: however long. Default `PATIENCE_MS`. */
  readonly patienceMs?: number;
  /** How long nobody reserves anything of a record that was made anew, ms. Default 4 s. */
  readonly settleMs?: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * The record of a quota in Redis, which processes of several machines change by comparing and setting. Its clock is the server's.
 * What it loses the journals know: see `QuotaJournal`. Takes the connection over. Throws `queue-unusable`.
 */
export async function openRedisQuota(options: RedisQuotaOptions): Promise<QuotaBook> {
  const { redis, owner, quotas, journal, process, gate, patienceMs = PATIENCE_MS } = options;
  const clock = measuredClock(gate);
  const leaving = new AbortController();
  const { exchange, awayMs } = openExchange(redis, {
    ...{ ...options, clock, patienceMs, leaving: leaving.signal },
  });
  const use = openOwnUse(quotas, (own) => journal.note(owner, process, own));
  const kept = new Kept(options, exchange, clock, use);
  try {
    await kept.refresh();
    await journal.sweep(owner, clock.now());
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  // What goes wrong is told by the next change.
  const timer = setInterval(() => void kept.refreshIfIdle().catch(() => undefined), LOOK_MS);
  timer.unref();
  return {
    wall: () => clock.now(),
    isRemote: true,
    look: () => kept.record,
    awayMs,
    change: (work) => kept.change(work),
    leave: () => leaving.abort(),
    close: async () => {
      clearInterval(timer);
      try {
        await use.close();
      } finally {
        redis.disconnect();
      }
    },
  };
}

/** What this process knows of the record. */
class Kept {
  readonly #options: RedisQuotaOptions;
  readonly #exchange: Exchange;
  readonly #clock: MeasuredClock;
  readonly #use: OwnUse;
  #found: Answer | undefined;
  /** The record as it was when it was last known to be whole, and which making that is of. */
  #seen: { readonly record: QuotaRecord; readonly making: string } | undefined;
  #changes = 0;
  /** Looks and changes that are not done yet. */
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: RedisQuotaOptions, exchange: Exchange, clock: MeasuredClock, use: OwnUse) {
    this.#options = options;
    this.#exchange = exchange;
    this.#clock = clock;
    this.#use = use;
  }

  get record(): QuotaRecord {
    if (this.#seen === undefined) throw new RangeError('a record that nobody has looked into');
    return this.#seen.record;
  }

  /** Looks into the record, and adds what is known here where it was made anew. */
  refresh(): Promise<void> {
    return this.#alone(async () => {
      this.#found = undefined;
      await this.#whole();
    });
  }

  async refreshIfIdle(): Promise<void> {
    if (this.#waiting === 0) await this.refresh();
  }

  change<T>(work: (record: QuotaRecord) => { record: QuotaRecord; result: T }): Promise<T> {
    return this.#alone(async () => {
      for (let tries = 1; ; tries++) {
        const kept = await this.#settled();
        const { record, result } = work(kept.record);
        const own = this.#use.after(kept.record.windows, record.windows);
        // Before anybody can have used it, and before it can be lost.
        await this.#use.cover(own);
        if (await this.#put({ ...kept, record })) {
          this.#use.commit(own);
          return result;
        }
        await this.#rest(tries);
      }
    });
  }

  /** One after the other of this process. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const turn = this.#last.then(work, work).finally(() => this.#waiting--);
    this.#last = turn;
    turn.catch(() => undefined);
    return turn;
  }

  /** The record once everybody has added to it what he knows. */
  async #settled(): Promise<KeptRecord> {
    for (;;) {
      const kept = await this.#whole();
      const restMs = kept.made.settlesAt - this.#clock.now();
      if (restMs <= 0 || restMs > SETTLING * this.#settleMs) return kept;
      await sleep(restMs);
      this.#found = undefined;
    }
  }

  /** The record with what is known here. */
  async #whole(): Promise<KeptRecord> {
    for (let tries = 1; ; tries++) {
      this.#found ??= await this.#exchange();
      const { text, server } = this.#found;
      const kept = keptIn(text);
      const isSound = kept?.server === server;
      if (isSound && kept.made.id === this.#seen?.making) return this.#remember(kept);
      const next = isSound ? await this.#joined(kept) : await this.#made(kept?.record);
      if (next === kept || (await this.#put(next))) return this.#remember(next);
      await this.#rest(tries);
    }
  }

  #remember(kept: KeptRecord): KeptRecord {
    this.#seen = { record: kept.record, making: kept.made.id };
    return kept;
  }

  async #made(before: QuotaRecord | undefined): Promise<KeptRecord> {
    const known = await this.#known();
    const how = { now: this.#clock.now(), settleMs: this.#settleMs, id: this.#nextId() };
    return { ...madeAnew(before, known, this.#options.quotas, how), server: '', by: '' };
  }

  /** The same where there is nothing to add. */
  async #joined(kept: KeptRecord): Promise<KeptRecord> {
    if (this.#seen === undefined && kept.made.stores.includes(this.#options.store)) return kept;
    return { ...kept, ...withKnown(kept, await this.#known()) };
  }

  async #known(): Promise<Known> {
    const { journal, owner, store, process } = this.#options;
    // The journal has more of this one: what it is about to reserve, and some ahead.
    const all = (await journal.read(owner)).filter((one) => one.process !== process);
    return {
      seen: this.#seen?.record,
      journaled: sumOfUse([
        this.#use.reserved(),
        ...all.flatMap(({ windows }) => (windows === null ? [] : [windows])),
      ]),
      isDoubtful: all.some(({ windows }) => windows === null),
      store,
    };
  }

  /** Puts a record in place of the one that was found, unless that is another one by now. */
  async #put(kept: KeptRecord): Promise<boolean> {
    const before = this.#found as Answer;
    const text = textOf({ ...kept, server: before.server, by: this.#nextId() });
    const answer = await this.#exchange({ before, text });
    this.#found = answer;
    // One that was sent again after the connection was lost has found itself.
    const isDone = answer.isWritten || answer.text === text;
    if (isDone) this.#remember(kept);
    return isDone;
  }

  async #rest(tries: number): Promise<void> {
    await sleep(this.#options.random() * Math.min(2 ** tries, LONGEST_PAUSE_MS));
  }

  #nextId(): string {
    return `${this.#options.process}.${++this.#changes}`;
  }

  get #settleMs(): number {
    return this.#options.settleMs ?? SETTLE_MS;
  }
}
