import { type StatedAction, checkActions } from '../../core/actions/action-checks.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { type Day, parseDay } from '../../core/session/day.ts';
import type { ActionsAnswer, ActionsRequest } from '../provider.ts';
import { asGiven, numberIn } from './parse.ts';
import { tickerIn } from './request.ts';
import type { Table } from './table.ts';

/** The splits and dividends that are stated in the columns of daily bars, as adjusted ones have them. */
export function statedBeside(table: Table): StatedAction[] {
  return [
    ...statedIn(table, 'split', 'timestamp', 'split_coefficient').filter(
      ({ action }) => action.kind === 'split' && action.ratio !== 1,
    ),
    ...statedIn(table, 'dividend', 'timestamp', 'dividend_amount').filter(
      ({ action }) => action.kind === 'dividend' && action.amount !== 0,
    ),
  ];
}

/** What an answer states that has nothing else: of SPLITS, or of DIVIDENDS. */
export function statedApart(table: Table): StatedAction[] {
  return [
    ...statedIn(table, 'split', 'effective_date', 'split_factor'),
    ...statedIn(table, 'dividend', 'ex_dividend_date', 'amount'),
  ];
}

/** None where there are no such columns. */
function statedIn(table: Table, kind: 'split' | 'dividend', date: string, value: string): StatedAction[] {
  const [dateAt, valueAt] = [table.heading.indexOf(date), table.heading.indexOf(value)];
  if (dateAt < 0 || valueAt < 0) return [];
  return table.rows.map((row): StatedAction => {
    const [exDay, of] = [dayIn(row[dateAt]), numberIn(row[valueAt]) ?? Number.NaN];
    const given = { kind, ...asGiven(table, row) };
    if (kind === 'split') return { action: { kind, exDay, ratio: of }, row: given };
    return { action: { kind, exDay, amount: of }, row: given };
  });
}

/** NaN for what is no date, such as `None`. */
function dayIn(text = ''): Day {
  try {
    return parseDay(text.trim().slice(0, 10));
  } catch {
    return Number.NaN;
  }
}

/** Those from the first day of a range on that have gone ex by now; an announced one has changed nothing yet. */
export function actionsOf(
  stated: readonly StatedAction[],
  { range, now, ...asked }: Pick<ActionsRequest, 'tickers' | 'range' | 'now'>,
): Pick<ActionsAnswer, 'actions' | 'badActions'> {
  const today = calendarFor(tickerIn(asked)).localDay(now);
  const { actions, rejected } = checkActions(
    stated.filter(({ action: { exDay } }) => !(exDay < range.from || exDay > today)),
  );
  return { actions, badActions: rejected };
}
