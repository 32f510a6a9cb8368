import type { Batch } from '../core/universe/batches.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import type { Plan } from '../core/plan/plan.ts';
import { tied } from './page.ts';
import { formatCount, formatDuration } from './table.ts';
import { type RunPurpose, endLines } from './run-text.ts';

type Place = Pick<Batch, 'number' | 'of'>;

/** What a batch opens with: `Batch 3 of 11: tickers 201-300 of 1,042`. */
export function batchLine({
  number,
  of,
  first,
  last,
  total,
}: Omit<Batch, 'universe' | 'asked' | 'list'>): string {
  const which =
    first === last ? `ticker ${formatCount(first)}` : `tickers ${formatCount(first)}-${formatCount(last)}`;
  return `Batch ${number} of ${of}: ${which} of ${formatCount(total)}`;
}

/** What it ends with: `Batch 3 of 11 complete in 12s`, and its counts. */
export function batchEndLines(summary: RunSummary, batch: Place): string[] {
  return endLines(summary, batchesName([batch]));
}

/** What several are called that follow each other: `Batch 3 of 11`, `Batches 3-5 of 11`; all of them are a backfill. */
export function batchesName(batches: readonly Place[]): RunPurpose {
  const [first, last] = [batches[0], batches.at(-1)];
  if (first === undefined || last === undefined) return 'Backfill';
  if (last.number - first.number + 1 === first.of) return 'Backfill';
  return first.number === last.number
    ? `Batch ${first.number} of ${first.of}`
    : `Batches ${first.number}-${last.number} of ${first.of}`;
}

/** What the plans of several batches come to. */
export function batchesPlanLine(batches: readonly Place[], plans: readonly Plan[]): string {
  const sum = (of: readonly Plan[], name: 'toFill' | 'requests'): number =>
    of.reduce((all, { totals }) => all + totals[name], 0);
  const all = [...plans, ...plans.flatMap(({ next = [] }) => next.map(({ plan }) => plan))];
  const [toFill, requests] = [sum(plans, 'toFill'), sum(all, 'requests')].map(formatCount);
  return `${batchesName(batches)}: To fill: ${toFill}  Requests: ${requests}`;
}

/** `Batch 4 of 11 comes next: --start-batch 3 begins there.` */
export function nextBatchLine({ number, of }: Place): string {
  return `Batch ${number} of ${of} comes next: ${tied(`--start-batch ${number - 1}`)} begins there.`;
}

/** `Batch 4 of 11 begins in 30s` */
export function pauseLine({ number, of }: Place, pauseMs: number): string {
  return `Batch ${number} of ${of} begins in ${formatDuration(pauseMs)}`;
}
