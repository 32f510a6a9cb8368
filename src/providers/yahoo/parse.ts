import { toDeclared, toRaw } from '../../core/adjust.ts';
import { type RejectedAction, checkActions } from '../../core/action-checks.ts';
import { type CorporateAction, type Identity, type Split, isSplit } from '../../core/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Day, utcDayOf } from '../../core/day.ts';
import type { Chart } from './chart.ts';
import { BackfillError } from '../../core/errors.ts';
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
export function parseChart(chart: Chart, events: Chart, asked: Omit<RowsAsked, 'dayOf'>): ParsedChart {
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
function sessionDates(chart: Chart, calendar: Calendar): (instant: number) => Day {
  if (!calendar.advisory) return (instant) => calendar.localDay(instant);
  const format = dateFormat(chart);
  return (instant) => utcDayOf(Date.parse(`${format.format(instant)}T00:00:00Z`));
}

/** Throws `bad-answer` (retryable) for a zone that does not exist. */
function dateFormat({ symbol, zone }: Chart): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  } catch (cause) {
    const message = `Yahoo's answer for ${symbol} is no chart: its meta.exchangeTimezoneName is "${zone}", which is no time zone`;
    throw new BackfillError('bad-answer', message, { retryable: true, cause });
  }
}

/** The session of the last trade that Yahoo tells of; undefined where it tells none. */
export function lastTradeOf(chart: Chart, calendar: Calendar): Day | undefined {
  const { lastTrade } = chart;
  return lastTrade !== null && lastTrade > 0 ? sessionDates(chart, calendar)(lastTrade * 1000) : undefined;
}

function parseIdentity(chart: Chart, dayOf: (instant: number) => Day): Identity {
  const { currency, exchange, firstTrade } = chart;
  const type = instrumentType(chart.instrumentType);
  return { currency, exchange, type, firstTrade: firstTrade === null ? null : dayOf(firstTrade * 1000) };
}
