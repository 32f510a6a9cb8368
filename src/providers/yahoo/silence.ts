import type { ChartResultObject } from 'yahoo-finance2/modules/chart';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { type Day, type DayRange, formatDay } from '../../core/day.ts';
import { sessionDates } from './parse.ts';

/** So many answers without a row in a row are evidence that there is none. */
export const SILENCES_BELIEVED = 3;

/** What an answer must be weighed against. */
export interface SilenceContext {
  readonly calendar: Calendar;
  /** Session dates wanted, `[from, to)`. */
  readonly range: DayRange;
  /** Last session whose bars are final. */
  readonly settled: Day;
}

/** Whether a chart has no row at all. */
function isSilent({ timestamp = [] }: ChartResultObject): boolean {
  return timestamp.length === 0;
}

/**
 * Whether a chart without a row may be a failure: the instrument should have traded in a settled session of the range. It
 * should not have before its listing, nor after a last trade that Yahoo itself tells.
 */
export function isDoubtful(chart: ChartResultObject, context: SilenceContext): boolean {
  const { calendar, range, settled } = context;
  if (!isSilent(chart)) return false;
  if (calendar.sessionOnOrAfter(range.from) >= Math.min(range.to, settled + 1)) return false;
  const first = chart.meta.firstTradeDate?.getTime();
  const isListed = first === undefined || sessionDates(chart, calendar)(first) < range.to;
  return isListed && lastTradeBefore(chart, context) === undefined;
}

/** Why a chart without a row is believed, in a few words; undefined where there is no more to say than that it is empty. */
export function silenceNote(chart: ChartResultObject, context: SilenceContext): string | undefined {
  if (!isSilent(chart)) return undefined;
  const last = lastTradeBefore(chart, context);
  if (last !== undefined) return `the last trade was on ${formatDay(last)}`;
  return isDoubtful(chart, context) ? `no row in ${SILENCES_BELIEVED} answers in a row` : undefined;
}

/** The session date of the last trade, if Yahoo tells one before the range. */
function lastTradeBefore(chart: ChartResultObject, { calendar, range }: SilenceContext): Day | undefined {
  const instant = chart.meta.regularMarketTime.getTime();
  if (!(instant > 0)) return undefined;
  const day = sessionDates(chart, calendar)(instant);
  return day < range.from ? day : undefined;
}
