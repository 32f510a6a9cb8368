import type { CorporateAction } from '../bars/bars.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { type Coverage, stateOf } from '../coverage/coverage.ts';
import type { Day, DayRange } from '../session/day.ts';
import type { Adjustment } from './factors.ts';
import { subtract } from '../session/ranges.ts';

/** What adjusting a series needs to know and what is known. */
export interface BasisQuestion {
  readonly mode: Adjustment;
  /** First session that is adjusted: only later ex-dates matter. */
  readonly first: Day;
  /** Last ex-date that counts, inclusive. */
  readonly asOf: Day;
  readonly calendar: Calendar;
  readonly coverage: Coverage;
  /** Of the daily series, whose closes stand in for those that an intraday one lacks. */
  readonly daily: Coverage;
  readonly actions: readonly CorporateAction[];
  /** Ex-dates that a provider answered for, ascending and disjoint. */
  readonly answered: readonly DayRange[];
}

/** What is not known. Both empty: the series can be adjusted. */
export interface BasisGaps {
  /** Sessions whose splits and dividends nobody answered for. Each range starts and ends with a session. */
  readonly unanswered: readonly DayRange[];
  /** Missing sessions before the ex-date of a dividend, whose close its factor needs. Ascending. */
  readonly closes: readonly Day[];
}

/** Whether what trades on a calendar can have splits and dividends. */
export function hasActions({ kind }: Calendar): boolean {
  return kind === 'exchange';
}

/** What is not known of a series' basis; nothing is needed for mode `none`. */
export function basisGaps(question: BasisQuestion): BasisGaps {
  const { mode, first, asOf, calendar, coverage, daily, actions, answered } = question;
  if (mode === 'none' || !hasActions(calendar)) return { unanswered: [], closes: [] };
  const unanswered = subtract([{ from: first + 1, to: asOf + 1 }], answered).flatMap(({ from, to }) => {
    const start = calendar.sessionOnOrAfter(from);
    return start < to ? [{ from: start, to: calendar.sessionOnOrBefore(to - 1) + 1 }] : [];
  });
  if (mode === 'splits') return { unanswered, closes: [] };
  const closes = actions
    .filter(({ kind, exDay }) => kind === 'dividend' && first < exDay && exDay <= asOf)
    .map(({ exDay }) => calendar.previousSession(exDay))
    .filter((session) => [coverage, daily].every((known) => stateOf(known, session).state === 'missing'));
  return { unanswered, closes: [...new Set(closes)].toSorted((a, b) => a - b) };
}
