import { type Cursor, putVarint, takeVarint } from './varint.ts';

/** Most bits of a value. */
const WIDEST = 24;

/** Values of a group; a run of packed ones has whole groups. */
const GROUP = 8;

/**
 * Parquet's hybrid of runs and packed bits, in which it has levels and indexes into dictionaries: one run where all values
 * are the same, else all of them packed. `width`: bits of a value, 0 to 24.
 */
export function packHybrid(values: Uint8Array | Uint16Array | Uint32Array, width: number): Uint8Array {
  const groups = Math.ceil(values.length / GROUP);
  const to: Cursor = { bytes: new Uint8Array(8 + groups * width), at: 0 };
  const first = values[0] ?? 0;
  if (areAll(values, first)) {
    putVarint(to, values.length * 2);
    for (let bits = 0; bits < width; bits += 8) to.bytes[to.at++] = first >>> bits;
  } else {
    putVarint(to, groups * 2 + 1);
    putPacked(to, values, width);
    to.at = Math.min(to.bytes.length, to.at);
  }
  return to.bytes.subarray(0, to.at);
}

function areAll(values: Uint8Array | Uint16Array | Uint32Array, one: number): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== one) return false;
  return true;
}

function putPacked(to: Cursor, values: Uint8Array | Uint16Array | Uint32Array, width: number): void {
  const { bytes } = to;
  const end = to.at + Math.ceil(values.length / GROUP) * width;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < values.length; i++) {
    pending |= (values[i] as number) << bits;
    for (bits += width; bits >= 8; bits -= 8) {
      bytes[to.at++] = pending;
      pending >>>= 8;
    }
  }
  if (bits > 0) bytes[to.at] = pending;
  to.at = end;
}

/** Reads so many values. Throws for bytes that do not hold them. */
export function unpackHybrid(bytes: Uint8Array, width: number, count: number): Uint32Array {
  if (width > WIDEST) throw new RangeError(`${width} bits are too many for an index`);
  const values = new Uint32Array(count);
  const from: Cursor = { bytes, at: 0 };
  for (let filled = 0; filled < count;) {
    const header = takeVarint(from);
    const isPacked = header % 2 === 1;
    const size = Math.floor(header / 2) * (isPacked ? GROUP : 1);
    if (size === 0) throw new RangeError('a run is empty');
    const end = Math.min(count, filled + size);
    if (isPacked) takePacked(from, width, values.subarray(filled, end), size);
    else values.fill(takeRepeated(from, width), filled, end);
    filled = end;
  }
  return values;
}

function takeRepeated(from: Cursor, width: number): number {
  let value = 0;
  for (let bits = 0; bits < width; bits += 8) value |= byteAt(from, from.at++) << bits;
  return value;
}

/** Reads the first values of a run of `size`. */
function takePacked(from: Cursor, width: number, values: Uint32Array, size: number): void {
  const mask = 2 ** width - 1;
  const next = from.at + (size / GROUP) * width;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < values.length; i++) {
    for (; bits < width; bits += 8) pending |= byteAt(from, from.at++) << bits;
    values[i] = pending & mask;
    pending >>>= width;
    bits -= width;
  }
  from.at = next;
}

function byteAt({ bytes }: Cursor, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError('a run ends behind the page');
  return byte;
}
