import type { Pace, RunNow } from '../../report/dashboard/live-data.ts';
import { smallest } from '../../core/extremes.ts';
import { countText } from '../dom.ts';
import { type Chart, chartOf, type Colours, type Drawing, TOOLTIP } from './chart.ts';
import { durationText } from './texts.ts';

/** How fast a run is and was, against what its quota allows. */
export interface PaceChart {
  readonly chart: Chart;
  show(paces: readonly Pace[], run: RunNow): void;
}

export function paceChart(): PaceChart {
  let paces: readonly Pace[] = [];
  let limit: number | null = null;
  const chart = chartOf('Requests a minute', (colours, width) => drawingOf(paces, limit, colours, width));
  return {
    chart,
    show: (shown, run) => {
      paces = shown;
      limit = limitOf(run);
      chart.update();
    },
  };
}

/** Requests a minute that the strictest quota allows; null: none is a pace. */
export function limitOf({ quotas }: RunNow): number | null {
  const limits = quotas.flatMap(({ perMinute }) => perMinute ?? []);
  return limits.length === 0 ? null : smallest(limits);
}

function drawingOf(paces: readonly Pace[], limit: number | null, colours: Colours, width: number): Drawing {
  const most = paces.reduce((sum, [, requests]) => Math.max(sum, requests), 0);
  const allowed = limit === null ? 'no pace is declared' : `the quota allows ${countText(Math.round(limit))}`;
  const axis = {
    axisLabel: { color: colours.text, hideOverlap: true },
    axisLine: { lineStyle: { color: colours.grid } },
    splitLine: { lineStyle: { color: colours.grid } },
  };
  const value = { type: 'value', min: 0, splitNumber: 4, ...axis };
  const end = Math.max(10_000, paces.at(-1)?.[0] ?? 0);
  const step = roundStep(end, width < 500 ? 4 : 8);
  // The line of the quota shall be seen from the beginning.
  const scale = roundScale(Math.max(most, limit ?? 0));
  return {
    says: `Requests a minute over the run: at most ${countText(Math.round(most))}; ${allowed}.`,
    option: {
      tooltip: { ...TOOLTIP, formatter: tooltipText },
      legend: { top: 0, left: 0, textStyle: { color: colours.text }, inactiveColor: colours.grid },
      grid: { left: 56, right: width < 500 ? 52 : 64, top: 34, bottom: 24 },
      xAxis: {
        ...{ type: 'value', min: 0, max: Math.ceil(end / step) * step, interval: step, ...axis },
        axisLabel: { color: colours.text, hideOverlap: true, formatter: (ms: number) => durationText(ms) },
        splitLine: { show: false },
      },
      yAxis: [
        { ...value, ...scale },
        { ...value, splitLine: { show: false } },
      ],
      series: [
        {
          ...{ name: 'Requests/min', type: 'line', symbol: 'none', step: false, color: colours.line },
          ...{ lineStyle: { width: 2 }, areaStyle: { opacity: 0.15 } },
          data: paces.map(([at, requests]) => [at, requests]),
          ...(limit !== null && { markLine: limitLine(limit, colours) }),
        },
        {
          ...{ name: 'Bars/s', type: 'line', symbol: 'none', yAxisIndex: 1, color: colours.other },
          lineStyle: { width: 1 },
          data: paces.map(([at, , bars]) => [at, bars]),
        },
      ],
    },
  };
}

function limitLine(limit: number, colours: Colours): object {
  return {
    ...{ silent: true, symbol: 'none', animation: false },
    lineStyle: { color: colours.bad, type: 'dashed', width: 1.5 },
    label: {
      ...{ formatter: `quota ${countText(Math.round(limit))}/min`, color: colours.text },
      position: 'insideEndTop',
    },
    data: [{ yAxis: limit }],
  };
}

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000] as const;

/** Between two labels of time, in ms. */
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
];

/** A round one with which a time is passed in so many at most. */
function roundStep(ms: number, most: number): number {
  return STEPS.find((step) => ms / step <= most) ?? Math.ceil(ms / most / DAY) * DAY;
}

/** Tops of a scale, in tens or hundreds or …, and in how many steps they are reached. */
const TOPS: readonly (readonly [top: number, steps: number])[] = [
  [1, 5],
  [1.5, 3],
  [2, 4],
  [3, 3],
  [4, 4],
  [5, 5],
  [7.5, 3],
  [10, 5],
];

/** A scale a little above what has to be seen, in round numbers and equal steps. */
function roundScale(most: number): { readonly max: number; readonly interval: number } {
  const wanted = Math.max(1, most * 1.1);
  const unit = 10 ** Math.floor(Math.log10(wanted));
  const [top, steps] = TOPS.find(([one]) => one * unit >= wanted) ?? [10, 5];
  return { max: top * unit, interval: (top * unit) / steps };
}

function tooltipText(points: readonly { readonly seriesName: string; readonly value: Pace }[]): string {
  const [first] = points;
  if (first === undefined) return '';
  const lines = points.map(
    ({ seriesName, value: [, value] }) => `${seriesName}: ${countText(Math.round(value))}`,
  );
  return [`after ${durationText(first.value[0])}`, ...lines].join('\n');
}
