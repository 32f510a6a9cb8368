import { button, type Content, countText, element, percentText, section } from '../dom.ts';
import type { HeatMap } from './heat-map.ts';
import { pagedTable, type TableColumn } from '../paged-table.ts';
import { WORST_FIRST } from '../../report/worst-first.ts';
import type { Filter, Selection, SortKey } from './selection.ts';
import type { Series } from './series.ts';

interface Shown {
  readonly title: string;
  readonly key: SortKey;
  readonly isNumber?: boolean;
  /** Default: what the key has. */
  readonly text?: (series: Series) => string;
}

const COLUMNS: readonly Shown[] = [
  { title: 'Ticker', key: 'ticker' },
  { title: 'Int', key: 'interval' },
  { title: 'Standing', key: 'standing' },
  { title: 'Cover', key: 'coverage', isNumber: true, text: ({ coverage }) => percentText(coverage) },
  { title: 'Missing', key: 'missing', isNumber: true },
  { title: 'Absent', key: 'absent', isNumber: true },
  { title: 'Provisional', key: 'provisional', isNumber: true },
  { title: 'Present', key: 'present', isNumber: true },
  { title: 'Expected', key: 'expected', isNumber: true },
  { title: 'First', key: 'first' },
  { title: 'Last', key: 'last' },
  { title: 'Behind', key: 'behind', isNumber: true },
  { title: 'Fetched', key: 'fetchedAt', text: ({ fetchedAt }) => fetchedText(fetchedAt) },
  { title: 'Calendar', key: 'calendar' },
];

/** The series that the filters leave, as a table; the map shows the same, in the same order. */
export function seriesSection(
  all: readonly Series[],
  selection: Selection,
  map: HeatMap,
): { readonly filters: HTMLElement; readonly part: HTMLElement } {
  const table = pagedTable(
    'Series',
    COLUMNS.map((column) => columnOf(column, selection, map)),
    selection.shown,
  );
  selection.onChange(() => table.show(selection.shown));
  return { filters: filtersOf(all, selection), part: section('series', 'Series', table.part) };
}

function columnOf(
  { title, key, isNumber = false, text }: Shown,
  selection: Selection,
  map: HeatMap,
): TableColumn<Series> {
  return {
    ...{ title, isNumber },
    content: (series) => (key === 'ticker' ? tickerOf(series, selection, map) : textOf(series, key, text)),
    sorts: () => {
      const { by, descending } = selection.sorted;
      selection.change({ sorted: { by: key, descending: by === key && !descending } });
    },
    sorted: () => {
      if (selection.sorted.by !== key) return 'none';
      return selection.sorted.descending ? 'descending' : 'ascending';
    },
  };
}

/** A ticker that leads to its row on the map. */
function tickerOf(series: Series, selection: Selection, map: HeatMap): Content {
  const show = (): void => {
    const row = selection.shown.indexOf(series);
    map.zoom(1, Number.POSITIVE_INFINITY);
    map.pointAt({ column: map.middle.column, row }, true);
    map.canvas.focus();
    map.canvas.scrollIntoView({ block: 'nearest' });
  };
  return button(series.ticker, show, { class: 'link', title: 'Show on the map' });
}

function textOf(series: Series, key: SortKey, text?: (series: Series) => string): string {
  if (text !== undefined) return text(series);
  const value = series[key];
  if (value === null) return '–';
  return typeof value === 'number' ? countText(value) : value;
}

function fetchedText(seconds: number | null): string {
  return seconds === null ? '–' : new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}

function filtersOf(all: readonly Series[], selection: Selection): HTMLElement {
  const ticker = element('input', {
    type: 'search',
    id: 'ticker',
    placeholder: 'AAPL, MSF',
    spellcheck: 'false',
  });
  ticker.addEventListener('input', () => selection.change({ ticker: ticker.value }));
  const choices = (key: Exclude<keyof Filter, 'ticker'>, found: Iterable<string>): HTMLElement =>
    choiceOf(key, [...new Set(found)], (value) => selection.change({ [key]: value }));
  const told = element('span', { role: 'status', 'aria-live': 'polite', id: 'shown' });
  const tell = (): void => {
    const { length } = selection.shown;
    told.textContent =
      length === all.length
        ? `all ${countText(length)} series`
        : `${countText(length)} of ${countText(all.length)} series`;
  };
  tell();
  selection.onChange(tell);
  const standings = new Set(all.map(({ standing }) => standing));
  return element(
    'div',
    { class: 'filters', 'aria-label': 'Filter the map and the table', role: 'search' },
    element('label', {}, 'Ticker ', ticker),
    choices(
      'standing',
      WORST_FIRST.filter((one) => standings.has(one)),
    ),
    choices('calendar', all.map(({ calendar }) => calendar).toSorted()),
    choices(
      'interval',
      all.map(({ interval }) => interval),
    ),
    button('Worst first', () => selection.change({ sorted: { by: 'worst', descending: false } })),
    told,
  );
}

const TITLES = { standing: 'Standing', calendar: 'Calendar', interval: 'Interval' } as const;

function choiceOf(
  key: keyof typeof TITLES,
  found: readonly string[],
  choose: (value: string) => void,
): HTMLElement {
  const options = found.map((one) => element('option', { value: one }, one));
  const select = element('select', { id: key }, element('option', { value: '' }, 'all'), options);
  select.addEventListener('change', () => choose(select.value));
  return element('label', {}, `${TITLES[key]} `, select);
}
