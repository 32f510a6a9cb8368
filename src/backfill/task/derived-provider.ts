import { calendarById } from '../../core/calendar/calendars.ts';
import { provisionalAt } from '../../core/coverage/coverage.ts';
import { BackfillError } from '../../core/errors.ts';
import type { DayRange } from '../../core/session/day.ts';
import { intersect, subtract, union } from '../../core/session/ranges.ts';
import { derivedBars } from '../../market/derived-bars.ts';
import type { BarAnswer, BarRequest, Provider } from '../../providers/provider.ts';
import { rawAnswer } from '../../providers/raw-answer.ts';
import type { BarStore, DamagedPart, SeriesContent } from '../../store/store.ts';
import { DERIVED_FROM, derivedCapabilities } from '../want/derived.ts';

/**
 * A provider that makes longer bars of those of one minute that the store has. It speaks of the sessions that are final
 * and whole there, and of those that are known to have no bar; of no other. A file of them that cannot be read is named,
 * and the others are used. Throws `not-stored` where the store has none, and `store-corrupt` where it can read none.
 */
export function derivedProvider(store: BarStore): Provider {
  const { intervals } = derivedCapabilities;
  return {
    capabilities: derivedCapabilities,
    symbolOf: (ticker) => ticker,
    tickerOf: (symbol) => symbol,
    fetchBars: async (request) => {
      const { ticker, interval } = request.series;
      if (!(interval in intervals))
        throw new BackfillError('internal', `${interval} is not derived from ${DERIVED_FROM}`);
      const minutes = await store.edit({ ticker, interval: DERIVED_FROM }, request.range);
      const { content, damaged = [] } = minutes;
      if (content !== undefined && content.bars.length > 0) return answerOf(content, damaged, request);
      const [first] = damaged;
      if (first === undefined) throw notStored(request);
      throw new BackfillError('store-corrupt', notReadLine(first), { ticker, cause: first.error });
    },
    listTickers: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}

function notStored({ series: { ticker, interval } }: BarRequest): BackfillError {
  const message =
    `${ticker} has no ${DERIVED_FROM} bars in the range to derive ${interval} from; ` +
    `fetch them first: --interval ${DERIVED_FROM}`;
  return new BackfillError('not-stored', message, { ticker });
}

function notReadLine({ error }: DamagedPart): string {
  return `${error.message}; fetch its bars again: --interval ${DERIVED_FROM}`;
}

function answerOf(
  { bars, coverage, identity, ...content }: SeriesContent,
  damaged: readonly DamagedPart[],
  request: BarRequest,
): BarAnswer {
  const { series, range, now } = request;
  const calendar = calendarById(content.calendar);
  const { present, lacking = [] } = coverage;
  // Of a session whose rows were rejected in part it would make bars that are wrong.
  const final = intersect(subtract(subtract(present, provisionalAt(coverage, now)), lacking), [range]);
  const known = union(final, coverage.absent);
  const made = derivedBars({ bars, calendar, days: final, interval: series.interval });
  const unproven = subtract([range], known);
  const isInTheWay = (days: readonly DayRange[]): boolean => calendar.count(intersect(unproven, days)) > 0;
  const why = [
    ...damaged
      .filter(({ days }) => isInTheWay([days]))
      .map((part) => `not all of their ${DERIVED_FROM} bars can be read: ${notReadLine(part)}`),
    ...(isInTheWay(lacking)
      ? [`rows of their ${DERIVED_FROM} bars were rejected: check-data --issues lists them`]
      : []),
  ];
  return rawAnswer(series.ticker, request, made, {
    ...{ unproven, identity, notRead: damaged.map(notReadLine) },
    ...(why.length > 0 && { whyUnproven: why.join('; ') }),
  });
}
