/** A column as its different values, in the order in which they come, and for each row the place of its value. */
export interface Dictionary {
  readonly values: Float64Array;
  readonly places: Uint32Array;
  /** Bits of a place. */
  readonly width: number;
}

/** A dictionary must save so much of a plain column: it costs the writer and every reader some time. */
const SAVING = 0.4;

/** Numbers by their different values; undefined where that saves little. */
export function dictionaryOf(column: Float64Array): Dictionary | undefined {
  const { length } = column;
  const most = mostValues(length);
  if (most === 0) return undefined;
  const bits = new Uint32Array(column.buffer, column.byteOffset, length * 2);
  const slots = new Int32Array(2 ** (33 - Math.clz32(most)));
  const [values, places] = [new Float64Array(most), new Uint32Array(length)];
  let count = 0;
  for (let row = 0; row < length; row++) {
    let at = slotOf(bits[2 * row] as number, bits[2 * row + 1] as number, slots.length);
    let place = (slots[at] as number) - 1;
    while (place >= 0 && !Object.is(values[place], column[row])) {
      at = (at + 1) & (slots.length - 1);
      place = (slots[at] as number) - 1;
    }
    if (place < 0) {
      if (count === most) return undefined;
      values[count] = column[row] as number;
      place = count++;
      slots[at] = count;
    }
    places[row] = place;
  }
  return { values: values.subarray(0, count), places, width: widthOf(count) };
}

/** How many different values a dictionary may have so that it saves enough. */
function mostValues(length: number): number {
  const room = length * 8 * (1 - SAVING);
  const width = widthOf(length / 2);
  return Math.max(0, Math.floor((room - (length * width) / 8) / 8));
}

/** Bits of the places in so many values. */
export function widthOf(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(Math.ceil(count) - 1);
}

function slotOf(low: number, high: number, slots: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) & (slots - 1);
}
