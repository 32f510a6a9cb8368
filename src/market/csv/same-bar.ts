import type { FileBars } from './file-bars.ts';

/** Rows of a file that are all in memory. */
export interface HeldFile {
  readonly path: string;
  /** The start of the bar whose row may have been cut; null: of none. */
  readonly mayBeCut: number | null;
  readonly rows: FileBars;
}

/** A row of a file. */
export interface Taken {
  readonly file: HeldFile;
  readonly at: number;
}

/** Prices of one bar from two downloads are the same within this part: they may be rounded differently. */
const TOLERANCE = 1e-4;
/** Volumes, which vendors still correct; and of those that are shortened (`1.2M`) within half of their last digit. */
const VOLUME_TOLERANCE = 0.01;
const ROUNDED_TOLERANCE = 0.05;

const PRICES = ['open', 'high', 'low', 'close'] as const;
const FIELDS = [...PRICES, 'volume'] as const;
type Field = (typeof FIELDS)[number];

/** The one of two rows of a stamp that is stored; undefined where they contradict each other. */
export function pick(before: Taken, after: Taken): Taken | undefined {
  if (isEmpty(before)) return after;
  if (isEmpty(after)) return before;
  if (mayBeCut(before)) return mayBeCut(after) && !isWithin(before, after) ? before : after;
  if (mayBeCut(after)) return before;
  if (fieldsApart(before, after).length === 0)
    return Number.isNaN(valueOf(before, 'volume')) ? after : before;
  if (isUnfinished(before, after)) return after;
  return isUnfinished(after, before) ? before : undefined;
}

/** What two rows of a stamp have, and not the same. */
export function fieldsApart(one: Taken, other: Taken): Field[] {
  return FIELDS.filter((field) => !agreeIn(field, one, other));
}

/**
 * Whether the last row of a file is a part of another file's of its stamp, made before the session was over. Of two last ones
 * that may be so of each other nobody knows.
 */
export function isUnfinished(part: Taken, whole: Taken): boolean {
  if (isEmpty(part) || isEmpty(whole) || mayBeCut(part) || mayBeCut(whole)) return false;
  if (!isLast(part) || fieldsApart(part, whole).length === 0 || !isWithin(part, whole)) return false;
  return !isLast(whole) || !isWithin(whole, part);
}

/** Whether a bar may be what another was while it went on. */
function isWithin(part: Taken, whole: Taken): boolean {
  const [high, low, volume] = [valueOf(whole, 'high'), valueOf(whole, 'low'), valueOf(whole, 'volume')];
  const isInside = (['high', 'low', 'close'] as const).every((field) => {
    const price = valueOf(part, field);
    return !(price > high + Math.abs(high) * TOLERANCE || price < low - Math.abs(low) * TOLERANCE);
  });
  const before = valueOf(part, 'volume');
  // Without a volume only the prices tell.
  const isLess = before < volume || Number.isNaN(before + volume) || before + volume === 0;
  return isInside && isLess && agreeIn('open', part, whole);
}

/** Whether the row may have lost its end. */
export function mayBeCut({ file, at }: Taken): boolean {
  return file.mayBeCut !== null && file.mayBeCut === file.rows.bars.ts[at];
}

function isEmpty(row: Taken): boolean {
  return row.file.rows.faults.has(row.at) || PRICES.every((field) => Number.isNaN(valueOf(row, field)));
}

function isLast({ file, at }: Taken): boolean {
  const { ts } = file.rows.bars;
  return ts.at(-1) === ts[at];
}

function agreeIn(field: Field, one: Taken, other: Taken): boolean {
  const [a, b] = [valueOf(one, field), valueOf(other, field)];
  if (Number.isNaN(a) || Number.isNaN(b)) return true;
  const apart = Math.abs(a - b);
  if (field !== 'volume') return apart <= Math.abs(a) * TOLERANCE;
  const larger = Math.max(a, b);
  const half = Math.max(lastDigitOf(a), lastDigitOf(b)) / 2;
  return apart <= Math.max(larger * VOLUME_TOLERANCE, Math.min(larger * ROUNDED_TOLERANCE, half));
}

/** What the last digit of a number counts that is not zero: 100,000 of 1,200,000. */
function lastDigitOf(value: number): number {
  const zeros = /0*$/.exec(String(Math.trunc(value)))?.[0].length ?? 0;
  return value === 0 ? 0 : 10 ** zeros;
}

function valueOf({ file, at }: Taken, field: Field): number {
  return file.rows.bars[field][at] as number;
}
