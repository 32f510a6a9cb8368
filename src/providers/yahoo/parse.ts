import type { ChartResultObject } from 'yahoo-finance2/modules/chart';
import { toDeclared, toRaw } from '../../core/adjust.ts';
import type { CorporateAction, Dividend, Identity, Split } from '../../core/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Day, utcDayOf } from '../../core/day.ts';
import { instrumentType } from './instrument-type.ts';
import { type ChartRows, type RowsAsked, chartRows } from './rows.ts';

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
  asked: Omit<RowsAsked, 'dayOf'>,
): ParsedChart {
  const dayOf = sessionDates(chart, asked.calendar);
  const rows = chartRows(chart, { ...asked, dayOf });
  const { splits, dividends } = parseEvents(events, dayOf, dayOf(asked.now));
  const sessionOf = asked.interval === '1d' ? utcDayOf : dayOf;
  return {
    ...rows,
    bars: toRaw(rows.bars, splits, sessionOf),
    actions: [...splits, ...toDeclared(dividends, splits)].toSorted((a, b) => a.exDay - b.exDay),
    identity: parseIdentity(events, dayOf),
  };
}

/** How an instant becomes a session date: by the calendar, or by the zone in the answer where the calendar is a guess. */
export function sessionDates({ meta }: ChartResultObject, calendar: Calendar): (instant: number) => Day {
  if (!calendar.advisory) return (instant) => calendar.localDay(instant);
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: meta.exchangeTimezoneName,
    dateStyle: 'short',
  });
  return (instant) => utcDayOf(Date.parse(`${format.format(instant)}T00:00:00Z`));
}

/** Splits and dividends that are effective by `today`: an announced one has adjusted nothing yet. */
function parseEvents(
  { events }: ChartResultObject,
  dayOf: (instant: number) => Day,
  today: Day,
): { splits: Split[]; dividends: Dividend[] } {
  const splits = Object.values(events?.splits ?? {}).map((split): Split => {
    return { kind: 'split', exDay: dayOf(split.date.getTime()), ratio: split.numerator / split.denominator };
  });
  const dividends = Object.values(events?.dividends ?? {}).map((dividend): Dividend => {
    return { kind: 'dividend', exDay: dayOf(dividend.date.getTime()), amount: dividend.amount };
  });
  const isEffective = ({ exDay }: CorporateAction): boolean => exDay <= today;
  return { splits: splits.filter(isEffective), dividends: dividends.filter(isEffective) };
}

function parseIdentity({ meta }: ChartResultObject, dayOf: (instant: number) => Day): Identity {
  return {
    currency: meta.currency ?? null,
    exchange: meta.exchangeName ?? null,
    type: instrumentType(meta.instrumentType),
    firstTrade: meta.firstTradeDate ? dayOf(meta.firstTradeDate.getTime()) : null,
  };
}
