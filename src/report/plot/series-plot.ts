import { BarChart, CandlestickChart, LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Adjustment } from '../../core/adjust/factors.ts';
import { ratioText } from '../../core/actions/ratio.ts';
import type { Bar, CorporateAction } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { formatCount, plural } from '../table.ts';
import type { SeriesCoverage } from '../series-coverage.ts';
import {
  type Blank,
  blankRuns,
  type PlacedAction,
  placedActions,
  type Slot,
  slotLabel,
  slotsOf,
} from './slots.ts';
import { shortCount } from './short-count.ts';

use([
  ...[BarChart, CandlestickChart, LineChart],
  ...[GridComponent, MarkAreaComponent, MarkLineComponent, TitleComponent, SVGRenderer],
]);

/** One series to draw. */
export interface PlottedSeries {
  readonly coverage: SeriesCoverage;
  /** Ascending; none is a series without a bar. */
  readonly bars: readonly Bar[];
  /** Splits and dividends in force. */
  readonly actions: readonly CorporateAction[];
  readonly adjust: Adjustment;
  readonly currency: string | null;
}

const WIDTH = 1200;
const HEIGHT = 620;

/** More bars than this are no candles any more, but a line of their closes. */
const CANDLES = 400;

/** Splits that are labelled; of more only the lines stand. */
const LABELLED = 12;

/** Read on white and on black. */
const GREY = '#7d8590';
const TEXT = { color: GREY, fontSize: 12 };
const UP = '#2f9e6e';
const DOWN = '#d1495b';
const COLOURS: Readonly<Record<Blank, string>> = { missing: '#d1495b55', absent: '#7d859033' };

/** What is stored of a series as SVG: its bars, the sessions without one, splits and dividends. */
export function seriesPlot(series: PlottedSeries): string {
  const { coverage, bars, actions } = series;
  const calendar = calendarById(coverage.calendar);
  const slots = slotsOf(bars, coverage.interval, calendar, coverage);
  const placed = placedActions(slots, actions);
  const drawn = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  const labels = slots.map((slot) => slotLabel(slot, coverage.interval));
  drawn.setOption({
    animation: false,
    backgroundColor: 'transparent',
    title: {
      ...{ left: 8, top: 4, text: titleOf(series), subtext: contentOf(series, slots, placed) },
      ...{ textStyle: { ...TEXT, fontSize: 16 }, subtextStyle: TEXT, itemGap: 6 },
    },
    grid: [
      { left: 72, right: 40, top: 72, height: 380 },
      { left: 72, right: 40, top: 476, height: 90 },
    ],
    xAxis: [0, 1].map((gridIndex) => ({
      ...{ type: 'category', gridIndex, data: labels, boundaryGap: true },
      axisLabel: { ...TEXT, show: gridIndex === 1, hideOverlap: true },
      axisLine: { lineStyle: { color: GREY } },
      axisTick: { show: false },
    })),
    yAxis: [
      { ...VALUES, gridIndex: 0, scale: true },
      { ...VALUES, gridIndex: 1, splitNumber: 2, axisLabel: { ...TEXT, formatter: shortCount } },
    ],
    series: [pricesOf(slots, marksOf(slots, placed)), volumeOf(slots)],
  });
  const svg = drawn.renderToSVGString();
  drawn.dispose();
  // What a reader of a page aloud says of a picture.
  const said = `<title>${inXml(`${titleOf(series)}: ${contentOf(series, slots, placed)}`)}</title>`;
  // What a pointer would do has names that count the pictures of a process: the same bars are the same picture.
  return svg
    .replaceAll(/ class="[^"]*"/g, '')
    .replace(/<style[^>]*>.*?<\/style>/s, '')
    .replace('>', ` role="img">${said}`);
}

function inXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

const VALUES = {
  type: 'value',
  axisLabel: TEXT,
  splitLine: { lineStyle: { color: `${GREY}33` } },
};

