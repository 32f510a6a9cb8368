import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { BackfillError } from '../../../core/errors.ts';
import { fields } from '../codec/json.ts';
import { bytesOfText, Conflict } from '../files/blobs.ts';
import { RELEASED, RELEASED_UNTIDY } from '../files/layout.ts';
import { isAlive, WRITER } from '../files/writer.ts';
import { textOf } from './client.ts';
import type { Head, Objects, Piece } from './objects.ts';

/**
 * The right to write a bucket: an object `.lock` that says who has it and for how long,
 *
 *     {"pid": 4711, "host": "NAME", "command": "backfill.js", "id": UUID, "seconds": 60, "renewal": 3}
 *
 * created where there is none, written again on the condition that it is the same one, and let go of by the word `released`.
 * Its age is that between two stamps of the server's own clock. One that was not renewed for so many seconds, or whose
 * process is known to be dead, is anybody's to take over. That its holder was merely paused is why each commit has a condition
 * of its own: what a later writer wrote is never overwritten by what is based on what was there before.
 */

/** How long a lease stands without being renewed, in ms. */
const LEASE_MS = 60_000;

interface Words {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  readonly id: string;
  readonly seconds: number;
  readonly renewal: number;
}

/** Leases that this thread holds. */
const held = new Set<string>();

/** A lease that was taken. */
export class Lease {
  readonly #objects: Objects;
  readonly #key: string;
  readonly #where: string;
  readonly #leaseMs: number;
  #words: Words;
  #head: Head;
  /** By this machine's own count, ms: when the last renewal was sent that was heard of. */
  #renewedAt: number;
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #loss: BackfillError | undefined;
  /** Whether its last holder did not let go of it in good order. */
  readonly wasUntidy: boolean;

  private constructor(place: LeasePlace, words: Words, head: Head, sentAt: number, wasUntidy: boolean) {
    this.#objects = place.objects;
    this.#key = place.key;
    this.#where = place.where;
    this.#leaseMs = words.seconds * 1000;
    this.#words = words;
    this.#head = head;
    this.#renewedAt = sentAt;
    this.wasUntidy = wasUntidy;
    held.add(words.id);
    // Whoever is done lets go of it; a process that ends otherwise is not kept by it.
    this.#timer = setInterval(() => void this.#renew().catch(() => {}), this.#leaseMs / 4);
    this.#timer.unref();
  }

  /** Which it is, for threads that write under it. */
  get id(): string {
    return this.#words.id;
  }

  /** When it was taken, by the server's clock: ms since the epoch. */
  get since(): number {
    return this.#head.saidAt;
  }

  /** Throws `store-locked`, and `store-unusable` where the server does not keep conditions. */
  static async take(place: LeasePlace, leaseMs = LEASE_MS): Promise<Lease> {
    for (let attempt = 1; ; attempt++) {
      const there = await place.objects.get(place.key);
      const last = there && wordsIn(there);
      if (last !== undefined && last !== 'released' && !isOver(there, last)) throw locked(place.where, last);
      const words = { ...whoWeAre(), id: randomUUID(), seconds: leaseMs / 1000, renewal: 0 };
      const sentAt = performance.now();
      try {
        const head = await place.objects.put(place.key, bytesOf(words), there?.version ?? null);
        await assertConditions(place, words, head);
        const wasUntidy = there !== undefined && last !== 'released';
        return new Lease(place, words, head, sentAt, wasUntidy);
      } catch (error) {
        // Somebody else was faster, and says who he is.
        if (!(error instanceof Conflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Throws `store-locked` if it may be somebody else's by now. */
  async assertHeld(): Promise<void> {
    if (this.#loss === undefined && performance.now() - this.#renewedAt > this.#leaseMs * DOUBTFUL)
      await this.#renew();
    if (this.#loss !== undefined) throw this.#loss;
  }

  /** Lets go of it; `isInOrder`: no upload lies about that the next holder has to give up. */
  async free(isInOrder: boolean): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing?.catch(() => {});
    held.delete(this.#words.id);
    // One that was lost is not ours to let go of, nor is one behind a server that does not answer.
    if (this.#loss === undefined)
      await this.#objects
        .put(this.#key, bytesOfText(isInOrder ? RELEASED : RELEASED_UNTIDY), this.#head.version)
        .catch(() => {});
  }

  #renew(): Promise<void> {
    this.#renewing ??= this.#sendRenewal().finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #sendRenewal(): Promise<void> {
    const words = { ...this.#words, renewal: this.#words.renewal + 1 };
    const sentAt = performance.now();
    try {
      const head = await this.#objects.put(this.#key, bytesOf(words), this.#head.version);
      this.#head = { ...head, saidAt: this.#head.saidAt };
      this.#words = words;
      this.#renewedAt = sentAt;
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      clearInterval(this.#timer);
      this.#loss = lost(this.#where);
    }
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
/** How long what was seen of a lease is believed by those who do not hold it themselves, in ms. */
const SEEN_MS = 15_000;

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
    const isHeld = last !== undefined && last !== 'released';
    if (this.#id === undefined) {
      if (isHeld && !isOurs(last) && !isOver(there, last)) throw locked(this.#place.where, last);
    } else if (!isHeld || last.id !== this.#id) throw lost(this.#place.where);
    this.#seenAt = now;
  }
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

function whoWeAre(): Pick<Words, 'pid' | 'host' | 'command'> {
  const { pid, host, command } = WRITER;
  return { pid, host, command };
}

function isOurs({ pid, host }: Words): boolean {
  return pid === WRITER.pid && host === WRITER.host;
}

/** Whether nobody holds it any more: it was not renewed in time, or its process is dead. */
function isOver(there: Piece | undefined, words: Words): boolean {
  if (there === undefined || held.has(words.id)) return there === undefined;
  if (there.saidAt - there.writtenAt > words.seconds * 1000) return true;
  return words.host === WRITER.host && !isAlive(words.pid);
}

function bytesOf(words: Words): Uint8Array {
  return bytesOfText(`${JSON.stringify(words)}\n`);
}

/** What lies there; undefined for what nobody of us wrote. */
function wordsIn({ bytes }: Piece): Words | 'released' | undefined {
  const text = textOf(bytes);
  if (text === RELEASED) return 'released';
  try {
    const words = fields(JSON.parse(text)) as Partial<Words>;
    const isWhole = typeof words.id === 'string' && typeof words.seconds === 'number';
    return isWhole ? (words as Words) : undefined;
  } catch {
    return undefined;
  }
}

function lost(where: string): BackfillError {
  return new BackfillError(
    'store-locked',
    `the store ${where} is no longer ours to write: this process said nothing for so long that another one took over; run the same command again`,
  );
}

function locked(where: string, { pid, host, command, seconds }: Words): BackfillError {
  const who = `${command} (pid ${pid} on ${host})`;
  return new BackfillError(
    'store-locked',
    `the store ${where} is being written by ${who}; wait for it, stop it, or use another store; if it died, its lease ends ${seconds} seconds after its last sign of life`,
  );
}
