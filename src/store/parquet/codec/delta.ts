import { type Cursor, putVarint, putZigZag, takeVarint, takeZigZag } from './varint.ts';

/** Values of a block, whose least difference is written once. */
const BLOCK = 128;

/** Parts of a block, each packed with as many bits as it needs. */
const PARTS = 4;
const PART = BLOCK / PARTS;

/** Most bits of a packed difference: with up to 7 bits before it, it is still a whole number. */
const WIDEST = 45;

/** The largest number, first or difference, of which twice as much is a whole number still. */
const LARGEST = 2 ** 51;

/** Powers of two, which are dear to make one by one. */
const UNITS = Float64Array.from({ length: 54 }, (_, bits) => 2 ** bits);

/** A block at most: its least difference, the widths, the differences. */
const BLOCK_BYTES = 10 + PARTS + (BLOCK * WIDEST) / 8;

/**
 * Whole numbers as Parquet's DELTA_BINARY_PACKED: the differences of neighbours, less the least of their block, in as few
 * bits as the largest needs. No number is made a BigInt. Undefined for
 * what is too large or not whole.
 */
export function packDelta(values: Float64Array): Uint8Array | undefined {
  const blocks = Math.ceil(Math.max(0, values.length - 1) / BLOCK);
  const to: Cursor = { bytes: new Uint8Array(40 + blocks * BLOCK_BYTES), at: 0 };
  for (const head of [BLOCK, PARTS, values.length]) putVarint(to, head);
  const [first = 0] = values;
  if (!isWhole(first)) return undefined;
  putZigZag(to, first);
  const above = new Float64Array(BLOCK);
  for (let start = 1; start < values.length; start += BLOCK)
    if (!putBlock(to, values, start, above)) return undefined;
  return to.bytes.slice(0, to.at);
}

/** `above`: room for the differences of a block. False if one does not fit. */
function putBlock(to: Cursor, values: Float64Array, start: number, above: Float64Array): boolean {
  const count = Math.min(BLOCK, values.length - start);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const difference = (values[start + i] as number) - (values[start + i - 1] as number);
    if (!isWhole(difference)) return false;
    above[i] = difference;
    if (difference < least) least = difference;
  }
  // Room that is not used is packed too, as zeros.
  for (let i = 0; i < BLOCK; i++) above[i] = i < count ? (above[i] as number) - least : 0;
  putZigZag(to, least);
  const widths = to.at;
  to.at += PARTS;
  for (let part = 0; part < PARTS; part++) {
    const differences = above.subarray(part * PART, (part + 1) * PART);
    const width = widthOf(differences);
    if (width > WIDEST) return false;
    to.bytes[widths + part] = width;
    putPart(to, differences, width);
  }
  return true;
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= LARGEST;
}

function widthOf(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i] as number);
  let width = 0;
  for (; largest >= 2 ** 32; largest = Math.floor(largest / 2)) width++;
  return width + 32 - Math.clz32(largest);
}

function putPart(to: Cursor, values: Float64Array, width: number): void {
  if (width === 0) return;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < values.length; i++) {
    pending += (values[i] as number) * (UNITS[bits] as number);
    for (bits += width; bits >= 8; bits -= 8) {
      const byte = pending % 0x100;
      to.bytes[to.at++] = byte;
      pending = (pending - byte) / 0x100;
    }
  }
}

/**
 * Reads numbers that any writer packed so into `values`, all of it. False where they cannot be read without a BigInt: with
 * differences of more bits than `packDelta` writes. Throws for bytes that do not hold them.
 */
export function unpackDelta(bytes: Uint8Array, values: Float64Array): boolean {
  const from: Cursor = { bytes, at: 0 };
  const [block, parts, count] = [takeVarint(from), takeVarint(from), takeVarint(from)];
  const size = block / parts;
  if (count !== values.length || !(size > 0 && size % 8 === 0))
    throw new RangeError('a page holds other numbers');
  let value = takeZigZag(from);
  if (count > 0) values[0] = value;
  for (let filled = 1; filled < count;) {
    const least = takeZigZag(from);
    const widths = bytes.subarray(from.at, (from.at += parts));
    for (let part = 0; part < parts && filled < count; part++) {
      const width = widths[part] ?? WIDEST + 1;
      if (width > WIDEST) return false;
      const end = from.at + (size * width) / 8;
      if (end > bytes.length) throw new RangeError('a number ends behind the page');
      const last = Math.min(count, filled + size);
      value = takePart(from, values, filled, last, width, least);
      filled = last;
      from.at = end;
    }
    if (!Number.isSafeInteger(value)) return false;
  }
  return true;
}

/** Reads the values at `[start, end)`; gives the last. */
function takePart(
  from: Cursor,
  values: Float64Array,
  start: number,
  end: number,
  width: number,
  least: number,
): number {
  const unit = UNITS[width] as number;
  let value = values[start - 1] as number;
  let pending = 0;
  let bits = 0;
  for (let i = start; i < end; i++) {
    for (; bits < width; bits += 8) pending += (from.bytes[from.at++] as number) * (UNITS[bits] as number);
    const rest = Math.floor(pending / unit);
    value += least + pending - rest * unit;
    values[i] = value;
    pending = rest;
    bits -= width;
  }
  return value;
}
