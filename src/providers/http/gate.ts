import { BackfillError } from '../../core/errors.ts';
import type { SentAs } from '../allowance.ts';

/**
 * What every request to a provider passes, whatever thread sends it: quota, pause, breaker, cancellation. All runs
 * that live at once pass the gate of a key together; each is stopped, and has its retries counted, alone. What
 * comes of a request is told to whoever keeps the gate, which may be another machine: wait for it.
 */
export interface Gate {
  /**
   * Waits until one request may be sent and counts it. Throws `cancelled`, `quota-exhausted` (the day's requests are
   * used up) and `provider-down` (the breaker has tripped). Gives the request's number. `as`: what it is counted as;
   * default `priced`.
   */
  enter(as?: SentAs): Promise<number>;
  /**
   * The request of this number, which was counted as that, could not be worded: it is not sent. What it took of the quota is
   * not given back.
   */
  withdrawn(request: number, as?: SentAs): void;
  /** A connection is being made for the request of this number: until its answer begins, nobody knows when it arrives. */
  connecting(request: number): void;
  /** The request of this number has arrived by now: its answer begins. */
  arrived(request: number): void;
  /** The request of this number goes over the wire now; until then it may be held up by a busy thread. */
  departed(request: number): void;
  /** So many bytes came over the connection of an answer, be it to its end or not. */
  received(bytes: number): void;
  /** Nothing of the request of this number is under way any more, whatever came of it. */
  ended(request: number): void;
  /**
   * The provider answered, with what was asked for or with a definite no, which is `refusal`; or with what is wrong with this
   * one answer for good (`isOfOne`), which ends no row of failures.
   */
  answered(refusal?: BackfillError): Promise<void>;
  /** The provider asked to slow down. `retryAfterMs`: for how long, if it said so. Says whether to come back. */
  throttled(retryAfterMs: number | undefined): Promise<boolean>;
  /** The provider tells how much of a limit was used by now, and perhaps what that is. */
  used(usage: Usage): Promise<void>;
  /** The provider says that the day's requests are used up: nothing more is sent, whatever was counted. */
  usedUp(): Promise<void>;
  /**
   * No usable answer came: network, time-out, 5xx, or one that cannot be read. Says whether the run may afford another try of
   * this request, and takes that off what it may afford. `isLast`: there is no other try, whatever the run may afford. Default
   * false. `isAgain`: a try of this request failed before. Default false.
   */
  failed(error: BackfillError, isLast?: boolean, isAgain?: boolean): Promise<boolean>;
  /** Throws `cancelled` once the run is stopped. */
  assertRunning(): void;
  /** Waits, or throws `cancelled` as soon as the run is stopped. */
  pause(ms: number): Promise<void>;
  /** Ends a request that is under way when aborted. */
  readonly signal: AbortSignal;
  /** Whether the provider throttled so recently that an empty answer proves nothing. */
  isThrottling(): Promise<boolean>;
}

/** What was used of a limit in the present window, by whoever, as the provider tells it; in its units. */
export interface Usage {
  /** Default: it tells nothing of that. */
  readonly used?: number;
  /** What may be used, as long as no other number was told. */
  readonly limit: number;
  /** Another number, where it is told. It holds from then on, for all processes of the key. */
  readonly toldLimit?: number;
  /** What is left free: for the requests that are under way and not counted yet. */
  readonly reserve: number;
  /** How long the window lasts yet, ms. */
  readonly endsInMs: number;
}

/** Lets everything pass at once. */
export const OPEN_GATE: Gate = {
  enter: () => Promise.resolve(0),
  withdrawn: () => undefined,
  connecting: () => undefined,
  arrived: () => undefined,
  departed: () => undefined,
  received: () => undefined,
  ended: () => undefined,
  answered: () => Promise.resolve(),
  throttled: () => Promise.resolve(false),
  used: () => Promise.resolve(),
  usedUp: () => Promise.resolve(),
  failed: () => Promise.resolve(true),
  assertRunning: () => undefined,
  pause: () => Promise.resolve(),
  signal: new AbortController().signal,
  isThrottling: () => Promise.resolve(false),
};

/** Lets nothing pass: of a provider that is opened with it, only what costs no request can be had. */
export const NO_REQUESTS: Gate = {
  ...OPEN_GATE,
  enter: () => Promise.reject(new BackfillError('internal', 'a request that no gate counts')),
};
