import { addTold } from '../../src/core/actions/action-book.ts';
import type { CorporateAction } from '../../src/core/bars/bars.ts';
import type { DayRange } from '../../src/core/session/day.ts';
import { union } from '../../src/core/session/ranges.ts';
import type { BarStore } from '../../src/store/store.ts';

/**
 * Adds what an answer tells of a ticker's corporate actions, as a run does it: the newer value wins for the same kind and
 * ex-date. `covered`, perhaps empty, are the ex-dates that it speaks of; it is no list by which others are withdrawn.
 */
export function tellActions(
  store: BarStore,
  ticker: string,
  actions: readonly CorporateAction[],
  covered: DayRange,
  source: string,
  fetchedAt: number,
): Promise<void> {
  const wouldList = { from: covered.from, to: covered.from };
  return store.updateActions(ticker, (before) => ({
    ...addTold(before, { actions, source, fetchedAt, wouldList, isOwnList: false }),
    covered: union(before.covered, [covered]),
  }));
}
