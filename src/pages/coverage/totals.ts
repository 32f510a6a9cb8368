import type { CoveragePageData, UniverseSums } from '../../report/coverage-page/page-data.ts';
import { plural } from '../../core/plural.ts';
import type { SeriesSums } from '../../report/sums.ts';
import { countText, element, percentText, section } from '../dom.ts';
import { pagedTable, type TableColumn } from '../paged-table.ts';

/** The totals, as `check-data` tells them. */
export function totalsSection({ totals }: CoveragePageData): HTMLElement {
  const counts: readonly (readonly [name: string, value: string, id: string])[] = [
    ['Coverage', percentText(totals.coverage), 'coverage'],
    ['Series', countText(totals.series), 'series'],
    ['Complete', countText(totals.complete), 'complete'],
    ['Incomplete', countText(totals.incomplete), 'incomplete'],
    ['With holes', countText(totals.withHoles), 'withHoles'],
    ['Provisional', countText(totals.provisional), 'provisional'],
    ['Unavailable', countText(totals.unavailable), 'unavailable'],
    ['Damaged', countText(totals.damaged), 'damaged'],
    ['Expected', countText(totals.expected), 'expected'],
    ['Present', countText(totals.present), 'present'],
    ['Absent', countText(totals.absent), 'absent'],
    ['Missing', countText(totals.missing), 'missing'],
  ];
  const list = element(
    'dl',
    { class: 'totals' },
    counts.map(([name, value, id]) =>
      element('div', {}, element('dt', {}, name), element('dd', { id: `total-${id}` }, value)),
    ),
  );
  return section('totals', 'Totals', list, leftOutOf(totals));
}

function leftOutOf({
  advisory,
  holes,
  holesAround,
  holesRejected,
}: CoveragePageData['totals']): HTMLElement[] {
  const lines = [
    ...(holes > 0
      ? [
          `Without a bar, or with too few, though nobody says why: ${plural(holes, 'session')}, ` +
            `${countText(holesAround)} of them before the first or after the last bar of a series, ` +
            `${countText(holesRejected)} because rows were rejected.`,
        ]
      : []),
    ...(advisory > 0
      ? [`${countText(advisory)} series without a known calendar are left out of the totals.`]
      : []),
  ];
  return lines.map((line) => element('p', {}, line));
}

/** Series by exchange and by universe. */
export function sumsSections({ exchanges, universes }: CoveragePageData): HTMLElement[] {
  const byExchange = pagedTable('By exchange', sumsColumns('Calendar'), exchanges);
  const columns: readonly TableColumn<UniverseSums>[] = [
    ...sumsColumns('Universe'),
    { title: 'Members', content: ({ members }) => countText(members), isNumber: true },
    { title: 'Not stored', content: ({ notStored }) => countText(notStored), isNumber: true },
  ];
  const none = element('p', { class: 'hint' }, 'The store has no universe of which it has series.');
  const byUniverse = universes.length === 0 ? none : pagedTable('By universe', columns, universes).part;
  return [
    section('exchanges', 'By exchange', byExchange.part),
    section('universes', 'By universe', byUniverse),
  ];
}

function sumsColumns(title: string): TableColumn<SeriesSums>[] {
  return [
    { title, content: ({ name }) => name },
    { title: 'Cover', content: ({ coverage }) => percentText(coverage), isNumber: true },
    ...(['series', 'complete', 'missing', 'absent', 'present', 'expected'] as const).map(
      (key): TableColumn<SeriesSums> => ({
        title: key.charAt(0).toUpperCase() + key.slice(1),
        content: (sums) => countText(sums[key]),
        isNumber: true,
      }),
    ),
  ];
}
