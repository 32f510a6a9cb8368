import type { RunRow } from '../../report/dashboard/live-data.ts';
import { countText } from '../dom.ts';
import type { LiveColumn } from './live-table.ts';
import { durationText, instantText, runLink } from './texts.ts';

/** What a list of runs has of each. */
export const RUN_COLUMNS: readonly LiveColumn<RunRow>[] = [
  { title: 'Run', content: ({ id }) => runLink(id) },
  { title: 'Started, UTC', content: ({ startedAt }) => instantText(startedAt) },
  { title: 'Provider', content: ({ provider }) => provider },
  { title: 'Intervals', content: ({ intervals }) => intervals.join(', ') || '–' },
  { title: 'Fetched', content: ({ fetched }) => countText(fetched), isNumber: true },
  { title: 'Failed', content: ({ failed }) => countText(failed), isNumber: true },
  { title: 'Requests', content: ({ requests }) => countText(requests), isNumber: true },
  { title: 'Bars', content: ({ bars }) => countText(bars), isNumber: true },
  { title: 'Time', content: ({ startedAt, endedAt }) => durationText(endedAt - startedAt), isNumber: true },
  { title: 'Result', content: ({ result }) => result },
];

/** Why records of runs are not in a list. */
export function spoiltText(spoilt: readonly string[]): string {
  return spoilt.length === 0 ? '' : `Records that cannot be read: ${spoilt.join(', ')}`;
}
