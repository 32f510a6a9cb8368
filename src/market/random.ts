/**
 * Seeded randomness by integer and exactly rounded arithmetic only, so that a seed gives the same numbers on every
 * platform and in every version of the runtime.
 */

/** Uniform numbers in `[0, 1)`. */
export type Random = () => number;

const TWO_TO_32 = 2 ** 32;

/** A generator for a name such as `1 ALFA`: FNV-1a of the name seeds a mulberry32. */
export function randomFor(name: string): Random {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return mulberry32(hash);
}

/** Nearly normal: mean 0, standard deviation 1, never beyond ±3.5 (the sum of four uniform numbers). */
export function bellShaped(random: Random): number {
  return (random() + random() + random() + random() - 2) * 1.7320508075688772;
}

function mulberry32(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / TWO_TO_32;
  };
}
