import type { ChartResultObject } from 'yahoo-finance2/modules/chart';
import { toDeclared, toRaw } from '../../core/adjust.ts';
import type { CorporateAction, Dividend, Identity, Ohlcv, Split } from '../../core/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Day, startOfDay, utcDayOf } from '../../core/day.ts';
import { type Interval, intervalMs } from '../../core/interval.ts';
import type { UnusableRow } from '../provider.ts';

/** Rows of a chart on our grid, still as Yahoo adjusts them, in the order of the answer. */
interface ChartRows {
  readonly bars: Ohlcv[];
  readonly unusable: UnusableRow[];
  /** Rows off the session grid: the live row, extended hours, strays. */
  readonly dropped: number;
}

/** Bars as traded with what else the chart tells. */
export interface ParsedChart extends ChartRows {
  readonly actions: readonly CorporateAction[];
  readonly identity: Identity;
}

/**
 * A chart as raw bars. `chart` has the rows; `events` (often the same answer) has every split from the first row
 * up to now, without which split-adjusted prices cannot be turned back.
 */
export function parseChart(
  chart: ChartResultObject,
  events: ChartResultObject,
  interval: Interval,
  calendar: Calendar,
): ParsedChart {
  const dayOf = sessionDates(chart, calendar);
  const rows = chartRows(chart, interval, calendar, dayOf);
  const { splits, dividends } = parseEvents(events, dayOf);
  const sessionOf = interval === '1d' ? utcDayOf : dayOf;
  return {
    ...rows,
    bars: toRaw(rows.bars, splits, sessionOf),
    actions: [...splits, ...toDeclared(dividends, splits)].toSorted((a, b) => a.exDay - b.exDay),
    identity: parseIdentity(events, dayOf),
  };
}

/** How an instant becomes a session date: by the calendar, or by the zone in the answer where the calendar is a guess. */
function sessionDates({ meta }: ChartResultObject, calendar: Calendar): (instant: number) => Day {
  if (!calendar.advisory) return (instant) => calendar.localDay(instant);
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: meta.exchangeTimezoneName,
    dateStyle: 'short',
  });
  return (instant) => utcDayOf(Date.parse(`${format.format(instant)}T00:00:00Z`));
}

function chartRows(
  chart: ChartResultObject,
  interval: Interval,
  calendar: Calendar,
  dayOf: (instant: number) => Day,
): ChartRows {
  const bars: Ohlcv[] = [];
  const unusable: UnusableRow[] = [];
  let dropped = 0;
  const quote = chart.indicators.quote[0];
  for (const [i, seconds] of (chart.timestamp ?? []).entries()) {
    const instant = seconds * 1000;
    const onGrid =
      interval === '1d' ? !isLiveRow(chart, i, calendar, dayOf) : isGridStart(instant, interval, calendar);
    if (!onGrid || quote === undefined) {
      dropped++;
      continue;
    }
    const ts = interval === '1d' ? startOfDay(dayOf(instant)) : instant;
    const row = {
      open: quote.open[i] ?? null,
      high: quote.high[i] ?? null,
      low: quote.low[i] ?? null,
      close: quote.close[i] ?? null,
      volume: quote.volume[i] ?? null,
    };
    const { open, high, low, close, volume } = row;
    if (open === null || high === null || low === null || close === null) {
      unusable.push({ ts, reason: 'empty', row });
    } else {
      bars.push({ ts, open, high, low, close, volume: volume ?? 0, vwap: null, trades: null });
    }
  }
  return { bars, unusable, dropped };
}

/**
 * Whether row `i` of a daily chart is today's unfinished one: the last row, stamped with the time of the last
 * trade instead of its session's open. (Yahoo keeps it for hours after the close, then gives the final row.)
 */
function isLiveRow(
  { timestamp = [], meta }: ChartResultObject,
  i: number,
  calendar: Calendar,
  dayOf: (instant: number) => Day,
): boolean {
  const instant = (timestamp[i] ?? 0) * 1000;
  if (i !== timestamp.length - 1 || instant !== meta.regularMarketTime.getTime()) return false;
  const day = dayOf(instant);
  const open = calendar.advisory || !calendar.isSession(day) ? undefined : calendar.session(day).open;
  return instant !== open;
}

/** Whether an intraday bar starts on the grid that begins at its session's open (and again after lunch). */
function isGridStart(instant: number, interval: Interval, calendar: Calendar): boolean {
  if (calendar.advisory) return instant % intervalMs('1m') === 0;
  const day = calendar.sessionAt(instant);
  if (day === undefined) return false;
  const { open, lunch } = calendar.session(day);
  if (lunch !== null && instant >= lunch.start && instant < lunch.end) return false;
  const gridStart = lunch !== null && instant >= lunch.end ? lunch.end : open;
  return (instant - gridStart) % intervalMs(interval) === 0;
}

function parseEvents(
  { events }: ChartResultObject,
  dayOf: (instant: number) => Day,
): { splits: Split[]; dividends: Dividend[] } {
  const splits = Object.values(events?.splits ?? {}).map((split): Split => {
    return { kind: 'split', exDay: dayOf(split.date.getTime()), ratio: split.numerator / split.denominator };
  });
  const dividends = Object.values(events?.dividends ?? {}).map((dividend): Dividend => {
    return { kind: 'dividend', exDay: dayOf(dividend.date.getTime()), amount: dividend.amount };
  });
  return { splits, dividends };
}

function parseIdentity({ meta }: ChartResultObject, dayOf: (instant: number) => Day): Identity {
  return {
    currency: meta.currency ?? null,
    exchange: meta.exchangeName ?? null,
    type: meta.instrumentType ?? null,
    firstTrade: meta.firstTradeDate ? dayOf(meta.firstTradeDate.getTime()) : null,
  };
}
