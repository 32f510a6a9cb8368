import { randomInt, randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { BackfillError } from '../../../core/errors.ts';
import { leaseIsOver } from '../../lease.ts';
import { storeLocked } from '../../locked.ts';
import { Conflict } from '../files/blobs.ts';
import { bytesOf, isOver, isOurs, renewed, whoWeAre, without, type Words, wordsIn } from './lease-words.ts';
import type { Head, Objects, Piece } from './objects.ts';

/**
 * The right to write a bucket: an object `.lock` that says who has it and for how long,
 *
 *     {"pid": 4711, "host": "NAME", "command": "backfill.js", "as": UUID, "seen": MS, "id": UUID, "seconds": 60, "renewal": 3}
 *
 * created where there is none, written again on the condition that it is the same one, and let go of by the word `released`.
 * Who is told its `id` may join: he stands in `joined` then, an array of such members, and gives signs of life of his own
 * (`seen`, by the server's clock) in the same object. Whoever finds that another one wrote it reads it again, and goes on as long
 * as the `id` is the same. One who leaves takes himself out, and those who were silent for so many seconds; the last one says
 * `released`. A lease whose members were all silent for so long, or whose only one is known to be a dead process, is anybody's to
 * take over. That a holder was merely paused is why each commit has a condition of its own: what a later writer wrote is never
 * overwritten by what is based on what was there before.
 */

/** How long a lease stands without being renewed, in ms. */
const LEASE_MS = 60_000;

/** Leases that this thread has a part in. */
const held = new Set<Lease>();

/** What lies there, as it was last heard of. */
interface Heard {
  readonly words: Words;
  readonly head: Head;
  /** When, by this machine's own count, ms. */
  readonly at: number;
}

/** A lease that was taken, or joined. */
export class Lease {
  readonly #place: LeasePlace;
  readonly #leaseMs: number;
  /** Which of its members this is. */
  readonly #as: string;
  #heard: Heard;
  /** By this machine's own count, ms: when the last renewal was sent that was heard of. */
  #renewedAt: number;
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #loss: BackfillError | undefined;
  /** When it was taken, or joined, by the server's clock: ms since the epoch. */
  readonly since: number;
  /** Whether its last holder did not let go of it in good order. */
  readonly wasUntidy: boolean;

  private constructor(
    place: LeasePlace,
    as: string,
    { words, head }: Pick<Heard, 'words' | 'head'>,
    { sentAt, everyMs, wasUntidy }: { sentAt: number; everyMs: number; wasUntidy: boolean },
  ) {
    this.#place = place;
    this.#leaseMs = words.seconds * 1000;
    this.#as = as;
    this.#heard = { words, head, at: performance.now() };
    this.#renewedAt = sentAt;
    this.since = head.saidAt;
    this.wasUntidy = wasUntidy;
    held.add(this);
    // Whoever is done lets go of it; a process that ends otherwise is not kept by it.
    this.#timer = setInterval(() => void this.#renew().catch(() => {}), everyMs);
    this.#timer.unref();
  }

  /** Which it is, for threads that write under it. */
  get id(): string {
    return this.#heard.words.id;
  }

  /** Throws `store-locked`, and `store-unusable` where the server does not keep conditions. */
  static async take(place: LeasePlace, leaseMs = LEASE_MS): Promise<Lease> {
    for (let attempt = 1; ; attempt++) {
      const there = await place.objects.get(place.key);
      const last = there && wordsIn(there);
      if (last !== undefined && last !== 'released' && isHeld(there, last)) throw locked(place.where, last);
      const id = randomUUID();
      const own = whoWeAre(id, undefined);
      const words = { id, seconds: leaseMs / 1000, renewal: 0, isUntidy: false, members: [own] };
      const sentAt = performance.now();
      try {
        const head = await place.objects.put(place.key, bytesOf(words), there?.version ?? null);
        await assertConditions(place, words, head);
        const wasUntidy = there !== undefined && last !== 'released';
        const said = { ...words, members: [{ ...own, seen: head.saidAt }] };
        return new Lease(place, id, { words: said, head }, { sentAt, everyMs: leaseMs / 4, wasUntidy });
      } catch (error) {
        // Somebody else was faster, and says who he is.
        if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Takes part in one, be it that all who had a part in it are dead. Throws `store-locked` for one that is over. */
  static async join(place: LeasePlace, id: string): Promise<Lease> {
    const as = randomUUID();
    for (let attempt = 1; ; attempt++) {
      const there = await place.objects.get(place.key);
      const last = there && wordsIn(there);
      if (last === undefined || last === 'released' || last.id !== id) throw leaseIsOver(place.where, id);
      const words = renewed(last, whoWeAre(as, there?.saidAt));
      const sentAt = performance.now();
      try {
        const head = await place.objects.put(place.key, bytesOf(words), there?.version);
        return new Lease(place, as, { words, head }, { sentAt, everyMs: apart(last), wasUntidy: false });
      } catch (error) {
        if (!(error instanceof Conflict) || attempt === MANY_ATTEMPTS) throw error;
        await rest(attempt);
      }
    }
  }

  /** Throws `store-locked` if it may be somebody else's by now. */
  async assertHeld(): Promise<void> {
    if (this.#loss === undefined && performance.now() - this.#renewedAt > this.#leaseMs * DOUBTFUL)
      await this.#renew();
    if (this.#loss !== undefined) throw this.#loss;
  }

  /** Whether nobody else has a part in it, as far as the server can be asked. */
  async isAlone(): Promise<boolean> {
    try {
      await this.#hear();
    } catch {
      return false;
    }
    return this.#heard.words.members.every(({ as }) => as === this.#as);
  }

  /** Lets go of it; `isInOrder`: no upload lies about that the next holder has to give up. */
  async free(isInOrder: boolean): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing?.catch(() => {});
    held.delete(this);
    // One that was lost is not ours to let go of, nor is one behind a server that does not answer.
    if (this.#loss === undefined)
      await this.#change((words, now) => without(words, this.#as, now, isInOrder)).catch(() => {});
  }

  #renew(): Promise<void> {
    const renew = async (): Promise<void> => {
      this.#renewedAt = await this.#change((words, now) => renewed(words, whoWeAre(this.#as, now)));
    };
    this.#renewing ??= renew().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  /** Puts in place what is to lie there, on top of what others wrote meanwhile. Gives when it was sent, by our own count. */
  async #change(next: (words: Words, now: number) => Words): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const { words: last, head: there, at } = this.#heard;
      const sentAt = performance.now();
      const words = next(last, Math.round(there.saidAt + sentAt - at));
      try {
        const head = await this.#place.objects.put(this.#place.key, bytesOf(words), there.version);
        this.#heard = { words, head, at: performance.now() };
        return sentAt;
      } catch (error) {
        if (!(error instanceof Conflict) || attempt === MANY_ATTEMPTS) throw error;
        if (attempt > 1) await rest(attempt);
        await this.#hear();
      }
    }
  }

  /** Reads what others made of it. Throws `store-locked` where that is no longer the same lease. */
  async #hear(): Promise<void> {
    const there = await this.#place.objects.get(this.#place.key);
    const words = there && wordsIn(there);
    if (there !== undefined && words !== undefined && words !== 'released' && words.id === this.id) {
      this.#heard = { words, head: there, at: performance.now() };
      return;
    }
    clearInterval(this.#timer);
    this.#loss = lost(this.#place.where);
    throw this.#loss;
  }
}

/** Where a lease lies. */
export interface LeasePlace {
  readonly objects: Objects;
  readonly key: string;
  /** The store, for messages. */
  readonly where: string;
}

/** The part of a lease after which its holder asks whether it is still his. */
const DOUBTFUL = 0.75;
const ATTEMPTS = 5;
/** Where many who share a lease write it at the same time, as when they all join. */
const MANY_ATTEMPTS = 30;
const REST_MS = 50;
/** How long what was seen of a lease is believed by those who do not hold it themselves, in ms. */
const SEEN_MS = 15_000;

/** At random, within a growing time. */
function rest(attempt: number): Promise<void> {
  return sleep(randomInt(REST_MS * attempt));
}

/** How often who joined gives a sign of life, in ms: at random between a quarter and two fifths of the lease. */
function apart({ seconds }: Words): number {
  return seconds * randomInt(250, 400);
}

/** Whether threads of the process that holds a lease may write, who do not hold it themselves. */
export class OthersLease {
  readonly #place: LeasePlace;
  #seenAt = Number.NEGATIVE_INFINITY;

  readonly #id: string | undefined;

  /** `id`: of the lease that they write under. Default: any of this process. */
  constructor(place: LeasePlace, id: string | undefined) {
    this.#place = place;
    this.#id = id;
  }

  /** Throws `store-locked` if another process holds it, or if it is another lease than theirs. */
  async assertNotElsewhere(): Promise<void> {
    const now = performance.now();
    if (now - this.#seenAt < SEEN_MS) return;
    const there = await this.#place.objects.get(this.#place.key);
    const last = there && wordsIn(there);
    if (this.#id === undefined) {
      const isTheirs = last !== undefined && last !== 'released' && !isOurs(last);
      if (isTheirs && isHeld(there, last)) throw locked(this.#place.where, last);
    } else if (last === undefined || last === 'released' || last.id !== this.#id)
      throw lost(this.#place.where);
    this.#seenAt = now;
  }
}

function isHeld(there: Piece | undefined, words: Words): boolean {
  const isHere = [...held].some(({ id }) => id === words.id);
  return there !== undefined && (isHere || !isOver(words, there.saidAt));
}

/** Throws unless a server refuses what has a condition that does not hold: else two writers would overwrite each other. */
async function assertConditions(
  { objects, key, where }: LeasePlace,
  words: Words,
  head: Head,
): Promise<void> {
  for (const condition of [null, '00000000000000000000000000000000']) {
    try {
      await objects.put(key, bytesOf(words), condition);
    } catch (error) {
      if (error instanceof Conflict) continue;
      throw error;
    }
    await objects.remove(key, head.version).catch(() => {});
    const header = condition === null ? 'If-None-Match' : 'If-Match';
    throw new BackfillError(
      'store-unusable',
      `the store ${where} cannot be written: the server takes a PUT whose ${header} does not hold, so that two writers would overwrite each other; use one that keeps conditional writes (AWS S3, Cloudflare R2, SeaweedFS, Ceph), or a folder`,
    );
  }
}

function lost(where: string): BackfillError {
  return new BackfillError(
    'store-locked',
    `the store ${where} is no longer ours to write: this process said nothing for so long that another one took over; run the same command again`,
  );
}

function locked(where: string, { members, seconds }: Words): BackfillError {
  const [first, ...joined] = members;
  return storeLocked(where, first, {
    joined: joined.length,
    ends: `if it died, its lease ends ${seconds} seconds after its last sign of life`,
  });
}
