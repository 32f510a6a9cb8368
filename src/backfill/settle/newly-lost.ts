import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { newlyLostDays } from '../../core/coverage/lost-sessions.ts';
import type { Absence } from '../../core/coverage/coverage.ts';
import { type Claim, saidSince } from '../../core/coverage/evidence.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import type { Task } from '../../core/plan/task.ts';
import type { DayRange } from '../../core/session/day.ts';
import { intersect, normalize, subtract, union } from '../../core/session/ranges.ts';
import type { Scan } from '../../store/scan.ts';
import type { RunResults } from '../run/run-results.ts';

/** Wanted sessions of which rows came in this run that could not be stored, where no earlier run told so. */
export interface NewlyLost {
  /** Of all series: a session that two intervals lost counts twice. */
  readonly sessions: number;
  /** Each once, in alphabetical order. */
  readonly tickers: readonly string[];
}

/** What was known before a run, and told. */
export interface KnownBefore {
  readonly scan: Pick<Scan, 'series'>;
  readonly provider: string;
  /** Those that were asked before it in its chain. Default: nobody. */
  readonly before?: readonly string[];
  /** What was asked in it. */
  readonly tasks: readonly Task[];
  /** All that is wanted. Default: nothing but what was asked. */
  readonly wanted?: readonly WantedSeries[] | undefined;
  /** When the last run ended that told what it found, ms since the epoch. Default: whatever is known was told. */
  readonly toldUntil?: number | undefined;
}

/**
 * What a run newly lost of each series, by what was known before it. A session that a later answer of the run brought is
 * none; one that was lost before, for the same reason and to the same provider or one before it in its chain, was told then,
 * unless that run did not live to tell: that it was met again since, by whatever run, is no news.
 */
export function newlyLost({ lost }: Pick<RunResults, 'lost'>, before: KnownBefore): readonly Lost[] {
  const { scan, provider, before: earlier = [] } = before;
  const isTold = toldIn(before);
  const found = new Map<string, Lost>();
  for (const [key, { ticker, interval, calendar, sessions }] of lost) {
    const { absent = [], lacking = [] } = scan.series.get(key)?.coverage ?? {};
    const told = { absent: absent.filter(isTold), lacking: lacking.filter(isTold) };
    const days = newlyLostDays(sessions, told, provider, calendarById(calendar), earlier);
    found.set(key, { ticker, interval, calendar, days });
  }
  for (const [key, one] of untold(before)) {
    const days = union(found.get(key)?.days ?? [], one.days);
    found.set(key, { ...one, days });
  }
  return [...found.values()].filter(({ days }) => days.length > 0);
}

/** Whether an absence was told by an earlier run of the provider, or its loss by one of those before it. */
function toldIn({
  provider,
  before = [],
  toldUntil = Number.POSITIVE_INFINITY,
}: KnownBefore): (absence: Absence) => boolean {
  const isIts = (claim: Claim): boolean =>
    claim.provider === provider || (claim.reason === 'rejected' && before.includes(claim.provider));
  return ({ by }) => by.some((claim) => isIts(claim) && saidSince(claim) <= toldUntil);
}

/** The sessions and tickers of what was newly lost. */
export function countLost(news: readonly Lost[]): NewlyLost {
  return {
    sessions: news.reduce((sum, { calendar, days }) => sum + calendarById(calendar).count(days), 0),
    tickers: [...new Set(news.map(({ ticker }) => ticker))].toSorted(),
  };
}

/** What was lost of one series. */
export interface Lost extends Series {
  readonly calendar: string;
  readonly days: readonly DayRange[];
}

/**
 * Wanted sessions that were not asked for now, and whose rows were first rejected since the last run that told: one that was
 * killed may also have met again what had been told.
 */
function untold({
  scan,
  provider,
  before = [],
  tasks,
  wanted = [],
  toldUntil,
}: KnownBefore): Map<string, Lost> {
  const found = new Map<string, Lost>();
  if (toldUntil === undefined) return found;
  const asked = new Map<string, readonly DayRange[]>();
  for (const { series, gaps } of tasks.flatMap(({ wants }) => wants)) {
    const key = seriesKey(series);
    asked.set(key, union(asked.get(key) ?? [], gaps));
  }
  for (const { series, calendar, range } of wanted) {
    const key = seriesKey(series);
    const { absent = [], lacking = [] } = scan.series.get(key)?.coverage ?? {};
    const isTold = (claim: Claim): boolean =>
      before.includes(claim.provider) && claim.reason === 'rejected' && saidSince(claim) <= toldUntil;
    const isNews = (claim: Claim): boolean =>
      claim.provider === provider && claim.reason === 'rejected' && saidSince(claim) > toldUntil;
    const rejected = normalize(
      [...absent, ...lacking].filter(({ by }) => by.some(isNews) && !by.some(isTold)),
    );
    const days = subtract(intersect(rejected, [range]), asked.get(key) ?? []);
    if (days.length > 0) found.set(key, { ...series, calendar: calendar.id, days });
  }
  return found;
}
