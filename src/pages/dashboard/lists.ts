import type { DashboardPage } from '../../report/dashboard/page-data.ts';
import { countText, element, percentText, section } from '../dom.ts';
import { pagedTable } from '../paged-table.ts';
import { RUN_COLUMNS, spoiltText } from './run-rows.ts';
import { SERIES_COLUMNS } from './series-rows.ts';
import { tiles } from './texts.ts';

type Page<Name> = Extract<DashboardPage, { readonly page: Name }>;

/** Every stored series, the worst first. */
export function seriesListPage({ series, totals }: Page<'series-list'>): HTMLElement[] {
  const table = pagedTable('Series', SERIES_COLUMNS, series);
  const told = element('span', { role: 'status', 'aria-live': 'polite', id: 'shown' });
  const ticker = element('input', {
    type: 'search',
    id: 'ticker',
    placeholder: 'AAPL, MSF',
    spellcheck: 'false',
  });
  const show = (): void => {
    const parts = ticker.value
      .toUpperCase()
      .split(/[\s,]+/)
      .filter((part) => part !== '');
    const shown = series.filter(
      ([name]) => parts.length === 0 || parts.some((part) => name.toUpperCase().includes(part)),
    );
    table.show(shown);
    told.textContent = `${countText(shown.length)} of ${countText(series.length)} series, the worst first`;
  };
  ticker.addEventListener('input', show);
  show();
  const filters = element(
    'div',
    { class: 'filters', role: 'search', 'aria-label': 'Filter the series' },
    element('label', {}, 'Ticker ', ticker),
    told,
  );
  return [
    element('h1', {}, 'Series'),
    tiles([
      ['Coverage', percentText(totals.coverage), 'total-coverage'],
      ['Series', countText(totals.series), 'total-series'],
      ['Complete', countText(totals.complete), 'total-complete'],
      ['Incomplete', countText(totals.incomplete), 'total-incomplete'],
      ['Missing sessions', countText(totals.missing), 'total-missing'],
      ['Damaged', countText(totals.damaged), 'total-damaged'],
    ]),
    ...(series.length === 0 ? [element('p', {}, 'The store has no series.')] : [filters, table.part]),
  ];
}

/** The runs on record. */
export function runsPage({ runs, spoilt }: Page<'runs'>): HTMLElement[] {
  const hint = 'A run leaves its record when it ends: one that was killed has none.';
  return [
    element('h1', {}, 'Runs'),
    runs.length === 0 ? element('p', {}, 'No run is on record.') : pagedTable('Runs', RUN_COLUMNS, runs).part,
    element('p', { class: 'hint' }, hint),
    element('p', { class: 'hint' }, spoiltText(spoilt)),
  ];
}

/** Why there is no page. */
export function troublePage({ title, message }: Page<'trouble'>): HTMLElement[] {
  return [element('h1', {}, title), section('why', 'Why', element('p', { id: 'trouble' }, message))];
}
