/**
 * Requests for which a connection is made: when one of them arrives nobody knows until its answer begins, or it ends. Windows
 * take it for as late as that. One on a connection that is there arrives as soon as any other, and is not among them.
 */
export interface OnTheirWay {
  /** A request was given a slot of the quota. */
  letThrough(request: number, slot: number): void;
  /** A connection is being made for it. */
  begin(request: number): void;
  /** Whether it may still arrive. */
  has(request: number, now: number): boolean;
  /** It has arrived by now, and counts as sent then. Undefined where no connection was made for it, or it is known already. */
  end(request: number, now: number): LateArrival | undefined;
  /** The first slot of those that have been on their way for longer than `overMs`, and the longest time; undefined: none. */
  longerThan(overMs: number, now: number): LateArrival | undefined;
}

/** A request that arrives later than it was let through. */
export interface LateArrival {
  readonly slot: number;
  /** How much later, ms. */
  readonly lateMs: number;
}

/** What has not arrived by then, ms, never does: a request is given up sooner, if its thread was not terminated. */
const ARRIVES_MS = 35_000;

/** Numbers that are remembered of each request, and one besides. */
export const NUMBERS_OF_EACH = 2;

/**
 * `sent`: when each request was sent, by its number modulo the length; `memory`: as much for each number, and one more.
 */
export function onTheirWay(
  memory: Float64Array,
  sent: Float64Array,
  isRemembered: (request: number) => boolean,
): OnTheirWay {
  const slots = memory.subarray(0, sent.length);
  // When a request was let through that may still arrive; 0: it has.
  const since = memory.subarray(sent.length, NUMBERS_OF_EACH * sent.length);
  // How many have not.
  const last = NUMBERS_OF_EACH * sent.length;
  const count = (more: number): void => {
    memory[last] = (memory[last] ?? 0) + more;
  };
  const leave = (place: number): void => {
    if (since[place] === 0) return;
    since[place] = 0;
    count(-1);
  };
  const placeOf = (request: number): number | undefined =>
    isRemembered(request) ? request % sent.length : undefined;
  return {
    letThrough: (request, slot) => {
      const place = request % sent.length;
      slots[place] = slot;
      leave(place);
    },
    begin: (request) => {
      const place = placeOf(request);
      if (place === undefined || since[place] !== 0) return;
      since[place] = sent[place] ?? 0;
      count(1);
    },
    has: (request, now) => {
      const place = placeOf(request);
      const began = place === undefined ? 0 : (since[place] ?? 0);
      return began > 0 && now - began < ARRIVES_MS;
    },
    end: (request, now) => {
      const place = placeOf(request);
      const began = place === undefined ? 0 : (since[place] ?? 0);
      if (place === undefined || began === 0) return undefined;
      leave(place);
      sent[place] = now;
      return { slot: slots[place] ?? 0, lateMs: now - began };
    },
    longerThan: (overMs, now) => {
      if (memory[last] === 0) return undefined;
      let [slot, longest] = [Number.POSITIVE_INFINITY, 0];
      for (const [place, began] of since.entries()) {
        const lateMs = now - began;
        if (began === 0 || lateMs <= overMs) continue;
        if (lateMs >= ARRIVES_MS) leave(place);
        else [slot, longest] = [Math.min(slot, slots[place] ?? 0), Math.max(longest, lateMs)];
      }
      return longest === 0 ? undefined : { slot, lateMs: longest };
    },
  };
}
