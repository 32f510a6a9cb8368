import { calendarById } from '../../core/calendar/calendars.ts';
import { barAnswer, type RowsRead } from '../offline/answer.ts';
import type { MarketReading } from '../offline/read-market.ts';
import type { BarAnswer } from '../provider.ts';

/** The sample market knows all that it traded: every closed session is proven, and a delisting is known on its day. */
export function parseReading(reading: MarketReading & RowsRead, now: number): BarAnswer {
  const { delistedOn, calendar } = reading.listing;
  const isKnown = delistedOn !== null && delistedOn <= calendarById(calendar).localDay(now);
  return { ...barAnswer(reading, reading.closed, 0), delistedOn: isKnown ? delistedOn : null };
}
