/** Bytes of a page, and how far they are read or written. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** Appends a number of at least 0 as Parquet's varint: seven bits a byte, the lowest first. */
export function putVarint(to: Cursor, value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) to.bytes[to.at++] = (rest % 0x80) + 0x80;
  to.bytes[to.at++] = rest;
}

/** Appends a whole number of either sign: those around zero are the shortest. */
export function putZigZag(to: Cursor, value: number): void {
  putVarint(to, value < 0 ? -2 * value - 1 : 2 * value);
}

/** Reads what `putVarint` wrote; beyond 2^53 what comes is only near it. Throws behind the end. */
export function takeVarint(from: Cursor): number {
  let value = 0;
  for (let unit = 1; ; unit *= 0x80) {
    const byte = from.bytes[from.at++];
    if (byte === undefined) throw new RangeError('a number ends behind the page');
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) return value;
  }
}

/** Reads what `putZigZag` wrote. */
export function takeZigZag(from: Cursor): number {
  const value = takeVarint(from);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
