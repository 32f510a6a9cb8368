/** One line of a CSV file, cut into fields. */
export interface CsvLine {
  readonly fields: readonly string[];
  /** Where it ends, for messages; the first is 1. */
  readonly number: number;
}

/** Lines in the order of their file, as often as one goes through them. Those of a long file are read anew then. */
export interface Lines extends Iterable<CsvLine> {
  /** How many stretches they come in; at least one. */
  readonly stretches: number;
  /** Those of one stretch, perhaps none. */
  stretch(i: number): readonly CsvLine[];
}

/** Lines that are all in memory. */
export function linesAtOnce(lines: readonly CsvLine[]): Lines {
  return { stretches: 1, stretch: () => lines, [Symbol.iterator]: () => lines[Symbol.iterator]() };
}
