import { areMonthMarks, type MonthMarks } from '../../../core/bars/month-marks.ts';
import { list, malformed } from '../codec/json.ts';

/** How the marks of a partition's bars are written, where there are any. */
export function encodeMarks(marks: MonthMarks | undefined): { marks?: readonly [from: number, of: string] } {
  return marks === undefined ? {} : { marks: [marks.from, marks.of] };
}

/** The inverse of `encodeMarks`. Throws for what is malformed. */
export function marksIn(value: unknown): { marks?: MonthMarks } {
  return value === undefined ? {} : { marks: marksOf(value) };
}

/** Throws for what is malformed. */
export function marksOf(value: unknown): MonthMarks {
  const [from, of] = list(value);
  if (typeof from !== 'number' || !Number.isSafeInteger(from)) throw malformed(from);
  if (typeof of !== 'string' || !areMonthMarks(of)) throw malformed(of);
  return { from, of };
}
