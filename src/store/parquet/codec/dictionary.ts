/** A column as its different values, in the order in which they come, and for each row the place of its value. */
export interface Dictionary {
  readonly values: Float64Array;
  readonly places: Uint32Array;
  /** Bits of a place. */
  readonly width: number;
}

/** A dictionary must save so much of a plain column: it costs the writer and every reader some time. */
const SAVING = 0.4;

/** What a dictionary is made in. */
interface Room {
  /** Of a power of two. By the mixed bits of a value: 1 more than its place, 0 for none. */
  readonly slots: Int32Array;
  readonly values: Float64Array;
  readonly places: Uint32Array;
}

/** Rows of a column that is given the room of this thread: more than ten years of days. */
const ROOM_ROWS = 4096;

const room = roomFor(ROOM_ROWS, mostValues(ROOM_ROWS));

/**
 * Numbers by their different values, to be used before the next dictionary is made; undefined where that saves little.
 */
export function dictionaryOf(column: Float64Array): Dictionary | undefined {
  const { length } = column;
  const most = mostValues(length);
  if (most === 0) return undefined;
  const bits = new Uint32Array(column.buffer, column.byteOffset, length * 2);
  const { slots, values, places } = length > ROOM_ROWS ? roomFor(length, most) : emptied(room, most);
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
  return { values: values.subarray(0, count), places: places.subarray(0, length), width: widthOf(count) };
}

function roomFor(rows: number, most: number): Room {
  return {
    slots: new Int32Array(slotsFor(most)),
    values: new Float64Array(most),
    places: new Uint32Array(rows),
  };
}

/** The same with as many slots as so many values need, all empty: what else is read was written before. */
function emptied({ slots, values, places }: Room, most: number): Room {
  return { slots: slots.subarray(0, slotsFor(most)).fill(0), values, places };
}

/** Twice as many as there are values, or more. */
function slotsFor(most: number): number {
  return 2 ** (33 - Math.clz32(most));
}

/** How many different values a dictionary may have so that it saves enough. */
function mostValues(length: number): number {
  const spare = length * 8 * (1 - SAVING);
  const width = widthOf(length / 2);
  return Math.max(0, Math.floor((spare - (length * width) / 8) / 8));
}

/** Bits of the places in so many values. */
export function widthOf(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(Math.ceil(count) - 1);
}

function slotOf(low: number, high: number, slots: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) & (slots - 1);
}
