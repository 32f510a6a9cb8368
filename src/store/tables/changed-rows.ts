import type { StoredBars } from '../../core/bars/columns.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { NO_SEAL } from '../parquet/codec/byte-seal.ts';
import type { BarsExam } from '../parquet/doctor/examine-bars.ts';
import type { Finding } from '../parquet/doctor/finding.ts';
import type { Partition } from '../parquet/files/layout.ts';
import { compact, type Knowledge, knowledgeByRows } from '../parquet/partition/knowledge.ts';
import { type RowSum, sumIn, sumOf } from './row-sum.ts';

const CHANGED: Finding = {
  kind: 'damaged-rows',
  what: 'its rows are not those that were written: another hand changed, removed or added some',
  mend: 'keeps those that are there; the next run asks for all of their sessions again',
  mendable: true,
};

/** What the doctor found in a part, and whether its rows are others than were written. `known`: what the part says of itself. */
export function withChangedRows(
  exam: BarsExam,
  partition: Partition,
  known: string,
  bars: StoredBars,
): BarsExam {
  const stated = statedSum(known);
  const { repair, findings } = exam;
  if (stated === undefined || repair === 'move' || stated === sumOf(bars)) return exam;
  const own = repair ?? { content: { bars, knowledge: knowledgeIn(partition, known, bars) }, removed: [] };
  // What the rows that go do not explain, others do; nobody can tell which.
  if (stated === sumOf(own.content.bars)) return exam;
  const { calendar, coverage } = own.content.knowledge;
  const again = compact({ ...coverage, provisional: coverage.present }, calendarById(calendar));
  return {
    ...exam,
    findings: [...findings, CHANGED],
    repair: {
      content: { bars: own.content.bars, knowledge: { ...own.content.knowledge, coverage: again } },
      removed: own.removed,
    },
  };
}

function statedSum(known: string): RowSum | undefined {
  try {
    return sumIn((JSON.parse(known) as { sum?: unknown } | null)?.sum);
  } catch {
    return undefined;
  }
}

function knowledgeIn(partition: Partition, metadata: string, { ts }: StoredBars): Knowledge {
  const footer = { metadata, seal: NO_SEAL } as Parameters<typeof knowledgeByRows>[1];
  return knowledgeByRows(partition, footer, ts).knowledge;
}
