import { toDeclared, toRaw } from '../../core/adjust/adjust.ts';
import { type RejectedAction, checkActions } from '../../core/actions/action-checks.ts';
import { type CorporateAction, type Identity, type Split, isSplit } from '../../core/bars/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { Zone } from '../../core/calendar/zone.ts';
import { type Day, hasDate, utcDayOf } from '../../core/session/day.ts';
import type { Chart } from './chart.ts';
import { BackfillError } from '../../core/errors.ts';
import { statedActions } from './events.ts';
import { unappliedSplits } from '../../core/checks/unapplied-splits.ts';
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
  const zone = calendar.advisory ? zoneOf(chart) : calendar;
  return (instant) => zone.localDay(instant);
}

/** Throws `bad-answer` (retryable) for a zone that does not exist. */
function zoneOf({ symbol, zone }: Chart): Zone {
  try {
    return new Zone(new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone);
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
  const { currency, exchange } = chart;
  const type = instrumentType(chart.instrumentType);
  const listed = (chart.firstTrade ?? Number.NaN) * 1000;
  return { currency, exchange, type, firstTrade: hasDate(listed) ? dayOf(listed) : null };
}
