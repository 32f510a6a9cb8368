import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Chart } from './question.ts';
import { valueText } from './text.ts';

use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const WIDTH = 760;
const LINES_HEIGHT = 340;
/** Of one bar with its part of the space between. */
const BAR_HEIGHT = 18;
const NAMES_WIDTH = 210;

/** Read on white and on black. */
const TEXT = { color: '#7d8590' };

/** A chart as SVG: lines over places from left to right, bars from top to bottom. */
export function plot(chart: Chart): string {
  const { title, kind, x, series } = chart;
  const isBars = kind === 'bar';
  // A bar has no length where the axis has no zero.
  const type = isBars && chart.logarithmic ? 'scatter' : kind;
  const height = isBars ? 100 + x.length * series.length * BAR_HEIGHT : LINES_HEIGHT;
  const drawn = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  const [places, values] = [placesAxis(chart), valuesAxis(chart)];
  drawn.setOption({
    animation: false,
    backgroundColor: 'transparent',
    title: { text: title, left: 8, textStyle: { ...TEXT, fontSize: 14 } },
    legend: { show: series.length > 1, bottom: 0, itemGap: 24, textStyle: TEXT },
    grid: { left: isBars ? NAMES_WIDTH : 80, right: 40, top: 44, bottom: series.length > 1 ? 64 : 48 },
    ...(isBars ? { xAxis: values, yAxis: { ...places, inverse: true } } : { xAxis: places, yAxis: values }),
    series: series.map(({ name, values: data }) => ({ type, name, data: [...data] })),
  });
  const svg = drawn.renderToSVGString();
  drawn.dispose();
  return svg;
}

function placesAxis({ x, xTitle }: Chart): object {
  const name = { name: xTitle, nameLocation: 'middle', nameGap: 26, nameTextStyle: TEXT };
  return { type: 'category', data: [...x], ...name, axisLabel: { ...TEXT, interval: 0 } };
}

function valuesAxis({ unit, logarithmic }: Chart): object {
  return {
    type: logarithmic ? 'log' : 'value',
    // Megabytes here are powers of two.
    ...(unit === 'bytes' && { logBase: 2 }),
    axisLabel: {
      ...TEXT,
      formatter: (value: number) => (value === 0 ? '0' : valueText(value, unit)),
      hideOverlap: true,
    },
    splitLine: { lineStyle: { color: '#7d859033' } },
  };
}
