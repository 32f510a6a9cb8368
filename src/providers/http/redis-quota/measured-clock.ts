/** How far two clocks may drift apart, part of the time: far more than crystals do. */
const DRIFT = 1e-4;

/** Another machine's clock as it can be told here, ms since the epoch. */
export interface MeasuredClock {
  /** Takes note of an answer in which it says `theirs`: asked for at `sentAt` and there at `heardAt`, by the clock of here. */
  note(sentAt: number, heardAt: number, theirs: number): void;
  /** Throws before the first answer. */
  now(): number;
}

/**
 * Measures how far that clock is ahead of a monotonic one of here (ms). An answer that was quick says so best: half its time is
 * the doubt. One that was slower is of use once the clocks may have drifted apart by more, or where it shows that the other
 * clock was put right.
 */
export function measuredClock(gate: () => number): MeasuredClock {
  let best: { readonly ahead: number; readonly doubt: number; readonly at: number } | undefined;
  return {
    note: (sentAt, heardAt, theirs) => {
      const [ahead, doubt] = [theirs - (sentAt + heardAt) / 2, (heardAt - sentAt) / 2];
      if (best !== undefined) {
        const doubtNow = best.doubt + (heardAt - best.at) * DRIFT;
        const isPutRight = Math.abs(ahead - best.ahead) > doubt + doubtNow;
        if (doubt > doubtNow && !isPutRight) return;
      }
      best = { ahead, doubt, at: heardAt };
    },
    now: () => {
      if (best === undefined) throw new RangeError('a clock that nobody has asked');
      return gate() + best.ahead;
    },
  };
}
