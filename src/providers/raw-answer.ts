import { UNKNOWN_IDENTITY } from '../core/bars/bars.ts';
import type { Bars } from '../core/bars/columns.ts';
import { calendarFor } from '../core/calendar/calendars.ts';
import { partOver } from './part-over.ts';
import type { BarAnswer, ListRequest } from './provider.ts';

/**
 * An answer of bars as they were traded that speaks of all that was asked for and is over; `known`: what else the
 * provider says, or says otherwise.
 */
export function rawAnswer(
  ticker: string,
  { range, now }: Pick<ListRequest, 'range' | 'now'>,
  bars: Bars,
  known: Partial<BarAnswer> = {},
): BarAnswer {
  return {
    bars,
    proven: partOver(range, calendarFor(ticker), now),
    wireBasis: 'raw',
    ...{ unusable: [], explained: [], actions: [], identity: UNKNOWN_IDENTITY, delistedOn: null, dropped: 0 },
    ...known,
  };
}
