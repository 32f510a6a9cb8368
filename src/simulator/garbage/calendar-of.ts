import type { Calendar } from '../../core/calendar/calendar.ts';
import { calendarById, calendarFor } from '../../core/calendar/calendars.ts';
import type { Asked } from '../distortion.ts';
import type { AnswerForm } from './form.ts';

/** The calendar of the series that is distorted. */
export function calendarOf(asked: Asked, form: AnswerForm): Calendar {
  const ticker = form.tickerOf(asked) ?? '';
  const id = asked.market.listing(ticker)?.calendar;
  return id === undefined ? calendarFor(ticker) : calendarById(id);
}
