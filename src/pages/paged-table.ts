import { button, type Content, countText, element, replaceAll } from './dom.ts';
import { plural } from '../core/plural.ts';

/** A column of a table. */
export interface TableColumn<Row> {
  readonly title: string;
  readonly content: (row: Row) => Content;
  /** Numbers stand right. Default left. */
  readonly isNumber?: boolean;
  /** By what the header's button sorts; default: it has none. */
  readonly sorts?: () => void;
  /** How the table is sorted by it now. */
  readonly sorted?: () => 'ascending' | 'descending' | 'none';
}

/** Rows that are shown at once. */
const PAGE = 50;

/** A table that shows so many rows at once, with buttons for the others; `show` gives it other rows. */
export interface PagedTable<Row> {
  readonly part: HTMLElement;
  show(rows: readonly Row[]): void;
}

export function pagedTable<Row>(
  label: string,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
): PagedTable<Row> {
  let all = rows;
  let first = 0;
  const heads = columns.map(headOf);
  const body = element('tbody');
  const table = element('table', {}, element('thead', {}, element('tr', {}, heads)), body);
  const frame = element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, table);
  const told = element('span', { role: 'status', 'aria-live': 'polite' });
  const turn = (by: number): void => {
    first += by;
    draw();
    frame.scrollTop = 0;
  };
  const earlier = button('Previous', () => turn(-PAGE), { 'aria-label': `Previous rows: ${label}` });
  const later = button('Next', () => turn(PAGE), { 'aria-label': `Next rows: ${label}` });
  const draw = (): void => {
    const last = Math.min(all.length, first + PAGE);
    replaceAll(
      body,
      all.slice(first, last).map((row) => rowOf(row, columns)),
    );
    for (const [i, { sorted }] of columns.entries())
      if (sorted !== undefined) heads[i]?.setAttribute('aria-sort', sorted());
    const range = all.length <= PAGE ? '' : `${countText(first + 1)} to ${countText(last)} of `;
    told.textContent = `${range}${plural(all.length, 'row')}`;
    earlier.disabled = first === 0;
    later.disabled = last >= all.length;
    earlier.hidden = later.hidden = all.length <= PAGE;
  };
  draw();
  return {
    part: element(
      'div',
      { class: 'table' },
      frame,
      element('div', { class: 'buttons' }, earlier, later, told),
    ),
    show: (shown) => {
      all = shown;
      first = 0;
      draw();
    },
  };
}

export function headOf<Row>({ title, isNumber, sorts }: TableColumn<Row>): HTMLTableCellElement {
  const content = sorts === undefined ? title : button(title, sorts);
  return element('th', { scope: 'col', class: isNumber === true ? 'number' : undefined }, content);
}

/** A row's cells; the first is its head. */
export function rowOf<Row>(row: Row, columns: readonly TableColumn<Row>[]): HTMLTableRowElement {
  const cells = columns.map(({ content, isNumber }, i) =>
    element(
      i === 0 ? 'th' : 'td',
      { scope: i === 0 ? 'row' : undefined, class: isNumber === true ? 'number' : undefined },
      content(row),
    ),
  );
  return element('tr', {}, cells);
}
