import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** A browser comes back so long after it lost the connection, in ms. */
const RETRY_MS = 1000;

/** Without news a line is sent this often, so that a connection that is dead is noticed. */
const BEAT_MS = 15_000;

/** More of them than anybody looks at. */
const MOST_LISTENERS = 64;

/** One message of server-sent events: `data` is JSON. */
export interface Message {
  readonly event: string;
  readonly data: object;
}

interface Listener {
  readonly response: ServerResponse;
  /** It reads slower than there are news: it is told all anew once it has caught up. */
  isBehind: boolean;
}

/**
 * Browsers that listen. Whoever begins, or comes back after whatever it missed, is told all there is by `whole`; after that what
 * changes. A browser that does not read costs no memory: it misses what is sent meanwhile.
 */
export class Listeners {
  readonly #listeners = new Set<Listener>();
  readonly #whole: () => readonly Message[];
  /** Another one after a restart. */
  readonly #begun = randomBytes(4).toString('hex');
  readonly #beat: NodeJS.Timeout;
  #sent = 0;

  constructor(whole: () => readonly Message[]) {
    this.#whole = whole;
    this.#beat = setInterval(() => this.#write(':\n\n'), BEAT_MS).unref();
  }

  get count(): number {
    return this.#listeners.size;
  }

  /** Takes a response over for as long as it is open; false: there are too many. */
  add(response: ServerResponse): boolean {
    if (this.#listeners.size >= MOST_LISTENERS) return false;
    const listener = { response, isBehind: false };
    response.write(`retry: ${RETRY_MS}\n\n${this.#wholeText()}`);
    response.on('drain', () => {
      if (listener.isBehind) response.write(this.#wholeText());
      listener.isBehind = false;
    });
    response.on('close', () => this.#listeners.delete(listener));
    response.on('error', () => this.#listeners.delete(listener));
    this.#listeners.add(listener);
    return true;
  }

  tell(message: Message): void {
    if (this.#listeners.size > 0) this.#write(this.#textOf(message));
  }

  /** Tells a last message and lets everybody go; those that have not taken it in so many ms are cut off by who closes the server. */
  async close(last: Message, mostMs: number): Promise<void> {
    clearInterval(this.#beat);
    const text = this.#textOf(last);
    const gone = [...this.#listeners].map(({ response }) => once(response, 'close'));
    for (const { response } of this.#listeners) response.end(text);
    const waiting = new AbortController();
    const late = setTimeout(mostMs, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([Promise.all(gone), late]);
    waiting.abort();
  }

  #write(text: string): void {
    for (const listener of this.#listeners)
      if (listener.isBehind || listener.response.writableNeedDrain) listener.isBehind = true;
      else listener.response.write(text);
  }

  #wholeText(): string {
    return this.#whole()
      .map((message) => this.#textOf(message))
      .join('');
  }

  #textOf({ event, data }: Message): string {
    this.#sent++;
    return `id: ${this.#begun}-${this.#sent}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  }
}
