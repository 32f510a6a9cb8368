import type { ChartMark, ChartSlot, SeriesPage } from '../../report/dashboard/page-data.ts';
import { plural } from '../../core/plural.ts';
import { countText } from '../dom.ts';
import { type Chart, chartOf, type Colours, type Drawing, TOOLTIP, type Zoom } from './chart.ts';
import { dateTicks } from '../../report/plot/date-ticks.ts';
import { shortCount } from '../../report/plot/short-count.ts';

/** Places up to the last bar that are seen at first, on a wide page and on a narrow one, with all behind it; the others are a move away. */
const SEEN_AT_FIRST = 250;
const SEEN_ON_NARROW = 90;

/** How a kind of mark is called and drawn, and whether it stands above its bar or below it. */
const KINDS: Readonly<
  Record<ChartMark['kind'], { readonly name: string; readonly symbol: string; readonly isAbove: boolean }>
> = {
  split: { name: 'Splits', symbol: 'diamond', isAbove: true },
  dividend: { name: 'Dividends', symbol: 'circle', isAbove: false },
  revision: { name: 'Revisions', symbol: 'triangle', isAbove: true },
  odd: { name: 'Odd bars', symbol: 'pin', isAbove: true },
  rejected: { name: 'Rejected rows', symbol: 'rect', isAbove: false },
};

/** The candles of a series, its sessions without a bar, and what is marked. */
export function seriesChart(series: SeriesPage): Chart {
  const { slots } = series;
  const seen = window.innerWidth < 600 ? SEEN_ON_NARROW : SEEN_AT_FIRST;
  const afterBars = slots.length - 1 - slots.findLastIndex(([, bar]) => typeof bar !== 'string');
  const start = Math.max(0, 100 * (1 - (seen + afterBars) / Math.max(1, slots.length)));
  return chartOf(series.title, (colours, width) => drawingOf(series, start, colours, width), {
    keepsZoom: true,
    tall: true,
  });
}

function drawingOf(
  { slots, marks, title, said, counts }: SeriesPage,
  start: number,
  colours: Colours,
  width: number,
): Drawing {
  const labels = slots.map(([label]) => label);
  const without = `${plural(counts.missing, 'session')} missing, ${countText(counts.absent)} absent`;
  return {
    says: `${title}: ${said}; ${without}; ${plural(marks.length, 'mark')}.`,
    seen: (zoom) => ({ xAxis: [{}, ticksOf(labels, zoom, width)] }),
    option: {
      tooltip: { ...TOOLTIP, formatter: (points: readonly Point[]) => tooltipText(points, slots, marks) },
      legend: { top: 0, left: 0, textStyle: { color: colours.text }, type: 'scroll', data: legendOf(marks) },
      axisPointer: { link: [{ xAxisIndex: 'all' }] },
      ...axesOf(slots, colours, width),
      dataZoom: zoomsOf(start, colours),
      series: [pricesOf(slots, colours), volumeOf(slots, colours), ...marksOf(slots, marks, colours)],
    },
  };
}

/** Prices above, volumes below. */
function axesOf(slots: readonly ChartSlot[], colours: Colours, width: number): object {
  // Half of a date that stands below the last bar is beside it.
  const [left, right] = [width < 500 ? 48 : 64, 36];
  // Both are as wide, whatever their labels need: a volume stands below its bar.
  const sides = { left, right, outerBoundsMode: 'none' };
  const label = { color: colours.text, hideOverlap: true };
  const axisLine = { lineStyle: { color: colours.grid } };
  const value = { type: 'value', axisLabel: label, axisLine, splitLine: axisLine };
  const category = {
    type: 'category',
    data: slots.map(([name]) => name),
    axisLine,
    splitLine: { show: false },
  };
  return {
    grid: [
      { ...sides, top: 34, height: 270 },
      { ...sides, top: 324, height: 60 },
    ],
    xAxis: [
      { ...category, gridIndex: 0, axisLabel: { show: false } },
      { ...category, gridIndex: 1, axisLabel: label },
    ],
    yAxis: [
      { ...value, scale: true, gridIndex: 0 },
      { ...value, gridIndex: 1, splitNumber: 2, axisLabel: { ...label, formatter: shortCount } },
    ],
  };
}

/** Pixels that a date needs, with the room around it. */
const DATE_ROOM = 90;

/** Round dates of the part that is seen. */
function ticksOf(labels: readonly string[], { start, end }: Zoom, width: number): object {
  const placeAt = (percent: number): number => Math.round(((labels.length - 1) * percent) / 100);
  const seen = { from: placeAt(start), to: placeAt(end) };
  const { places, text } = dateTicks(labels, seen, Math.max(1, Math.floor((width - 100) / DATE_ROOM)));
  const interval = (place: number): boolean => places.has(place);
  return { axisLabel: { interval, formatter: text }, axisTick: { interval } };
}

function zoomsOf(start: number, colours: Colours): object[] {
  const both = { xAxisIndex: [0, 1], start, end: 100 };
  return [
    { type: 'inside', ...both, zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false },
    { type: 'slider', ...both, bottom: 4, height: 26, textStyle: { color: colours.text } },
  ];
}

