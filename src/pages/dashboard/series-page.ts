import type { ChartMark, SeriesPage } from '../../report/dashboard/page-data.ts';
import { button, countText, element, percentText, section } from '../dom.ts';
import { pagedTable } from '../paged-table.ts';
import { type Chart, type Zoom, zoomOf } from './chart.ts';
import { seriesChart } from './series-chart.ts';
import { seriesPath, tiles } from './texts.ts';

const KIND_NAMES: Readonly<Record<ChartMark['kind'], string>> = {
  split: 'Split',
  dividend: 'Dividend',
  revision: 'Revision',
  odd: 'Odd bar',
  rejected: 'Rejected row',
};

/** A series: its chart, and what there is to know of it. */
export function seriesPage(series: SeriesPage): HTMLElement[] {
  const { counts, standing, calendar, said } = series;
  return [
    element('h1', { id: 'series-name' }, `${series.ticker} ${series.interval}`),
    tiles([
      ['Standing', standing, 'standing'],
      ['Coverage', percentText(counts.coverage), 'coverage'],
      ['Missing', countText(counts.missing), 'missing'],
      ['Absent', countText(counts.absent), 'absent'],
      ['Provisional', countText(counts.provisional), 'provisional'],
      ['Present', countText(counts.present), 'present'],
      ['Expected', countText(counts.expected), 'expected'],
      ['Bars', countText(counts.rows), 'rows'],
      ['First bar', series.first ?? '–', 'first'],
      ['Last bar', series.last ?? '–', 'last'],
      ['Fetched, UTC', series.fetchedAt?.slice(0, 16).replace('T', ' ') ?? '–', 'fetched'],
      ['Calendar', calendar, 'calendar'],
    ]),
    section('bars', 'Bars', element('p', { id: 'said' }, said), chartParts(series)),
    marksSection(series.marks),
    gapsSection(series),
  ];
}

function chartParts(series: SeriesPage): HTMLElement[] {
  if (series.slots.length === 0) return [];
  const chart = seriesChart(series);
  const hint =
    'Red areas: missing sessions. Grey ones: known to have no bar. Drag to move, Ctrl and wheel to zoom' +
    (series.marks.some(({ place }) => place !== null)
      ? '; the names above the chart turn marks on and off.'
      : '.');
  return [zoomButtons(chart, series), chart.frame, element('p', { class: 'hint' }, hint)];
}

/** What a mouse does on the chart, for the keyboard; and ways to what is not on the page. */
function zoomButtons(chart: Chart, { ticker, interval, earlier, later }: SeriesPage): HTMLElement {
  const zoom = (next: (now: Zoom) => Zoom): void =>
    chart.act((drawn) => {
      const { start, end } = next(zoomOf(drawn) ?? { start: 0, end: 100 });
      const wide = Math.min(100, Math.max(0.5, end - start));
      const from = Math.min(100 - wide, Math.max(0, start));
      drawn.dispatchAction({ type: 'dataZoom', start: from, end: from + wide });
    });
  const byMiddle =
    (factor: number) =>
    (now: Zoom): Zoom => {
      const half = ((now.end - now.start) / 2) * factor;
      const middle = (now.start + now.end) / 2;
      return { start: middle - half, end: middle + half };
    };
  const move =
    (by: number) =>
    ({ start, end }: Zoom): Zoom => ({
      start: start + (end - start) * by,
      end: end + (end - start) * by,
    });
  const other = (end: string | null, text: string): HTMLElement[] =>
    end === null ? [] : [element('a', { href: `${seriesPath(ticker, interval)}?end=${end}` }, text)];
  return element(
    'div',
    { class: 'buttons' },
    button('←', () => zoom(move(-0.5)), { 'aria-label': 'Move to earlier bars' }),
    button('→', () => zoom(move(0.5)), { 'aria-label': 'Move to later bars' }),
    button('+', () => zoom(byMiddle(0.5)), { 'aria-label': 'Zoom in' }),
    button('−', () => zoom(byMiddle(2)), { 'aria-label': 'Zoom out' }),
    button('All', () => zoom(() => ({ start: 0, end: 100 })), { 'aria-label': 'Show all bars' }),
    other(earlier, 'Earlier bars'),
    other(later, 'Later bars'),
  );
}

function marksSection(marks: readonly ChartMark[]): HTMLElement {
  const table = pagedTable(
    'What is marked',
    [
      { title: 'When', content: ({ when }) => when || '–' },
      { title: 'What', content: ({ kind }) => KIND_NAMES[kind] },
      { title: 'In words', content: ({ text }) => text },
    ],
    marks,
  );
  const none = element(
    'p',
    { class: 'hint' },
    'No split, dividend, revision, odd bar or rejected row is known.',
  );
  return section(
    'marks',
    'Splits, dividends, revisions and oddities',
    marks.length === 0 ? none : table.part,
  );
}

function gapsSection({ gaps, moreGaps }: SeriesPage): HTMLElement {
  const table = pagedTable(
    'Sessions without a bar',
    [
      { title: 'From', content: ({ from }) => from },
      { title: 'To', content: ({ to }) => to },
      { title: 'Sessions', content: ({ sessions }) => countText(sessions), isNumber: true },
      { title: 'Why', content: ({ why }) => why },
    ],
    gaps,
  );
  const none = element('p', { class: 'hint' }, 'Every session has a bar.');
  const more =
    moreGaps === 0 ? [] : [element('p', { class: 'hint' }, `and ${countText(moreGaps)} earlier ones`)];
  return section('gaps', 'Sessions without a bar', gaps.length === 0 ? none : table.part, more);
}
