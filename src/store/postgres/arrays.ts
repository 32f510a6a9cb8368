/**
 * Columns as the server's own arrays, in the form in which it sends and receives them: nothing is written as text and parsed
 * again. An array is a head (dimensions, whether it has nulls, the type, its length and where it begins) and its values,
 * each behind its length.
 */

/** Types by their number at the server. */
const FLOAT8 = 701;
const INT8 = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const TEXT = 25;

const HEAD = 20;
const LENGTH = 4;
/** Where the server's time begins: 2000-01-01, in ms and in days since the epoch. */
const BEGINNING_MS = 946_684_800_000;
const BEGINNING_DAY = 10_957;
const WORD = 2 ** 32;

function headed(type: number, count: number, bytes: number, hasNulls: boolean): Buffer {
  const array = Buffer.allocUnsafe(count === 0 ? 12 : HEAD + bytes);
  array.writeInt32BE(count === 0 ? 0 : 1, 0);
  array.writeInt32BE(hasNulls ? 1 : 0, 4);
  array.writeInt32BE(type, 8);
  if (count === 0) return array;
  array.writeInt32BE(count, 12);
  array.writeInt32BE(1, 16);
  return array;
}

/** Values of 8 bytes, each written by `write`; NaN is null where there may be `nulls`. */
function wide(
  type: number,
  values: ArrayLike<number>,
  isNull: (value: number) => boolean,
  write: (array: Buffer, value: number, at: number) => void,
): Buffer {
  const count = values.length;
  let nulls = 0;
  for (let i = 0; i < count; i++) if (isNull(values[i] as number)) nulls++;
  const array = headed(type, count, count * (LENGTH + 8) - nulls * 8, nulls > 0);
  let at = HEAD;
  for (let i = 0; i < count; i++) {
    const value = values[i] as number;
    if (isNull(value)) at = array.writeInt32BE(-1, at);
    else {
      array.writeInt32BE(8, at);
      write(array, value, at + LENGTH);
      at += LENGTH + 8;
    }
  }
  return array;
}

const never = (): boolean => false;

/** `float8[]`, in which NaN is null. */
export function doubles(values: ArrayLike<number>): Buffer {
  return wide(FLOAT8, values, Number.isNaN, (array, value, at) => array.writeDoubleBE(value, at));
}

/** `bigint[]` of safe integers, in which NaN is null. */
export function integers(values: ArrayLike<number>): Buffer {
  return wide(INT8, values, Number.isNaN, writeInteger);
}

/** `timestamp[]` of ms since the epoch. */
export function instants(values: ArrayLike<number>): Buffer {
  return wide(TIMESTAMP, values, never, (array, value, at) =>
    writeInteger(array, (value - BEGINNING_MS) * 1000, at),
  );
}

function writeInteger(array: Buffer, value: number, at: number): void {
  const high = Math.floor(value / WORD);
  array.writeInt32BE(high, at);
  array.writeUInt32BE(value - high * WORD, at + 4);
}

/** `date[]` of days since the epoch. */
export function dates(values: ArrayLike<number>): Buffer {
  const array = headed(DATE, values.length, values.length * (LENGTH + 4), false);
  for (let i = 0, at = HEAD; i < values.length; i++) {
    at = array.writeInt32BE(4, at);
    at = array.writeInt32BE((values[i] as number) - BEGINNING_DAY, at);
  }
  return array;
}

/** `text[]` of `count` words, of which most are the one before. */
export function texts(count: number, wordAt: (i: number) => string): Buffer {
  const known = new Map<string, Buffer>();
  const parts: Buffer[] = [];
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const word = wordAt(i);
    let part = known.get(word);
    if (part === undefined) {
      const text = Buffer.from(word);
      part = Buffer.concat([headLength(text.length), text]);
      known.set(word, part);
    }
    parts.push(part);
    bytes += part.length;
  }
  const array = headed(TEXT, count, bytes, false);
  let at = HEAD;
  for (const part of parts) at += part.copy(array, at);
  return array;
}

function headLength(length: number): Buffer {
  const head = Buffer.alloc(LENGTH);
  head.writeInt32BE(length);
  return head;
}

function countOf(array: Buffer | null): number {
  return array === null || array.readInt32BE(0) === 0 ? 0 : array.readInt32BE(12);
}

/** Reads values of 8 bytes; null is NaN. */
function readWide(array: Buffer | null, read: (array: Buffer, at: number) => number): Float64Array {
  const values = new Float64Array(countOf(array));
  if (array === null) return values;
  for (let i = 0, at = HEAD; i < values.length; i++) {
    const length = array.readInt32BE(at);
    at += LENGTH;
    values[i] = length === -1 ? Number.NaN : read(array, at);
    at += Math.max(length, 0);
  }
  return values;
}

/** The inverse of `doubles`, of what `array_send` gives; null for no row at all. */
export function readDoubles(array: Buffer | null): Float64Array {
  return readWide(array, (bytes, at) => bytes.readDoubleBE(at));
}

export function readIntegers(array: Buffer | null): Float64Array {
  return readWide(array, readInteger);
}

/** The inverse of `instants`. Another hand may have written parts of a millisecond, which no bar has. */
export function readInstants(array: Buffer | null): Float64Array {
  return readWide(array, (bytes, at) => Math.floor(readInteger(bytes, at) / 1000) + BEGINNING_MS);
}

function readInteger(array: Buffer, at: number): number {
  return array.readInt32BE(at) * WORD + array.readUInt32BE(at + 4);
}

/** Words as codes and the names that these stand for. */
export function readTexts(array: Buffer | null): { codes: Uint16Array; names: string[] } {
  const codes = new Uint16Array(countOf(array));
  const names: string[] = [];
  if (array === null) return { codes, names };
  const places = new Map<string, number>();
  let last: Uint8Array = new Uint8Array(0);
  let code = -1;
  for (let i = 0, at = HEAD; i < codes.length; i++) {
    const length = array.readInt32BE(at);
    const word = array.subarray(at + LENGTH, at + LENGTH + length);
    at += LENGTH + length;
    if (code === -1 || !word.equals(last)) {
      const name = word.toString();
      const known = places.get(name);
      code = known ?? names.length;
      if (known === undefined) {
        places.set(name, code);
        names.push(name);
      }
      last = word;
    }
    codes[i] = code;
  }
  return { codes, names };
}