function pricesOf(slots: readonly ChartSlot[], colours: Colours): object {
  return {
    ...{ name: 'Prices', type: 'candlestick', xAxisIndex: 0, yAxisIndex: 0 },
    itemStyle: {
      color: colours.good,
      borderColor: colours.good,
      color0: colours.bad,
      borderColor0: colours.bad,
    },
    data: slots.map(([, bar]) => (typeof bar === 'string' ? '-' : [bar[0], bar[3], bar[2], bar[1]])),
    markArea: {
      ...{ silent: true, animation: false },
      data: blanksOf(slots).map(({ why, first, last }) => [
        {
          xAxis: Math.max(0, first - 1),
          itemStyle: {
            color: why === 'missing' ? colours.bad : colours.text,
            opacity: why === 'missing' ? 0.35 : 0.18,
          },
        },
        { xAxis: Math.min(slots.length - 1, last + 1) },
      ]),
    },
  };
}

function volumeOf(slots: readonly ChartSlot[], colours: Colours): object {
  return {
    ...{ name: 'Volume', type: 'bar', xAxisIndex: 1, yAxisIndex: 1, itemStyle: { color: colours.line } },
    data: slots.map(([, bar]) => (typeof bar === 'string' ? '-' : bar[4])),
  };
}

interface Blank {
  readonly why: 'missing' | 'absent';
  readonly first: number;
  readonly last: number;
}

/** Places in a row that have no bar for one reason. */
function blanksOf(slots: readonly ChartSlot[]): Blank[] {
  const blanks: Blank[] = [];
  for (const [i, [, why]] of slots.entries()) {
    if (typeof why !== 'string') continue;
    const before = blanks.at(-1);
    if (before?.last === i - 1 && before.why === why) blanks[blanks.length - 1] = { ...before, last: i };
    else blanks.push({ why, first: i, last: i });
  }
  return blanks;
}

/** The kinds of marks that there are, which a legend turns on and off. */
function legendOf(marks: readonly ChartMark[]): string[] {
  const found = new Set(marks.flatMap(({ kind, place }) => (place === null ? [] : [kind])));
  return kindsIn(found).map((kind) => KINDS[kind].name);
}

function kindsIn(found: ReadonlySet<ChartMark['kind']>): ChartMark['kind'][] {
  return (Object.keys(KINDS) as ChartMark['kind'][]).filter((kind) => found.has(kind));
}

function marksOf(slots: readonly ChartSlot[], marks: readonly ChartMark[], colours: Colours): object[] {
  const found = new Set(marks.flatMap(({ kind, place }) => (place === null ? [] : [kind])));
  const colourOf: Readonly<Record<ChartMark['kind'], string>> = {
    ...{ split: colours.line, dividend: colours.good, revision: colours.other },
    ...{ odd: colours.other, rejected: colours.bad },
  };
  return kindsIn(found).map((kind) => {
    const { name, symbol, isAbove } = KINDS[kind];
    const places = new Set(
      marks.flatMap((mark) => (mark.kind === kind && mark.place !== null ? mark.place : [])),
    );
    return {
      ...{ name, type: 'scatter', symbol, symbolSize: kind === 'odd' ? 22 : 9, xAxisIndex: 0, yAxisIndex: 0 },
      ...{ symbolOffset: [0, isAbove ? -8 : 8], z: 5 },
      itemStyle: { color: colourOf[kind], borderColor: colours.ground, borderWidth: 1 },
      data: [...places].map((place) => [place, heightAt(slots, place, isAbove)]),
    };
  });
}

/** The high or low of the bar at a place, or of the nearest one that there is. */
function heightAt(slots: readonly ChartSlot[], place: number, isAbove: boolean): number | null {
  for (let by = 0; by < slots.length; by++)
    for (const one of [place - by, place + by]) {
      const bar = slots[one]?.[1];
      if (bar !== undefined && typeof bar !== 'string') return isAbove ? bar[1] : bar[2];
    }
  return null;
}

interface Point {
  readonly dataIndex: number;
  readonly seriesType: string;
}

/** What is said of a place: its bar, or why there is none, and what is marked there. */
function tooltipText(
  points: readonly Point[],
  slots: readonly ChartSlot[],
  marks: readonly ChartMark[],
): string {
  const place = points.find(({ seriesType }) => seriesType !== 'scatter')?.dataIndex;
  if (place === undefined) return '';
  const [label, bar] = slots[place] ?? ['', 'absent'];
  const what =
    typeof bar === 'string'
      ? [bar === 'missing' ? 'missing: nothing is known' : 'absent: it is known to have no bar']
      : [
          `open ${bar[0]}  high ${bar[1]}`,
          `low ${bar[2]}  close ${bar[3]}`,
          ...(bar[4] === null ? [] : [`volume ${countText(bar[4])}`]),
        ];
  const marked = marks.filter((mark) => mark.place === place).map(({ kind, text }) => `${kind}: ${text}`);
  return [label, ...what, ...marked.map((line) => (line.length > 60 ? `${line.slice(0, 59)}…` : line))].join(
    '\n',
  );
}
