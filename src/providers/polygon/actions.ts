import { type StatedAction, checkActions } from '../../core/actions/action-checks.ts';
import type { Day } from '../../core/session/day.ts';
import { type Fields, dayIn, numberIn } from '../fields.ts';
import type { ActionsAnswer } from '../provider.ts';
import { spoiltAnswer } from './errors.ts';
import { rowsIn } from './parse.ts';

/** A split or dividend with the symbol that it is stated of. */
export interface StatedOf extends StatedAction {
  readonly symbol: string;
}

/** The splits and dividends in a page of either list. Throws `bad-answer` (retryable). */
export function statedIn(fields: Fields): StatedOf[] {
  return rowsIn(fields).map((row): StatedOf => {
    const { ticker: symbol, currency } = row;
    if (typeof symbol !== 'string') throw spoiltAnswer('a split or dividend is of no ticker');
    if ('split_to' in row || 'execution_date' in row) {
      const ratio = numberIn(row, 'split_to') / numberIn(row, 'split_from');
      return { symbol, action: { kind: 'split', exDay: dayIn(row, 'execution_date'), ratio }, row };
    }
    if (!('cash_amount' in row)) throw spoiltAnswer('it is of neither splits nor dividends');
    const exDay = dayIn(row, 'ex_dividend_date');
    const amount = numberIn(row, 'cash_amount');
    const isForeign = typeof currency === 'string' && currency !== '' && currency !== PRICED_IN;
    return { symbol, action: { kind: 'dividend', exDay, amount, ...(isForeign && { currency }) }, row };
  });
}

/** Prices of shares are in dollars. */
const PRICED_IN = 'USD';

/** What was stated of one symbol by a day; what is announced has changed nothing yet. */
export function actionsOf(
  stated: readonly StatedAction[],
  today: Day,
): Pick<ActionsAnswer, 'actions' | 'badActions'> {
  const { actions, rejected } = checkActions(
    stated.filter(({ action: { exDay } }) => !(exDay > today)).map(({ action, row }) => ({ action, row })),
  );
  return { actions, badActions: rejected };
}
