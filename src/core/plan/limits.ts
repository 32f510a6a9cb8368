import type { Calendar } from '../calendar/calendar.ts';
import { type AssetClass, assetClassOf } from '../instrument/asset-class.ts';
import { type Day, utcDayOf } from '../session/day.ts';
import type { Interval } from '../session/interval.ts';
import type { MonthlyArchive } from './archive.ts';
import type { AnswerBytes, MarketBytes } from './answer-bytes.ts';
import type { Paging } from './pages.ts';
import type { Quota, QuotaStanding } from './quota.ts';
import type { Slice } from './slice.ts';

/** The limits of a provider that shape a plan, for one interval. Days are calendar days; null: no limit. */
export interface RequestLimits {
  readonly maxSpanDays: number | null;
  /** Whether the span of a request ends with its calendar month at the latest. Default false. */
  readonly withinMonth?: boolean;
  readonly lookBackDays: number | null;
  /** First day of which there is anything. Default: none that is known. */
  readonly since?: Day;
  /** Rows of a series that can be had, its newest, by the class of the instrument. Default: all. */
  readonly newestRows?: NewestRows;
  readonly requestsPerSpan: number;
  /** How the bars of one request come in pages, which are a request each. Default: in one. */
  readonly paging?: Paging;
  /** Where months that are over come from files, and others page by page, whatever a span costs. Default: nowhere. */
  readonly archive?: MonthlyArchive;
  /** What tells splits and dividends besides, of as many series as share a request. Default 0. */
  readonly requestsForActions?: number;
  /** Series of one span that one request may ask for. Default 1. */
  readonly mostSeries?: number;
  /** Rows that one for several series may bring at most, as if all traded round the clock. Default: no limit. */
  readonly mostRows?: number;
  /** Where one request gives all tickers of a session. Default: nowhere. */
  readonly market?: MarketLimits;
  /** How large its answers are, those of its market aside. Default: nobody knows. */
  readonly bytes?: AnswerBytes;
}

/** The limits of an endpoint that answers for a whole market, one session a request. */
export interface MarketLimits {
  /** Classes of the instruments that it has. Default: all that the provider serves. */
  readonly of?: readonly AssetClass[];
  /** How many calendar days back from now it reaches; null: no limit. */
  readonly lookBackDays: number | null;
  /** Requests that a session costs, its pages all together. */
  readonly requestsPerSession: number;
  /** Whether a series that is asked for by itself is read from the same answers, and finds nothing else. Default false. */
  readonly hasAllSeries?: boolean;
  /**
   * Where splits and dividends of all tickers come apart from its bars, from lists for a range of days: how many pages of each
   * list a year fills, about, and each is asked for one at least. Default: they come with the bars.
   */
  readonly actionPages?: readonly number[];
  /** How large its answers are. Default: nobody knows. */
  readonly bytes?: MarketBytes;
  /** How long after a session's close its answer is final, in ms. */
  readonly settleDelayMs: number;
}

/** Limits by interval. */
export type LimitsByInterval = Readonly<Partial<Record<Interval, RequestLimits>>>;

export interface PlanOptions {
  /** Limits by interval; every interval of the gaps must be there. */
  readonly limits: LimitsByInterval;
  readonly quotas: readonly Quota[];
  /** What was used of them before. Default: nothing. */
  readonly standing?: QuotaStanding;
  /** Whether a task also writes the ticker's corporate actions. */
  readonly actions: boolean;
  /** Answers for whole markets that an earlier run collected and did not take in: they cost nothing. Default: none. */
  readonly staged?: readonly Slice[];
  /** Ask whole markets for all sessions that they answer for, whatever that costs. Default false: where it costs fewer. */
  readonly mostOfMarkets?: boolean;
  /** ms since the epoch. */
  readonly now: number;
}

/** First day that lies wholly within the look-back, and of which there is anything. */
export function earliestDay(
  { lookBackDays, since = Number.NEGATIVE_INFINITY }: Pick<RequestLimits, 'lookBackDays' | 'since'>,
  now: number,
): Day {
  return lookBackDays === null ? since : Math.max(since, utcDayOf(now) - lookBackDays + 1);
}

/** How many rows of a series can be had, its newest, by the class of the instrument. */
export type NewestRows = Readonly<Partial<Record<AssetClass, number>>>;

/**
 * First session date of a series that a provider reaches: within the look-back, and among the newest rows, of which the
 * session that has begun last has one.
 */
export function reachedFrom(
  limits: Pick<RequestLimits, 'lookBackDays' | 'since' | 'newestRows'>,
  ticker: string,
  calendar: Calendar,
  now: number,
): Day {
  const rows = limits.newestRows?.[assetClassOf(ticker)];
  const earliest = earliestDay(limits, now);
  if (rows === undefined) return earliest;
  return Math.max(earliest, calendar.lastSessions(lastBegun(calendar, now), rows).from);
}

/** The last session that has begun. */
export function lastBegun(calendar: Calendar, now: number): Day {
  const latest = calendar.sessionOnOrBefore(calendar.localDay(now));
  for (let day = latest; ; day = calendar.previousSession(day)) {
    if (calendar.session(day).open <= now) return day;
  }
}

/** The same limits of a provider that is asked for no whole market. */
export function withoutMarkets(limits: LimitsByInterval): LimitsByInterval {
  const entries = Object.entries(limits) as [Interval, RequestLimits][];
  return Object.fromEntries(entries.map(([interval, { market: _market, ...own }]) => [interval, own]));
}
