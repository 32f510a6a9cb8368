import { randomFor } from '../src/market/random.ts';
import { LONG_RUNS } from './needs.ts';

/** A file with one bit flipped; `where` names it for a message. */
export interface Flipped {
  readonly bytes: Buffer;
  readonly where: string;
}

/** From one bit to the next that is flipped: no part of 8, so that each bit of some byte is. */
const STEP = LONG_RUNS ? 1 : 3;

/** The bytes with each bit of them flipped, one at a time; but for the long form every third of them. */
export function* everyFlip(bytes: Buffer): Generator<Flipped> {
  for (let bit = 0; bit < bytes.length * 8; bit += STEP) yield flip(bytes, bit);
}

/** So many of them, by a seed. */
export function someFlips(bytes: Buffer, count: number, seed: string): Flipped[] {
  const random = randomFor(seed);
  return Array.from({ length: count }, () => flip(bytes, Math.floor(random() * bytes.length * 8)));
}

function flip(bytes: Buffer, bit: number): Flipped {
  const at = bit >> 3;
  const flipped = Buffer.from(bytes);
  flipped[at] = (bytes[at] as number) ^ (1 << (bit & 7));
  const around = bytes.subarray(Math.max(0, at - 8), at + 8).toString();
  return { bytes: flipped, where: `bit ${bit & 7} of byte ${at}, at ${JSON.stringify(around)}` };
}
