import { calendarById, calendarFor } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { sessionRuns } from '../../core/plan/gaps.ts';
import { type DayRange, formatDay } from '../../core/session/day.ts';
import { intersect, span, subtract, union } from '../../core/session/ranges.ts';
import type { StoredBars } from '../../core/bars/columns.ts';
import { vendorOf } from '../../core/bars/vendor.ts';
import { derivedBars } from '../../market/derived-bars.ts';
import type { BarAnswer, BarRequest, Provider, ProviderConfig } from '../../providers/provider.ts';
import { rawAnswer } from '../../providers/raw-answer.ts';
import type { BarStore, DamagedPart, SeriesContent } from '../../store/store.ts';
import { fetchingMinutes } from '../want/ask-again.ts';
import { DERIVED_FROM, derivableDays, derivedCapabilities } from '../want/derived.ts';

/**
 * A provider that makes longer bars of those of one minute that the store has. It speaks of the sessions that are final
 * and whole there, and of those that are known to have no bar; of no other. A file of them that cannot be read is named,
 * and the others are used. `config`: the provider that is named to fetch what lacks. Throws `not-stored` where the store has
 * none, and `store-corrupt` where it can read none.
 */
export function derivedProvider(store: BarStore, config: ProviderConfig): Provider {
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
      const hints = hintsOn(request, config, content?.bars);
      if (content !== undefined && content.bars.length > 0) return answerOf(content, damaged, request, hints);
      const [first] = damaged;
      if (first === undefined) throw notStored(request, hints);
      throw new BackfillError('store-corrupt', hints.notRead(first), { ticker, cause: first.error });
    },
    listTickers: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}

function notStored({ series, range }: BarRequest, { fetching }: Hints): BackfillError {
  const { ticker, interval } = series;
  const message =
    `${ticker} has no ${DERIVED_FROM} bars in the range to derive ${interval} from; ` +
    `fetch them first: ${fetching(range)}`;
  return new BackfillError('not-stored', message, { ticker });
}

/** What a user may do. */
interface Hints {
  /** The command that fetches minutes of some days. */
  readonly fetching: (days: DayRange) => string;
  /** What is said of minutes that cannot be read. */
  readonly notRead: (part: DamagedPart) => string;
}

/** `stored`: the minutes that can be read. */
function hintsOn(
  { series: { ticker }, range, now }: BarRequest,
  config: ProviderConfig,
  stored: StoredBars | undefined,
): Hints {
  const last = stored?.source.names[stored.source.codes.at(-1) ?? -1];
  const source = last === undefined ? undefined : vendorOf(last);
  const fetching = (days: DayRange): string => fetchingMinutes(ticker, days, { config, source, now });
  return {
    fetching,
    notRead: ({ error, days }) => {
      const [asked = days] = sessionRuns(intersect([days], [range]), calendarFor(ticker));
      return `${error.message}; fetch its bars again: ${fetching(asked)}`;
    },
  };
}

function daysText({ from, to }: DayRange): string {
  return to - from === 1 ? formatDay(from) : `${formatDay(from)}..${formatDay(to - 1)}`;
}

function answerOf(
  { bars, coverage, identity, ...content }: SeriesContent,
  damaged: readonly DamagedPart[],
  request: BarRequest,
  { fetching, notRead }: Hints,
): BarAnswer {
  const { series, range, now } = request;
  const calendar = calendarById(content.calendar);
  const { present, lacking = [] } = coverage;
  const final = derivableDays(coverage, range, now);
  const known = union(final, coverage.absent);
  const made = derivedBars({ bars, calendar, days: final, interval: series.interval });
  const unproven = subtract([range], known);
  const isInTheWay = (days: readonly DayRange[]): boolean => calendar.count(intersect(unproven, days)) > 0;
  const settled = intersect(unproven, [{ from: range.from, to: calendar.lastSettled(now, 0) + 1 }]);
  const unread = damaged.map(({ days }) => days);
  const none = span(sessionRuns(subtract(subtract(settled, present), unread), calendar));
  const why = [
    ...(none === undefined
      ? []
      : [`no ${DERIVED_FROM} bars of ${daysText(none)} are stored; fetch them first: ${fetching(none)}`]),
    ...(isInTheWay(subtract(intersect(settled, present), lacking))
      ? [`their ${DERIVED_FROM} bars wait to be confirmed`]
      : []),
    ...damaged
      .filter(({ days }) => isInTheWay([days]))
      .map((part) => `not all of their ${DERIVED_FROM} bars can be read: ${notRead(part)}`),
    ...(isInTheWay(lacking)
      ? [`rows of their ${DERIVED_FROM} bars were rejected: check-data --issues lists them`]
      : []),
  ];
  return rawAnswer(series.ticker, request, made, {
    ...{ unproven, identity, notRead: damaged.map(notRead) },
    ...(why.length > 0 && { whyUnproven: why.join('; ') }),
  });
}
