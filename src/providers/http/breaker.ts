// When failures in a row mean that the provider is down, so that the run ends. Each failure counts for what it says of other
// requests:
//
// - nobody was there, or no whole answer came, or an error of the server: one a try
// - an answer that cannot be read, such as a page of HTML for everything: one a request, however often that is tried
// - an answer in the provider's own form with something wrong in it, such as a damaged file: an eighth a request
// - the same where it surely is what the provider keeps, such as a file with a tag that no other damaged one has: an eighth of
//   that, so that years of them end no run, and a server that has nothing else does not cost all there is to ask for
//
// Whatever is answered otherwise, a definite no too, begins the count anew. After so many tries in a row that brought what
// cannot be read none is made again, so that a server that gives nothing else costs about twice as many requests.

import type { BackfillError, ErrorCode } from '../../core/errors.ts';
import { CELL } from './gate-state.ts';

export interface BreakerPolicy {
  /** Failures without an answer in between, of all runs together, that mean that the provider is down. */
  readonly failuresToTrip: number;
  /** The same for a provider that has not given a sign of life: a wrong address, no network. */
  readonly silenceToTrip: number;
}

/** What one answer of the provider's own that is damaged weighs. (A power of two: sums of it are exact.) */
const OF_ONE = 1 / 8;
/** And one that was sent as it is kept. */
const AS_KEPT = 1 / 64;

/** Failures in which nobody was heard. */
const SILENT: ReadonlySet<ErrorCode> = new Set(['network', 'unreachable', 'timeout']);

/** An answer came that can be read. */
export function endFailures(cells: Float64Array): void {
  cells[CELL.failuresInRow] = 0;
  cells[CELL.unreadInRow] = 0;
}

/** Counts a failed try, and whether the provider is down by it; `isAgain`: one of the same request failed before. */
export function countFailure(
  cells: Float64Array,
  error: BackfillError,
  isAgain: boolean,
  { failuresToTrip, silenceToTrip }: BreakerPolicy,
): void {
  if (!SILENT.has(error.code)) add(cells, CELL.lifeSigns, 1);
  if (isUnread(error)) add(cells, CELL.unreadInRow, 1);
  add(cells, CELL.failuresInRow, weightOf(error, isAgain));
  const most = at(cells, CELL.lifeSigns) === 0 ? silenceToTrip : failuresToTrip;
  if (at(cells, CELL.failuresInRow) >= most) cells[CELL.down] = 1;
}

/** Whether the breaker lets a request that failed so be tried again. */
export function mayBeTriedAgain(
  cells: Float64Array,
  error: BackfillError,
  { failuresToTrip }: Pick<BreakerPolicy, 'failuresToTrip'>,
): boolean {
  if (at(cells, CELL.down) !== 0) return false;
  return !isUnread(error) || at(cells, CELL.unreadInRow) < failuresToTrip;
}

function isUnread({ code }: BackfillError): boolean {
  return code === 'bad-answer';
}

function weightOf(error: BackfillError, isAgain: boolean): number {
  if (!isUnread(error)) return 1;
  if (isAgain) return 0;
  if (error.isAsKept === true) return AS_KEPT;
  return error.isOfOne === true ? OF_ONE : 1;
}

function at(cells: Float64Array, cell: number): number {
  return cells[cell] ?? 0;
}

function add(cells: Float64Array, cell: number, count: number): void {
  cells[cell] = at(cells, cell) + count;
}
