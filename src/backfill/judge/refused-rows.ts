import type { BarAnswer } from '../../providers/provider.ts';
import type { RejectedRow } from '../../store/store.ts';
import type { Judgement } from './judge-answer.ts';
import { wrongRows } from './learn-from.ts';

/** Rows that failed a check, and those that came with values that are none. */
export function refusedRows({ rejected }: Pick<Judgement, 'rejected'>, answer: BarAnswer): RejectedRow[] {
  return [
    ...rejected.map(({ bar, reason }) => ({ row: bar, reason })),
    ...wrongRows(answer).map(({ row, reason }) => ({ row, reason })),
  ];
}
