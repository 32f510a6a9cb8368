import { BarChart, CandlestickChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { element } from '../dom.ts';

use([
  ...[BarChart, CandlestickChart, LineChart, ScatterChart, CanvasRenderer],
  ...[
    DataZoomComponent,
    GridComponent,
    LegendComponent,
    MarkAreaComponent,
    MarkLineComponent,
    TooltipComponent,
  ],
]);

/** What a chart shows, and what it says to those who do not see it. */
export interface Drawing {
  readonly option: object;
  readonly says: string;
  /** What of it is otherwise for the part that is seen. */
  readonly seen?: (zoom: Zoom) => object;
}

/** The part of a chart that is seen, in percent of all. */
export interface Zoom {
  readonly start: number;
  readonly end: number;
}

export interface Colours {
  readonly text: string;
  readonly grid: string;
  readonly ground: string;
  readonly line: string;
  readonly other: string;
  readonly good: string;
  readonly bad: string;
}

/** Drawn, not made of HTML: nothing that comes from a store becomes markup. */
export const TOOLTIP = { trigger: 'axis', renderMode: 'richText', confine: true } as const;

/** A chart that is drawn anew by `update`, and when its room or the scheme changes. */
export interface Chart {
  readonly frame: HTMLElement;
  update(): void;
  /** Acts on it, once it is there. */
  act(how: (chart: EChartsType) => void): void;
}

/** `keepsZoom`: what the user did to it outlives `update`. */
export function chartOf(
  name: string,
  draw: (colours: Colours, width: number) => Drawing,
  { keepsZoom = false, tall = false } = {},
): Chart {
  const frame = element('div', { class: tall ? 'chart tall' : 'chart', role: 'img', 'aria-label': name });
  let drawn: EChartsType | undefined;
  let showSeen = (): void => undefined;
  const update = (): void => {
    if (frame.clientWidth === 0) return;
    const before = drawn && keepsZoom ? zoomOf(drawn) : undefined;
    const chart = (drawn ??= begun(frame, () => showSeen()));
    const { option, says, seen } = draw(coloursOf(frame), frame.clientWidth);
    chart.setOption({ animation: false, backgroundColor: 'transparent', ...option }, !keepsZoom);
    if (before !== undefined) chart.dispatchAction({ type: 'dataZoom', ...before });
    showSeen = () => {
      const zoom = zoomOf(chart);
      if (seen !== undefined && zoom !== undefined) chart.setOption({ ...seen(zoom) });
    };
    showSeen();
    frame.setAttribute('aria-label', says);
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', update);
  new ResizeObserver(() => {
    drawn?.resize();
    update();
  }).observe(frame);
  return { frame, update, act: (how) => void (drawn !== undefined && how(drawn)) };
}

function begun(frame: HTMLElement, onZoom: () => void): EChartsType {
  const chart = init(frame, null, { renderer: 'canvas' });
  chart.on('datazoom', onZoom);
  return chart;
}

/** undefined: all of it is seen, always. */
export function zoomOf(chart: EChartsType): Zoom | undefined {
  const { dataZoom = [] } = chart.getOption() as { dataZoom?: readonly Zoom[] };
  const [{ start, end } = { start: undefined, end: 100 }] = dataZoom;
  return start === undefined ? undefined : { start, end };
}

function coloursOf(frame: HTMLElement): Colours {
  const style = getComputedStyle(frame);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ...{ text: colour('--faint'), grid: colour('--line'), ground: colour('--ground') },
    ...{ line: colour('--k-present'), other: colour('--k-vendor-empty') },
    ...{ good: colour('--up'), bad: colour('--k-missing') },
  };
}
