import type { CorporateAction, Split } from '../../core/bars.ts';
import { toRaw } from '../../core/adjust.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import type { DayRange } from '../../core/day.ts';
import type { Interval } from '../../core/interval.ts';
import { sessionDateOf } from '../../core/partition.ts';
import { barAnswer } from '../offline/answer.ts';
import type { BarAnswer } from '../provider.ts';
import type { CsvReading } from './client.ts';

/**
 * A reading of a folder as raw bars. It proves nothing beyond the last row of the series, which may be the day the file
 * was made. Days before the ticker's first row count as proven: the identity says that it was not traded yet.
 */
export function parseReading(
  reading: CsvReading,
  interval: Interval,
  basis: 'raw' | 'split-adjusted',
): BarAnswer {
  const answer = barAnswer(reading, provenDays(reading), reading.dropped);
  if (basis === 'raw') return answer;
  const calendar = calendarById(reading.listing.calendar);
  const sessionOf = sessionDateOf(interval, calendar);
  return { ...answer, bars: toRaw(answer.bars, reading.actions.filter(isSplit), sessionOf) };
}

function provenDays({ closed, span, listing }: CsvReading): DayRange {
  const from = listing.firstTrade === span.from ? closed.from : Math.max(closed.from, span.from);
  return { from, to: Math.max(from, Math.min(closed.to, span.to)) };
}

function isSplit(action: CorporateAction): action is Split {
  return action.kind === 'split';
}
