import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Chart } from './question.ts';
import { valueText } from './text.ts';

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const SIZE = { width: 760, height: 340 };

/** A chart as SVG, to be read on white and on black. */
export function plot({ title, kind, x, xTitle, unit, logarithmic, series }: Chart): string {
  const drawn = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  const text = { color: '#7d8590' };
  drawn.setOption({
    animation: false,
    backgroundColor: 'transparent',
    title: { text: title, left: 8, textStyle: { ...text, fontSize: 14 } },
    legend: { show: series.length > 1, bottom: 0, textStyle: text },
    grid: { left: 80, right: 24, top: 44, bottom: series.length > 1 ? 64 : 44 },
    xAxis: {
      type: 'category',
      data: [...x],
      name: xTitle,
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: text,
      axisLabel: { ...text, interval: 0 },
    },
    yAxis: {
      type: logarithmic ? 'log' : 'value',
      axisLabel: { ...text, formatter: (value: number) => valueText(value, unit) },
      splitLine: { lineStyle: { color: '#7d859033' } },
    },
    series: series.map(({ name, values }) => ({ type: kind, name, data: [...values] })),
  });
  const svg = drawn.renderToSVGString();
  drawn.dispose();
  return svg;
}
