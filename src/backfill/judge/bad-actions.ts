import type { ActionBook } from '../../core/actions/action-book.ts';
import { checkActions } from '../../core/actions/action-checks.ts';
import { type Series, isSplit } from '../../core/bars/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { type DayRange, formatDay, startOfDay } from '../../core/session/day.ts';
import { normalize, subtract, union } from '../../core/session/ranges.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import type { Want } from '../../core/plan/task.ts';
import type { BarAnswer } from '../../providers/provider.ts';
import { provenDays } from '../../providers/proven-days.ts';
import type { BarStore, RejectedRow } from '../../store/store.ts';

/** An answer whose splits and dividends are possible ones, whoever made it; the others are its `badActions`. */
export function withSoundActions(answer: BarAnswer): BarAnswer {
  const { actions, rejected } = checkActions(answer.actions.map((action) => ({ action, row: action })));
  return { ...answer, actions, badActions: [...(answer.badActions ?? []), ...rejected] };
}

/**
 * The ex-dates whose splits and dividends are known once an answer is noted in a book: also those of the sessions that it
 * proves, but for the day of a split that cannot be and of which nobody told another, and none where that has no date. An
 * answer without a bar proves none: it cannot say either whether a session that the store has was one after a split.
 */
export function exDatesKnown(
  { covered, entries }: Pick<ActionBook, 'covered' | 'entries'>,
  answer: BarAnswer,
  calendar: Calendar,
): readonly DayRange[] {
  const unread = (answer.badActions ?? []).filter(({ kind }) => kind !== 'dividend');
  const isDated = unread.every(({ exDay }) => exDay !== null);
  const told = answer.bars.length > 0 && isDated ? provenDays(answer) : [];
  const unknown = unread.flatMap(({ exDay }) =>
    exDay === null || entries.some(({ action }) => isSplit(action) && action.exDay === exDay)
      ? []
      : [{ from: exDay, to: calendar.sessionOnOrAfter(exDay) + 1 }],
  );
  return subtract(union(covered, told), normalize(unknown));
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
    .map(({ exDay, kind, row, reason }): RejectedRow => {
      const exDate = exDay === null ? null : formatDay(exDay);
      return { row: { exDate, ...(kind && { kind }), action: row }, reason };
    })
    .filter(({ row }) => !kept.has(JSON.stringify(row)));
  if (rows.length > 0) await store.quarantine(series, rows, source, now);
}