/** `AAPL 1d, adjusted for splits, in USD` */
function titleOf({ coverage: { ticker, interval }, adjust, currency }: PlottedSeries): string {
  const basis = {
    none: 'as traded',
    splits: 'adjusted for splits',
    all: 'adjusted for splits and dividends',
  };
  const zone = interval === '1d' ? '' : ', times in UTC';
  return `${ticker} ${interval}, ${basis[adjust]}${currency === null ? '' : `, in ${currency}`}${zone}`;
}

/** What is seen, in words, for whoever draws no conclusion from colours. */
function contentOf(
  { coverage, bars }: PlottedSeries,
  slots: readonly Slot[],
  placed: readonly PlacedAction[],
): string {
  const { first, last, missing, missingRuns, provisional } = coverage;
  const splits = placed.filter(({ action }) => action.kind === 'split').length;
  const absent = slots.filter(({ blank }) => blank === 'absent').length;
  return [
    first === null ? 'no bar' : `${plural(bars.length, 'bar')}, ${first} to ${last}`,
    missing === 0
      ? 'no session is missing'
      : `${plural(missing, 'session')} missing in ${plural(missingRuns.length, 'gap')} (red)`,
    ...(absent > 0 ? [`${formatCount(absent)} known to have no bar (grey)`] : []),
    ...(provisional > 0 ? [`${formatCount(provisional)} not final`] : []),
    ...(splits > 0 ? [plural(splits, 'split')] : []),
    ...(placed.length > splits ? [plural(placed.length - splits, 'dividend')] : []),
  ].join('; ');
}

/** Candles, or closes where there are too many; a session without a bar parts them. */
function pricesOf(slots: readonly Slot[], marks: object): object {
  const axes = { xAxisIndex: 0, yAxisIndex: 0 };
  if (slots.length > CANDLES)
    return {
      ...{ type: 'line', ...axes, ...marks, data: slots.map(({ bar }) => bar?.close ?? null) },
      ...{ showSymbol: false, sampling: 'minmax', connectNulls: false },
      ...{ lineStyle: { width: 1, color: UP }, itemStyle: { color: UP } },
    };
  return {
    ...{ type: 'candlestick', ...axes, ...marks },
    itemStyle: { color: UP, borderColor: UP, color0: DOWN, borderColor0: DOWN },
    data: slots.map(({ bar }) => (bar === null ? [] : [bar.open, bar.close, bar.low, bar.high])),
  };
}

function volumeOf(slots: readonly Slot[]): object {
  const volumes = slots.map(({ bar }) => (bar === null || Number.isNaN(bar.volume) ? null : bar.volume));
  const axes = { xAxisIndex: 1, yAxisIndex: 1, itemStyle: { color: GREY } };
  if (slots.length <= CANDLES) return { type: 'bar', ...axes, data: volumes };
  return {
    ...{ type: 'line', ...axes, data: volumes, showSymbol: false, sampling: 'max' },
    ...{ lineStyle: { width: 0 }, areaStyle: { color: GREY, opacity: 0.6 } },
  };
}

/** Sessions without a bar as areas, splits and dividends as lines. */
function marksOf(slots: readonly Slot[], placed: readonly PlacedAction[]): object {
  const runs = blankRuns(slots);
  const isLabelled = placed.filter(({ action }) => action.kind === 'split').length <= LABELLED;
  return {
    markArea: {
      ...{ silent: true, animation: false },
      // From the end of the place before to the beginning of the one behind, as wide as one place at least.
      data: runs.map(({ blank, first, last }) => [
        { xAxis: Math.max(0, first - 1), itemStyle: { color: COLOURS[blank] } },
        { xAxis: Math.min(slots.length - 1, last + 1) },
      ]),
    },
    markLine: {
      ...{ silent: true, symbol: 'none', animation: false },
      data: placed.map(({ place, action }) => ({
        xAxis: place,
        label: {
          ...{ ...TEXT, show: isLabelled && action.kind === 'split' },
          formatter: action.kind === 'split' ? `${ratioText(action.ratio)} split` : '',
        },
        lineStyle: { color: GREY, width: 1, type: action.kind === 'split' ? 'solid' : [1, 5] },
      })),
    },
  };
}
