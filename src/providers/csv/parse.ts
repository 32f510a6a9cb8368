import { isSplit, type Split } from '../../core/bars/bars.ts';
import { toRaw } from '../../core/adjust/adjust.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { tradingEnd } from '../../core/calendar/session-room.ts';
import { type Day, type DayRange, formatDay } from '../../core/session/day.ts';
import { BackfillError } from '../../core/errors.ts';
import { largest } from '../../core/extremes.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { ratioText } from '../../core/actions/ratio.ts';
import { unappliedSplits } from '../../core/checks/unapplied-splits.ts';
import { barAnswer } from '../offline/answer.ts';
import type { BarAnswer, Basis } from '../provider.ts';
import type { CsvReading } from './client.ts';

/**
 * A reading of a folder as raw bars. It proves nothing beyond the last row of the series, which may be the moment the
 * file was made, and its first row says nothing of when the instrument was listed: before it the folder is just empty.
 * `adjustedOn`: the day up to which splits are in split-adjusted prices, those up to the last row in any case. Throws
 * `basis-unknown` where it is null and a split came after the last row.
 */
export function parseReading(
  reading: CsvReading,
  interval: Interval,
  basis: Basis,
  adjustedOn: Day | null = null,
): BarAnswer {
  const calendar = calendarById(reading.listing.calendar);
  const proven = { from: reading.closed.from, to: provenEnd(reading, interval, calendar) };
  const { identity, ...known } = barAnswer(reading, proven, reading.dropped);
  const {
    offGrid,
    offGridOn,
    straysOn,
    oddities,
    badActions,
    notRead,
    toCome,
    edition,
    ownList,
    mayBeCut,
    currencyAt,
    stampsRead,
  } = reading;
  const answer: BarAnswer = {
    ...known,
    offGrid,
    offGridOn,
    straysOn,
    oddities,
    badActions,
    notRead: [...notRead, ...toCome],
    mayBeCut: mayBeCut.map((day) => ({ from: day, to: day + 1 })),
    wireBasis: basis,
    ...(edition !== null && { edition }),
    ...(ownList !== null && { ownList }),
    identity: { ...identity, firstTrade: null },
    ...(currencyAt !== null && { identitySaidIn: currencyAt }),
    ...(stampsRead !== null && { stampsRead }),
    ...reachText(reading, proven),
  };
  if (basis === 'raw') return answer;
  const sessionOf = sessionDateOf(interval, calendar);
  const splits = reading.actions.filter(isSplit);
  const unapplied = unappliedSplits(reading.aroundSplits, splits, sessionOf);
  const told = answer.bars.length === 0 ? [] : splitsInPrices(reading, splits, adjustedOn);
  const applied = told.filter((split) => !unapplied.includes(split));
  return { ...answer, bars: toRaw(answer.bars, applied, sessionOf), unapplied };
}

/** Why a reading does not speak of all days, or has not a row of them, where that is how far its files reach. */
function reachText(
  { span, closed, bars, unusable }: CsvReading,
  proven: DayRange,
): Pick<BarAnswer, 'whyUnproven' | 'sourceEnds' | 'note'> {
  if (span.from >= span.to) return {};
  const [first, last] = [formatDay(span.from), formatDay(span.to - 1)];
  const why = `its files end on ${last}; where they are not kept up, an end of ${last} asks for no more`;
  const isBefore = bars.length + unusable.length === 0 && closed.to <= span.from;
  return {
    ...(proven.to < closed.to && { whyUnproven: why, sourceEnds: proven.to }),
    ...(isBefore && { note: `its files begin on ${first}` }),
  };
}

/** The splits that the vendor knew when it wrote the prices. A file may be older than a split that comes after its last row. */
function splitsInPrices(
  { listing, span }: CsvReading,
  splits: readonly Split[],
  adjustedOn: Day | null,
): Split[] {
  const later = splits.find(({ exDay, ratio }) => exDay >= span.to && ratio !== 1);
  if (later !== undefined && adjustedOn === null) {
    const { ticker } = listing;
    const [end, day] = [formatDay(span.to - 1), formatDay(later.exDay)];
    throw new BackfillError(
      'basis-unknown',
      `${ticker} ends on ${end}, before its split ${ratioText(later.ratio)} of ${day} in actions.csv, and nothing says ` +
        `whether its prices are adjusted for that: give --csv-as-of with the day the file was made ` +
        `(${end}: they are not; ${day}: they are)`,
      { ticker },
    );
  }
  return splits.filter(({ exDay }) => exDay < span.to || (adjustedOn !== null && exDay <= adjustedOn));
}

/** Where the proof ends: after the last session with a row, or before it if its last bars are not there. */
function provenEnd(
  { closed, span, bars, unusable }: CsvReading,
  interval: Interval,
  calendar: Calendar,
): Day {
  const last = largest([bars.ts.at(-1), unusable.at(-1)?.ts].flatMap((ts) => ts ?? []));
  const lastDay = span.to - 1;
  const isCut =
    interval !== '1d' &&
    Number.isFinite(last) &&
    calendar.localDay(last) === lastDay &&
    calendar.isSession(lastDay) &&
    last + intervalMs(interval) < tradingEnd(calendar.session(lastDay));
  return Math.max(closed.from, Math.min(closed.to, isCut ? lastDay : span.to));
}
