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
import type { ActionsAnswer } from '../provider.ts';

/** Bars as traded with what else the chart tells. */
export interface ParsedChart extends ChartRows {
  readonly actions: readonly CorporateAction[];
  readonly badActions: readonly RejectedAction[];
  readonly unapplied: readonly Split[];
  readonly identity: Identity;
}

/**
 * A chart as raw bars. `told` (default: what a daily chart tells itself) has every split from the first row up to now,
 * without which split-adjusted prices cannot be turned back.
 */
export function parseChart(chart: Chart, asked: Omit<RowsAsked, 'dayOf'>, told?: ActionsAnswer): ParsedChart {
  const dayOf = sessionDates(chart, asked.calendar);
  const rows = chartRows(chart, { ...asked, dayOf });
  const {
    actions,
    badActions = [],
    unapplied = [],
    identity,
  } = told ?? toldBeside(chart, rows, asked.now, dayOf);
  const sessionOf = asked.interval === '1d' ? utcDayOf : dayOf;
  const applied = actions
    .filter(isSplit)
    .filter(({ exDay }) => unapplied.every((one) => one.exDay !== exDay));
  return {
    ...{ ...rows, bars: toRaw(rows.bars, applied, sessionOf) },
    ...{ actions, badActions, unapplied, identity: identity ?? identityIn(chart, dayOf) },
  };
}

/** What a daily chart tells of splits and dividends. */
export function parseActions(chart: Chart, asked: Omit<RowsAsked, 'interval' | 'dayOf'>): ActionsAnswer {
  const dayOf = sessionDates(chart, asked.calendar);
  const rows = chartRows(chart, { ...asked, interval: '1d', dayOf });
  return {
    ...toldBeside(chart, rows, asked.now, dayOf),
    identity: identityIn(chart, dayOf),
    ...(chart.stamps.length === 0 && { isSilent: true }),
  };
}

/** What is told beside daily rows, which show whether prices are adjusted for a split: every answer decides alike. */
function toldBeside(
  chart: Chart,
  { bars }: ChartRows,
  now: number,
  dayOf: (instant: number) => Day,
): ActionsAnswer {
  const { actions, rejected } = checkActions(statedActions(chart, dayOf));
  // An announced one has adjusted nothing yet.
  const effective = actions.filter(({ exDay }) => exDay <= dayOf(now));
  const splits = effective.filter(isSplit);
  const unapplied = unappliedSplits(bars, splits, utcDayOf);
  const applied = splits.filter((split) => !unapplied.includes(split));
  return {
    actions: effective.map((action) => (isSplit(action) ? action : toDeclared(action, applied))),
    badActions: rejected,
    unapplied,
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

function identityIn(chart: Chart, dayOf: (instant: number) => Day): Identity {
  const { currency, exchange } = chart;
  const type = instrumentType(chart.instrumentType);
  const listed = (chart.firstTrade ?? Number.NaN) * 1000;
  return { currency, exchange, type, firstTrade: hasDate(listed) ? dayOf(listed) : null };
}
