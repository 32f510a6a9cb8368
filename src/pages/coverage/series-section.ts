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
  { title: 'Exchange', key: 'exchange' },
];

/** The series that the filters leave, as a table; the map shows the same, in the same order. */
export function seriesSection(
  all: readonly Series[],
  universes: readonly string[],
  selection: Selection,
  map: HeatMap,
): { readonly filters: HTMLElement; readonly part: HTMLElement } {
  const isListed = all.some(({ exchange }) => exchange !== null);
  const table = pagedTable(
    'Series',
    COLUMNS.filter(({ key }) => key !== 'exchange' || isListed).map((column) =>
      columnOf(column, selection, map),
    ),
    selection.shown,
  );
  selection.onChange(() => table.show(selection.shown));
  return { filters: filtersOf(all, universes, selection), part: section('series', 'Series', table.part) };
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

/** What series may be left out by besides their ticker, as far as they differ in it. */
function choicesOf(
  all: readonly Series[],
  universes: readonly string[],
): readonly (readonly [key: Choice, found: readonly string[]])[] {
  const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];
  const standings = new Set(all.map(({ standing }) => standing));
  const calendars = distinct(all.map(({ calendar }) => calendar).toSorted());
  const exchanges = distinct(all.flatMap(({ exchange }) => exchange ?? []).toSorted());
  const intervals = distinct(all.map(({ interval }) => interval));
  const choices = [
    ['standing', WORST_FIRST.filter((one) => standings.has(one))],
    ['calendar', calendars],
    ['exchange', exchanges],
    ['universe', universes],
    ['interval', intervals],
  ] as const;
  // A universe leaves out what is in none.
  return choices.filter(([key, found]) => found.length > (key === 'universe' ? 0 : 1));
}

function filtersOf(all: readonly Series[], universes: readonly string[], selection: Selection): HTMLElement {
  const ticker = element('input', {
    type: 'search',
    id: 'ticker',
    placeholder: 'AAPL, MSF',
    spellcheck: 'false',
  });
  ticker.addEventListener('input', () => selection.change({ ticker: ticker.value }));
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
  return element(
    'div',
    { class: 'filters', 'aria-label': 'Filter the map and the table', role: 'search' },
    element('label', {}, 'Ticker ', ticker),
    choicesOf(all, universes).map(([key, found]) =>
      choiceOf(key, found, (value) => selection.change({ [key]: value })),
    ),
    button('Worst first', () => selection.change({ sorted: { by: 'worst', descending: false } })),
    told,
  );
}

type Choice = Exclude<keyof Filter, 'ticker'>;

const TITLES: Readonly<Record<Choice, string>> = {
  standing: 'Standing',
  calendar: 'Calendar',
  exchange: 'Exchange',
  universe: 'Universe',
  interval: 'Interval',
};

function choiceOf(key: Choice, found: readonly string[], choose: (value: string) => void): HTMLElement {
  const options = found.map((one) => element('option', { value: one }, one));
  const select = element('select', { id: key }, element('option', { value: '' }, 'all'), options);
  select.addEventListener('change', () => choose(select.value));
  return element('label', {}, `${TITLES[key]} `, select);
}
