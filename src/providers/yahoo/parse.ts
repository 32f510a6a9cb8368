import type { ChartResultObject } from 'yahoo-finance2/modules/chart';
import { toDeclared, toRaw } from '../../core/adjust.ts';
import { type RejectedAction, checkActions } from '../../core/action-checks.ts';
import { type CorporateAction, type Identity, type Split, isSplit } from '../../core/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Day, utcDayOf } from '../../core/day.ts';
import { statedActions } from './events.ts';
import { unappliedSplits } from '../../core/unapplied-splits.ts';
import { instrumentType } from './instrument-type.ts';
import { type ChartRows, type RowsAsked, chartRows } from './rows.ts';

/** Bars as traded with what else the chart tells. */
export interface ParsedChart extends ChartRows {
  readonly actions: readonly CorporateAction[];
  readonly badActions: readonly RejectedAction[];
  readonly unapplied: readonly Split[];
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
  const { actions, rejected } = checkActions(statedActions(events, dayOf));
  // An announced one has adjusted nothing yet.
  const effective = actions.filter(({ exDay }) => exDay <= dayOf(asked.now));
  const splits = effective.filter(isSplit);
  const sessionOf = asked.interval === '1d' ? utcDayOf : dayOf;
  // The daily rows reach from the first row asked for up to now: every answer decides alike.
  const daily = asked.interval === '1d' ? rows : chartRows(events, { ...asked, interval: '1d', dayOf });
  const unapplied = unappliedSplits(daily.bars, splits, utcDayOf);
  const applied = splits.filter((split) => !unapplied.includes(split));
  return {
    ...rows,
    bars: toRaw(rows.bars, applied, sessionOf),
    actions: effective.map((action) => (isSplit(action) ? action : toDeclared(action, applied))),
    badActions: rejected,
    unapplied,
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

/** The session of the last trade that Yahoo tells of; undefined where it tells none. */
export function lastTradeOf(chart: ChartResultObject, calendar: Calendar): Day | undefined {
  const instant = chart.meta.regularMarketTime.getTime();
  return instant > 0 ? sessionDates(chart, calendar)(instant) : undefined;
}

function parseIdentity({ meta }: ChartResultObject, dayOf: (instant: number) => Day): Identity {
  return {
    currency: meta.currency ?? null,
    exchange: meta.exchangeName ?? null,
    type: instrumentType(meta.instrumentType),
    firstTrade: meta.firstTradeDate ? dayOf(meta.firstTradeDate.getTime()) : null,
  };
}
