/** Draws a page of the dashboard from the data that lies in it. */
import type { DashboardData, DashboardPage } from '../../report/dashboard/page-data.ts';
import { element, replaceAll } from '../dom.ts';
import { header } from './header.ts';
import { runsPage, seriesListPage, troublePage } from './lists.ts';
import { livePage } from './live.ts';
import { runPage } from './run-page.ts';
import { seriesPage } from './series-page.ts';

const place = document.querySelector('#page');
const given = document.querySelector('#data')?.textContent;
if (place !== null && typeof given === 'string') draw(place, JSON.parse(given) as DashboardData);

function draw(to: Element, data: DashboardData): void {
  const main = element('main', { id: 'main', tabindex: -1 });
  replaceAll(to, [
    element('a', { class: 'skip', href: '#main' }, 'To the content'),
    header(data),
    main,
    element('footer', { class: 'hint' }, `backfill ${data.version}`),
  ]);
  replaceAll(main, contentOf(data.shown));
}

function contentOf(shown: DashboardPage): HTMLElement[] {
  if (shown.page === 'live') return livePage(shown);
  if (shown.page === 'series-list') return seriesListPage(shown);
  if (shown.page === 'series') return seriesPage(shown.series);
  if (shown.page === 'runs') return runsPage(shown);
  if (shown.page === 'run') return runPage(shown.run);
  return troublePage(shown);
}
