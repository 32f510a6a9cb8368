/** Draws the page of coverage from the data that lies in it. */
import type { CoveragePageData } from '../../report/coverage-page/page-data.ts';
import { fromSteps } from '../../report/coverage-page/run-code.ts';
import { chartSections } from './charts.ts';
import { element, replaceAll } from '../dom.ts';
import { findingsSections } from './findings.ts';
import { mapSection } from './map-section.ts';
import { selectionOf } from './selection.ts';
import { layOut } from './series.ts';
import { seriesSection } from './series-section.ts';
import { sumsSections, totalsSection } from './totals.ts';

const page = document.querySelector('#page');
const given = document.querySelector('#data')?.textContent;
if (page !== null && typeof given === 'string') draw(page, JSON.parse(given) as CoveragePageData);

function draw(place: Element, data: CoveragePageData): void {
  const { series, cells } = layOut(data);
  const universes = new Map(data.universes.map(({ name, places }) => [name, new Set(fromSteps(places))]));
  const selection = selectionOf(series, universes);
  const { part: mapPart, map } = mapSection(cells, selection);
  const { filters, part: seriesPart } = seriesSection(series, [...universes.keys()], selection, map);
  const [months, freshness] = chartSections(cells, selection);
  const ofSeries =
    series.length === 0
      ? [element('p', {}, 'The store has no series.')]
      : [filters, mapPart, pair([months, freshness]), seriesPart];
  replaceAll(
    place,
    [header(data), totalsSection(data), ofSeries, sumsSections(data), findingsSections(data)].flat(),
  );
}

function header({ store, madeAt, version }: CoveragePageData): HTMLElement {
  const when = `${madeAt.slice(0, 16).replace('T', ' ')} UTC`;
  return element(
    'header',
    {},
    element('h1', {}, 'Coverage of ', element('span', { id: 'store' }, store)),
    element('p', { class: 'hint' }, `as of ${when}, by backfill ${version}`),
  );
}

/** Parts side by side where the page is wide enough. */
function pair(parts: readonly (HTMLElement | undefined)[]): HTMLElement {
  return element(
    'div',
    { class: 'pair' },
    parts.filter((part) => part !== undefined),
  );
}
