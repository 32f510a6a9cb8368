import type { DashboardData } from '../report/dashboard/page-data.ts';

/** Where a page finds its script and its style. */
export interface AssetPaths {
  readonly script: string;
  readonly style: string;
}

/** A page as HTML: what comes from the store is in it as data alone, and the script of all pages draws it. */
export function shellHtml(data: DashboardData, { script, style }: AssetPaths): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(titleOf(data))}</title>`,
    '<link rel="icon" href="/icon.svg" type="image/svg+xml">',
    `<link rel="stylesheet" href="${style}">`,
    '</head>',
    '<body>',
    '<noscript>This page draws itself: allow its script, which asks nobody but this server.</noscript>',
    '<div id="page"></div>',
    `<script type="application/json" id="data">${inertJson(data)}</script>`,
    `<script src="${script}"></script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function titleOf({ store, shown }: DashboardData): string {
  const what = {
    live: () => 'Live',
    'series-list': () => 'Series',
    series: () => (shown.page === 'series' ? `${shown.series.ticker} ${shown.series.interval}` : ''),
    runs: () => 'Runs',
    run: () => (shown.page === 'run' ? `Run ${shown.run.run.id}` : ''),
    trouble: () => (shown.page === 'trouble' ? shown.title : ''),
  }[shown.page]();
  return `${what} – backfill ${store}`;
}

/** JSON in which nothing can end a script or begin a tag or a comment. */
function inertJson(data: DashboardData): string {
  return JSON.stringify(data).replaceAll('<', String.raw`\u003c`);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A small picture for the tab of a browser: three series, one of them with a hole. */
export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#181c22"/>' +
  '<g fill="#5b8fc9"><rect x="2" y="3" width="12" height="2.6"/><rect x="2" y="6.7" width="12" height="2.6"/>' +
  '<rect x="2" y="10.4" width="12" height="2.6"/></g><rect x="9" y="6.7" width="2.6" height="2.6" fill="#f0553d"/></svg>';
