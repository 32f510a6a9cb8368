import { BarChart, LineChart } from 'echarts/charts';
import { plural } from '../../core/plural.ts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { byBehind, byMonth } from './by-month.ts';
import { dateTicks } from '../../report/plot/date-ticks.ts';
import { smallest } from '../../core/extremes.ts';
import { countText, element, section } from '../dom.ts';
import type { Selection } from './selection.ts';
import type { Cells, Series } from './series.ts';

use([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

/** What a chart shows, and what it says to those who do not see it. */
interface Drawing {
  readonly option: object;
  readonly says: string;
}

interface Colours {
  readonly text: string;
  readonly line: string;
  readonly bar: string;
  readonly bad: string;
  readonly grid: string;
}

/** Coverage and missing sessions by month, and how far behind series are: of those that are shown. */
export function chartSections(cells: Cells, selection: Selection): HTMLElement[] {
  const months = chart(
    'By month',
    (colours, width) => monthsOf(cells, selection.shown, colours, width),
    selection,
  );
  const behind = chart('Freshness', (colours) => behindOf(selection.shown, colours), selection);
  const hint =
    'Series by sessions since their last bar, up to the end of the range, on which they could trade.';
  return [
    section(
      'months',
      'By month',
      months,
      element('p', { class: 'hint' }, 'Line: coverage in percent. Bars: missing sessions.'),
    ),
    section('freshness', 'Freshness', behind, answersOf(selection), element('p', { class: 'hint' }, hint)),
  ];
}

function chart(
  name: string,
  draw: (colours: Colours, width: number) => Drawing,
  selection: Selection,
): HTMLElement {
  const frame = element('div', { class: 'chart', role: 'img', 'aria-label': name });
  let drawn: EChartsType | undefined;
  const isDark = matchMedia('(prefers-color-scheme: dark)');
  const update = (): void => {
    if (frame.clientWidth === 0) return;
    drawn ??= init(frame, null, { renderer: 'canvas' });
    const { option, says } = draw(coloursOf(frame), frame.clientWidth);
    drawn.setOption({ animation: false, backgroundColor: 'transparent', ...option }, true);
    frame.setAttribute('aria-label', says);
  };
  let waiting = 0;
  // Whoever types a ticker does not wait for charts between two letters.
  const later = (): void => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(update, 150);
  };
  selection.onChange(later);
  isDark.addEventListener('change', update);
  new ResizeObserver(() => {
    drawn?.resize();
    later();
  }).observe(frame);
  return frame;
}

function coloursOf(frame: HTMLElement): Colours {
  const style = getComputedStyle(frame);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ...{ text: colour('--faint'), line: colour('--k-present'), bar: colour('--k-present') },
    ...{ bad: colour('--k-missing'), grid: colour('--line') },
  };
}

function monthsOf(cells: Cells, series: readonly Series[], colours: Colours, width: number): Drawing {
  const months = byMonth(cells, series);
  const known = months.flatMap(({ coverage }) => coverage ?? []);
  const least = known.length === 0 ? 0 : smallest(known);
  const worst = months.find(({ coverage }) => coverage === least);
  const missing = months.reduce((sum, month) => sum + month.missing, 0);
  const axis = { axisLabel: { color: colours.text }, axisLine: { lineStyle: { color: colours.grid } } };
  const names = months.map(({ name }) => name);
  return {
    says:
      `Coverage by month: ${plural(months.length, 'month')}, the least ${least}% in ${worst?.name ?? 'none'}; ` +
      `${plural(missing, 'session')} missing in all.`,
    option: {
      tooltip: TOOLTIP,
      grid: { left: 44, right: 48, top: 16, bottom: 26 },
      xAxis: { type: 'category', data: names, ...axis, ...monthTicks(names, axis.axisLabel, width) },
      yAxis: [
        {
          ...{ type: 'value', max: 100, min: Math.max(0, Math.floor(least / 10) * 10 - 10), ...axis },
          ...{ axisLabel: { color: colours.text, formatter: '{value}%' } },
          splitLine: { lineStyle: { color: colours.grid } },
        },
        { type: 'value', min: 0, minInterval: 1, ...axis, splitLine: { show: false } },
      ],
      series: [
        {
          ...{ name: 'Missing', type: 'bar', yAxisIndex: 1, itemStyle: { color: colours.bad } },
          data: months.map((month) => month.missing),
        },
        {
          ...{ name: 'Coverage, %', type: 'line', symbol: months.length > 1 ? 'none' : 'circle' },
          ...{ lineStyle: { color: colours.line, width: 2 }, itemStyle: { color: colours.line } },
          data: months.map(({ coverage }) => coverage),
        },
      ],
    },
  };
}

/** Pixels that a month needs, with the room around it. */
const MONTH_ROOM = 70;

/** Years, and round parts of them. */
function monthTicks(names: readonly string[], label: object, width: number): object {
  const seen = { from: 0, to: names.length - 1 };
  const { places, text } = dateTicks(names, seen, Math.max(1, Math.floor((width - 92) / MONTH_ROOM)));
  const interval = (place: number): boolean => places.has(place);
  return { axisLabel: { ...label, interval, formatter: text }, axisTick: { interval } };
}

function behindOf(series: readonly Series[], colours: Colours): Drawing {
  const groups = byBehind(series);
  const label = {
    axisLabel: { color: colours.text, interval: 0 },
    axisLine: { lineStyle: { color: colours.grid } },
  };
  return {
    says: `Series by sessions behind: ${groups.map((group) => `${group.name} ${countText(group.series)}`).join(', ')}.`,
    option: {
      tooltip: TOOLTIP,
      grid: { left: 76, right: 60, top: 4, bottom: 4 },
      yAxis: {
        type: 'category',
        inverse: true,
        data: groups.map(({ name }) => name),
        ...label,
        axisTick: { show: false },
      },
      xAxis: { type: 'value', show: false },
      series: [
        {
          ...{ name: 'Series', type: 'bar', itemStyle: { color: colours.bar }, barCategoryGap: '30%' },
          data: groups.map((group) => group.series),
          label: {
            ...{ show: true, position: 'right', color: colours.text },
            formatter: ({ value }: { readonly value: number }) => countText(value),
          },
        },
      ],
    },
  };
}

/** Drawn, not made of HTML: nothing that comes from a store becomes markup. */
const TOOLTIP = { trigger: 'axis', renderMode: 'richText', confine: true } as const;

/** When the oldest and the newest of the last answers came. */
function answersOf(selection: Selection): HTMLElement {
  const line = element('p', { id: 'answers' });
  const tell = (): void => {
    let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { fetchedAt } of selection.shown) {
      if (fetchedAt === null) continue;
      oldest = Math.min(oldest, fetchedAt);
      newest = Math.max(newest, fetchedAt);
    }
    line.textContent =
      oldest > newest
        ? 'No answer is on record.'
        : `Last answers: from ${instantText(oldest)} to ${instantText(newest)} UTC.`;
  };
  tell();
  selection.onChange(tell);
  return line;
}

function instantText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}
