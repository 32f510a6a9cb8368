import type { CoveragePageData, IssueRow, RevisionRow } from '../../report/coverage-page/page-data.ts';
import { countText, element, section } from '../dom.ts';
import { pagedTable } from '../paged-table.ts';

/** What the report says besides, what is wrong or odd, and what changed. */
export function findingsSections(data: CoveragePageData): HTMLElement[] {
  return [...notesSection(data), issuesSection(data), revisionsSection(data)];
}

function notesSection({ notes }: CoveragePageData): HTMLElement[] {
  if (notes.length === 0) return [];
  const list = element(
    'ul',
    {},
    notes.map((note) => element('li', {}, note)),
  );
  return [section('notes', 'Notes', list)];
}

function issuesSection({ issues: { kinds, rows, listedBy } }: CoveragePageData): HTMLElement {
  if (rows.length === 0) return section('issues', 'Issues', element('p', {}, 'No issues.'));
  const counts = kinds.map(({ title, count, listed }) => {
    const more = count - listed;
    const rest = more === 0 ? '' : `; ${countText(more)} more: ${listedBy} lists them`;
    return element('li', {}, `${title}: ${countText(count)}${rest}`);
  });
  const table = pagedTable<IssueRow>(
    'Issues',
    [
      { title: 'Ticker', content: ([, ticker]) => ticker },
      { title: 'Int', content: ([, , interval]) => interval },
      { title: 'Session', content: ([, , , session]) => session },
      { title: 'Kind', content: ([kind]) => kinds[kind]?.title ?? '' },
      { title: 'What', content: ([, , , , text]) => text },
    ],
    rows,
  );
  return section('issues', 'Issues', element('ul', {}, counts), ofAll(), table.part);
}

function revisionsSection({ revisions: { count, rows, listedBy } }: CoveragePageData): HTMLElement {
  if (count === 0)
    return section('revisions', 'Revisions', element('p', {}, 'No final bar was ever changed.'));
  const more = count - rows.length;
  const rest = more === 0 ? '' : ` The newest are listed; ${countText(more)} more: ${listedBy} lists them.`;
  const told = element(
    'p',
    {},
    `Final bars that a later answer changed, or stayed against one: ${countText(count)}.${rest}`,
  );
  const table = pagedTable<RevisionRow>(
    'Revisions',
    [
      { title: 'Ticker', content: ([ticker]) => ticker },
      { title: 'Int', content: ([, interval]) => interval },
      { title: 'Bar', content: ([, , bar]) => bar },
      { title: 'On', content: ([, , , on]) => on },
      { title: 'By', content: ([, , , , by]) => by },
      { title: 'Change', content: ([, , , , , change]) => change },
    ],
    rows,
  );
  return section('revisions', 'Revisions', told, table.part);
}

function ofAll(): HTMLElement {
  return element(
    'p',
    { class: 'hint' },
    'Of all that is stored of these series, whatever the range of the report.',
  );
}
