import { isSplit } from '../../core/bars.ts';
import { toRaw } from '../../core/adjust.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { tradingEnd } from '../../core/calendar/session-room.ts';
import type { Day } from '../../core/day.ts';
import { type Interval, intervalMs } from '../../core/interval.ts';
import { sessionDateOf } from '../../core/partition.ts';
import { unappliedSplits } from '../../core/unapplied-splits.ts';
import { barAnswer } from '../offline/answer.ts';
import type { BarAnswer, Basis } from '../provider.ts';
import type { CsvReading } from './client.ts';

/**
 * A reading of a folder as raw bars. It proves nothing beyond the last row of the series, which may be the moment the
 * file was made, and its first row says nothing of when the instrument was listed: before it the folder is just empty.
 */
export function parseReading(reading: CsvReading, interval: Interval, basis: Basis): BarAnswer {
  const calendar = calendarById(reading.listing.calendar);
  const proven = { from: reading.closed.from, to: provenEnd(reading, interval, calendar) };
  const { identity, ...known } = barAnswer(reading, proven, reading.dropped);
  const { offGrid, oddities, badActions } = reading;
  const answer: BarAnswer = {
    ...known,
    offGrid,
    oddities,
    badActions,
    wireBasis: basis,
    identity: { ...identity, firstTrade: null },
  };
  if (basis === 'raw') return answer;
  const sessionOf = sessionDateOf(interval, calendar);
  const splits = reading.actions.filter(isSplit);
  const unapplied = unappliedSplits(reading.aroundSplits, splits, sessionOf);
  const applied = splits.filter((split) => !unapplied.includes(split));
  return { ...answer, bars: toRaw(answer.bars, applied, sessionOf), unapplied };
}

/** Where the proof ends: after the last session with a row, or before it if its last bars are not there. */
function provenEnd({ closed, span, rows }: CsvReading, interval: Interval, calendar: Calendar): Day {
  const last = rows.at(-1);
  const lastDay = span.to - 1;
  const isCut =
    interval !== '1d' &&
    last !== undefined &&
    calendar.localDay(last.ts) === lastDay &&
    calendar.isSession(lastDay) &&
    last.ts + intervalMs(interval) < tradingEnd(calendar.session(lastDay));
  return Math.max(closed.from, Math.min(closed.to, isCut ? lastDay : span.to));
}
