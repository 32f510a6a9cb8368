import { element, replaceAll } from '../dom.ts';
import { type TableColumn, headOf, rowOf } from '../paged-table.ts';

export type LiveColumn<Row> = Pick<TableColumn<Row>, 'title' | 'content' | 'isNumber'>;

/** A short table that is drawn anew when its rows are others; whoever is on one of its links stays there. */
export interface LiveTable<Row> {
  readonly part: HTMLElement;
  show(rows: readonly Row[]): void;
}

/** `none`: what stands there instead of no row. */
export function liveTable<Row>(
  label: string,
  columns: readonly LiveColumn<Row>[],
  none: string,
): LiveTable<Row> {
  const body = element('tbody');
  const table = element(
    'table',
    { 'aria-label': label },
    element('thead', {}, element('tr', {}, columns.map(headOf))),
    body,
  );
  const frame = element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, table);
  const empty = element('p', { class: 'hint' }, none);
  let drawn: string | undefined;
  return {
    part: element('div', { class: 'live-table' }, frame, empty),
    show: (rows) => {
      const now = JSON.stringify(rows);
      if (now === drawn) return;
      drawn = now;
      const focused = body.contains(document.activeElement) ? document.activeElement : null;
      const href = focused?.getAttribute('href');
      replaceAll(
        body,
        rows.map((row) => rowOf(row, columns)),
      );
      frame.hidden = rows.length === 0;
      empty.hidden = rows.length > 0;
      if (typeof href === 'string')
        [...body.querySelectorAll('a')].find((link) => link.getAttribute('href') === href)?.focus();
    },
  };
}
