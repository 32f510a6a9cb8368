import type { RunPage } from '../../report/dashboard/page-data.ts';
import { countText, element, section } from '../dom.ts';
import { pagedTable, type TableColumn } from '../paged-table.ts';
import { SERIES_COLUMNS } from './series-rows.ts';
import { durationText, instantText, seriesLink, tiles } from './texts.ts';

const FAILURES: readonly TableColumn<RunPage['failures'][number]>[] = [
  { title: 'Ticker', content: ({ ticker, interval }) => seriesLink(ticker, interval) },
  { title: 'Int', content: ({ interval }) => interval },
  { title: 'From', content: ({ from }) => from },
  { title: 'To', content: ({ to }) => to },
  { title: 'Code', content: ({ code }) => code },
  { title: 'Why', content: ({ message }) => message },
];

/** A run on record: its numbers, what it said when it ended, what failed, and the series that have its answers. */
export function runPage({ run, lines, failures, moreFailures, series }: RunPage): HTMLElement[] {
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
    section(
      'answered',
      'Series with its answers',
      element(
        'p',
        { class: 'hint' },
        'Those of the store whose last answer came while it went on, the worst first.',
      ),
      series.length === 0
        ? element('p', {}, 'None: later runs asked for all of them again, or nothing came.')
        : pagedTable('Series with its answers', SERIES_COLUMNS, series).part,
    ),
  ];
}
