import { checkActions } from '../../core/actions/action-checks.ts';
import type { Series } from '../../core/bars/bars.ts';
import { formatDay, startOfDay } from '../../core/session/day.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import type { Want } from '../../core/plan/task.ts';
import type { BarAnswer } from '../../providers/provider.ts';
import type { BarStore, RejectedRow } from '../../store/store.ts';

/** An answer whose splits and dividends are possible ones, whoever made it; the others are its `badActions`. */
export function withSoundActions(answer: BarAnswer): BarAnswer {
  const { actions, rejected } = checkActions(answer.actions.map((action) => ({ action, row: action })));
  return { ...answer, actions, badActions: [...(answer.badActions ?? []), ...rejected] };
}

/** What an answer's impossible splits and dividends are to be named as. */
export function badActionOddities({ badActions = [] }: BarAnswer, { range }: Want): Oddity[] {
  return badActions.map(({ exDay, reason }) => {
    const session = exDay ?? range.from;
    return {
      kind: 'bad-action',
      session,
      ts: startOfDay(session),
      note: `${reason}: not applied, in quarantine`,
    };
  });
}

/** Keeps an answer's impossible splits and dividends in quarantine, each once, however often it is told. */
export async function keepBadActions(
  store: BarStore,
  series: Series,
  { badActions = [] }: BarAnswer,
  source: string,
  now: number,
): Promise<void> {
  if (badActions.length === 0) return;
  const { ticker, interval } = series;
  const { records } = await store.readRejected({ tickers: [ticker], intervals: [interval] });
  const kept = new Set(records.flatMap(({ rows }) => rows.map(({ row }) => JSON.stringify(row))));
  const rows = badActions
    .map(({ exDay, row, reason }): RejectedRow => {
      const exDate = exDay === null ? null : formatDay(exDay);
      return { row: { exDate, action: row }, reason };
    })
    .filter(({ row }) => !kept.has(JSON.stringify(row)));
  if (rows.length > 0) await store.quarantine(series, rows, source, now);
}
