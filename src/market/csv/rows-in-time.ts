import { firstAt, slice } from '../../core/bars/columns.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import type { FileBars } from './file-bars.ts';

/** Rows of one ticker, ascending, which may be read only when they are asked for. */
export interface RowsInTime {
  /** Stamps of the first and the last; NaN where there is none. */
  readonly first: number;
  readonly last: number;
  /** Those with a stamp in `[from, to)`, ms since the epoch. Throws `usage` where their file cannot be read any more. */
  between(from: number, to: number): FileBars;
}

/** All rows, of however long a file. */
export function allOf(rows: RowsInTime): FileBars {
  return rows.between(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
}

export function inMemory(rows: FileBars): RowsInTime {
  const { ts } = rows.bars;
  return {
    first: ts[0] ?? Number.NaN,
    last: ts.at(-1) ?? Number.NaN,
    between: (from, to) => rowsBetween(rows, from, to),
  };
}

/** Parts of which each comes after the one before, as one; undefined where two of them overlap. */
export function inTurn(parts: readonly RowsInTime[]): RowsInTime | undefined {
  const inOrder = parts.filter(({ first }) => !Number.isNaN(first)).toSorted((a, b) => a.first - b.first);
  if (inOrder.some(({ first }, i) => i > 0 && first <= (inOrder[i - 1] as RowsInTime).last)) return undefined;
  return {
    first: inOrder[0]?.first ?? Number.NaN,
    last: inOrder.at(-1)?.last ?? Number.NaN,
    between: (from, to) => {
      const asked = inOrder.filter(({ first, last }) => first < to && last >= from);
      return together(asked.map((part) => part.between(from, to)));
    },
  };
}

export function rowsBetween(rows: FileBars, from: number, to: number): FileBars {
  const [start, end] = [firstAt(rows.bars, from), firstAt(rows.bars, to)];
  const bars = slice(rows.bars, start, end);
  return bars === rows.bars ? rows : { bars, faults: shifted(rows.faults, start, end) };
}

function together(parts: readonly FileBars[]): FileBars {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only;
  const faults = new Map<number, string>();
  let passed = 0;
  for (const part of parts) {
    for (const [i, fault] of part.faults) faults.set(passed + i, fault);
    passed += part.bars.length;
  }
  const lines = parts.flatMap((part) => Array.from(part.lines ?? []));
  const areKnown = lines.length === passed;
  return {
    bars: concatBars(parts.map(({ bars }) => bars)),
    faults,
    ...(areKnown && { lines: Int32Array.from(lines) }),
  };
}

function shifted(
  faults: ReadonlyMap<number, string>,
  start: number,
  end: number,
): ReadonlyMap<number, string> {
  const moved = new Map<number, string>();
  for (const [i, fault] of faults) if (start <= i && i < end) moved.set(i - start, fault);
  return moved;
}
