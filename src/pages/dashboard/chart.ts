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
  const update = (): void => {
    if (frame.clientWidth === 0) return;
    drawn ??= init(frame, null, { renderer: 'canvas' });
    const { option, says } = draw(coloursOf(frame), frame.clientWidth);
    drawn.setOption({ animation: false, backgroundColor: 'transparent', ...option }, !keepsZoom);
    frame.setAttribute('aria-label', says);
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', update);
  new ResizeObserver(() => {
    drawn?.resize();
    update();
  }).observe(frame);
  return { frame, update, act: (how) => void (drawn !== undefined && how(drawn)) };
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
