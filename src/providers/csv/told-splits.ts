import { basename } from 'node:path';
import type { CorporateAction } from '../../core/bars/bars.ts';
import type { Bars } from '../../core/bars/columns.ts';
import type { Day } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { quoted } from '../../core/quoted.ts';
import { hiddenSplits } from '../../core/checks/unapplied-splits.ts';
import { splitTold, type ToldAction, toldText } from '../../market/csv/told-actions.ts';
import type { Basis } from '../provider.ts';

/** What a series' own files tell of splits, and what its prices show of them. */
export interface SplitsTold {
  readonly told: readonly ToldAction[];
  /** Splits and dividends of `actions.csv`. */
  readonly listed: readonly CorporateAction[];
  /** Prices as they are in the files, on both sides of the splits. */
  readonly rows: Bars;
  readonly sessionOf: (ts: number) => Day;
  readonly ticker: string;
}

/**
 * Refuses prices that are adjusted for a split of which their own file tells, where nothing turns them back: they are said
 * to be raw, or `actions.csv` does not list it. Throws `basis-unknown`.
 */
export function assertTurnedBack({ told, listed, rows, sessionOf, ticker }: SplitsTold, basis: Basis): void {
  const splits = told.flatMap((one) => splitTold(one) ?? []);
  const hidden = hiddenSplits(rows, splits, sessionOf);
  for (const one of told) {
    const split = splitTold(one);
    if (split === undefined || !hidden.some(({ exDay }) => exDay === split.exDay)) continue;
    const isListed = listed.some(({ kind, exDay }) => kind === 'split' && exDay === split.exDay);
    if (basis !== 'raw' && isListed) continue;
    const list = isListed ? [] : ['list that in actions.csv'];
    const say = basis === 'raw' ? ['say --basis split-adjusted'] : [];
    throw new BackfillError(
      'basis-unknown',
      `${basename(one.path)}: its column ${quoted(one.column.name)} tells of ${toldText(one)}, and its prices are adjusted ` +
        `for it, not as traded: ${[...list, ...say].join(', and ')}`,
      { ticker },
    );
  }
}
