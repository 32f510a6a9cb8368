import type { RunPage } from '../../report/dashboard/page-data.ts';
import { countText, element, section } from '../dom.ts';
import { pagedTable, type TableColumn } from '../paged-table.ts';
import { durationText, instantText, seriesLink, tiles } from './texts.ts';

const FAILURES: readonly TableColumn<RunPage['failures'][number]>[] = [
  { title: 'Ticker', content: ({ ticker, interval }) => seriesLink(ticker, interval) },
  { title: 'Int', content: ({ interval }) => interval },
  { title: 'From', content: ({ from }) => from },
  { title: 'To', content: ({ to }) => to },
  { title: 'Code', content: ({ code }) => code },
  { title: 'Why', content: ({ message }) => message },
];

/** A run on record: its numbers, what it said when it ended, and what failed. */
export function runPage({ run, lines, failures, moreFailures }: RunPage): HTMLElement[] {
  const more =
    moreFailures === 0 ? [] : [element('p', { class: 'hint' }, `and ${countText(moreFailures)} more`)];
  return [
    element('h1', {}, `Run ${run.id}`),
    tiles([
      ['Result', run.result, 'run-result'],
      ['Provider', run.provider, 'run-provider'],
      ['Started, UTC', instantText(run.startedAt), 'run-started'],
      ['Time', durationText(run.endedAt - run.startedAt), 'run-time'],
      ['Requests', countText(run.requests), 'run-requests'],
      ['Bars', countText(run.bars), 'run-bars'],
    ]),
    section(
      'said',
      'What it said',
      element('pre', { tabindex: 0, 'aria-label': 'What it said' }, lines.join('\n')),
    ),
    section(
      'failures',
      'Failures',
      failures.length === 0
        ? element('p', { class: 'hint' }, 'No series failed.')
        : pagedTable('Failures', FAILURES, failures).part,
      more,
    ),
  ];
}
