import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { shown } from '../../core/shown.ts';
import type { FetchedRow } from './fetched-rows.ts';

/** ms since the epoch, `[start, end)`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * All rows of a span, in whatever order. An answer of `most` rows may be cut: what lies after its rows is asked for too, and
 * where nothing does, what lies before them, as some servers give the oldest rows and some the newest. `most` undefined: none
 * is cut.
 */
export async function rowsOfSpan(
  fetch: (start: number, end: number) => Promise<readonly FetchedRow[]>,
  { start, end }: Span,
  {
    most = Number.POSITIVE_INFINITY,
    interval,
  }: { readonly most: number | undefined; readonly interval: Interval },
): Promise<readonly FetchedRow[]> {
  const length = intervalMs(interval);
  const within = async (span: Span): Promise<readonly FetchedRow[]> => {
    if (span.end - span.start < length) return [];
    const rows = checkedRows(await fetch(span.start, span.end));
    if (rows.length < most) return rows;
    const { first, last } = endsOf(rows);
    const after = await within({ start: Math.max(span.start, last + 1), end: span.end });
    const before =
      after.length > 0 ? [] : await within({ start: span.start, end: Math.min(span.end, first) });
    return [before, rows, after].flat();
  };
  return within({ start, end });
}

function checkedRows(rows: readonly FetchedRow[]): readonly FetchedRow[] {
  if (Array.isArray(rows)) return rows as readonly FetchedRow[];
  throw new TypeError(`gives ${shown(rows)}; it must be a list of rows`);
}

/** Stamps of the first and the last one. */
function endsOf(rows: readonly FetchedRow[]): { readonly first: number; readonly last: number } {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { ts } of rows) {
    first = Math.min(first, ts);
    last = Math.max(last, ts);
  }
  return { first, last };
}
