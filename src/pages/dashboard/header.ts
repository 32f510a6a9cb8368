import type { DashboardData, DashboardPage } from '../../report/dashboard/page-data.ts';
import { element } from '../dom.ts';

const LINKS: readonly (readonly [path: string, name: string, pages: readonly DashboardPage['page'][]])[] = [
  ['/', 'Live', ['live']],
  ['/series', 'Series', ['series-list', 'series']],
  ['/runs', 'Runs', ['runs', 'run']],
  ['/coverage', 'Coverage report', []],
];

/** Ways to the other pages, and which store it is. */
export function header({ store, shown, hasQueues }: DashboardData): HTMLElement {
  const all: typeof LINKS = hasQueues === true ? [...LINKS, ['/queues', 'Queues', []]] : LINKS;
  const links = all.map(([href, name, pages]) =>
    element(
      'li',
      {},
      element('a', { href, 'aria-current': pages.includes(shown.page) ? 'page' : undefined }, name),
    ),
  );
  return element(
    'header',
    { class: 'top' },
    element('nav', { 'aria-label': 'Pages' }, element('ul', {}, links)),
    element('span', { class: 'store', id: 'store', title: store }, store),
  );
}
