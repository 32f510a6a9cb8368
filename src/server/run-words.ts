import type { BackfillEvent } from '../backfill/run/events.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import type { Quota } from '../core/plan/quota.ts';
import { askingLines, opinionLine } from '../report/chain-text.ts';
import { listedLine } from '../report/listed-text.ts';
import { TIE, UNBOUNDED } from '../report/page.ts';
import { meantLines, openingLine, workLine } from '../report/plan-text.ts';
import { endLines, summaryText } from '../report/run-text.ts';

/** Whom a run asks, before it says so itself. */
export interface AskedFirst {
  readonly provider: string;
  readonly quotas: readonly Quota[];
}

/** Lines of the end that are kept. */
const MOST_END = 200;

/** What a run says before and between its work. */
export function linesOf(event: BackfillEvent, { provider, quotas }: AskedFirst): readonly string[] {
  if (event.type === 'meant') return meantLines(event.meant);
  if (event.type === 'listed') return [listedLine(event)];
  if (event.type === 'asking') return askingLines(event);
  if (event.type === 'opinion') return [opinionLine(event)];
  if (event.type === 'running') return [workLine(event.plan, provider, event.workers)];
  if (event.type !== 'planned') return [];
  const { plan, meant } = event;
  return [...(meant === undefined ? [] : meantLines(meant)), openingLine(plan, quotas)];
}

/** What it says at its end, without the failures, which are told apart. */
export function summaryLines(summary: RunSummary): readonly string[] {
  const lines = summaryText({ ...summary, failures: [] }, { ...UNBOUNDED, isWhole: false });
  return lines.length <= MOST_END ? lines : endLines(summary, 'Backfill');
}

export function plain(line: string): string {
  return line.replaceAll(TIE, ' ');
}
