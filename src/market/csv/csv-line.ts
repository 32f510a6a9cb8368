/** One line of a CSV file, cut into fields. */
export interface CsvLine {
  readonly fields: readonly string[];
  /** Where it ends, for messages; the first is 1. */
  readonly number: number;
}
