import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { calendarById, calendarFor } from '../../core/calendar/calendars.ts';
import { provisionalAt } from '../../core/coverage/coverage.ts';
import { type Claim, isDue, leadingClaim } from '../../core/coverage/evidence.ts';
import { stateRuns } from '../../core/coverage/state-runs.ts';
import { smallest } from '../../core/extremes.ts';
import { type DayRange, formatDay, parseDay } from '../../core/session/day.ts';
import { type Interval, isInterval } from '../../core/session/interval.ts';
import { intersect, normalize } from '../../core/session/ranges.ts';
import type { Scan, SeriesState } from '../../store/scan.ts';
import { lifeOnRecord } from '../run/recorded-lives.ts';
import type { LeftUndone, LeftWhy, RecordedRun } from '../run/run-record.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import { type Universe, livedIn } from '../../core/universe/universe.ts';
import type { RangeOptions } from './wanted.ts';

/** A series that runs on record left undone, and that is so still. */
export interface LeftSeries extends Series {
  /** By the last run that left it. */
  readonly why: LeftWhy;
  /** Id of that run. */
  readonly runId: string;
  /** Session dates that were asked for in vain, ascending and disjoint. */
  readonly days: readonly DayRange[];
  /** Whether the bars were to be fetched again, whatever is there. */
  readonly again: boolean;
  /** Session dates on which it was wanted as a member of a universe, ascending and disjoint. Default: whatever the day. */
  readonly life?: readonly DayRange[];
}

/**
 * What of one provider runs on record left undone and no run has done since, by what is stored: in the order of the records
 * (the newest first). What was to be fetched again, though it is there, is known of the newest run alone: no record says that
 * a later one fetched it.
 */
export function leftSeries(
  runs: readonly RecordedRun[],
  provider: string,
  { series: known }: Pick<Scan, 'series'>,
  now: number,
): readonly LeftSeries[] {
  const all = new Map<string, LeftSeries>();
  const [newest, ...earlier] = runs.filter((run) => run.provider === provider);
  for (const run of newest === undefined ? [] : [newest, ...earlier])
    for (const { why, interval, from, to, again = false, tickers } of leftBy(run)) {
      if (!isInterval(interval) || (again && run !== newest)) continue;
      const days = { from: parseDay(from), to: parseDay(to) + 1 };
      for (const ticker of tickers) {
        const key = seriesKey({ ticker, interval });
        const before = all.get(key);
        all.set(
          key,
          before === undefined
            ? { ticker, interval, why, runId: run.id, days: [days], again, ...lifeOf(run, ticker) }
            : { ...before, days: normalize([...before.days, days]) },
        );
      }
    }
  for (const one of leftAheadTo(provider, runs, { series: known }, now)) {
    const before = all.get(seriesKey(one)) ?? one;
    all.set(seriesKey(one), { ...before, days: normalize([...before.days, ...one.days]) });
  }
  return [...all.values()].filter(
    (one) => one.again || isOpen(one, known.get(seriesKey(one)), { provider, now }),
  );
}

/** Ids of all that runs on record asked, or that are due next in their chains. */
export function askedOrDue(runs: readonly RecordedRun[]): ReadonlySet<string> {
  return new Set(runs.flatMap(({ provider, ahead = [] }) => [provider, ...ahead.map((one) => one.provider)]));
}

/** Sessions that runs on record which have not ended say are not to be had, and that fall to another provider then. */
function leftAheadTo(
  provider: string,
  runs: readonly RecordedRun[],
  { series: known }: Pick<Scan, 'series'>,
  now: number,
): readonly LeftSeries[] {
  const all = new Map<string, LeftSeries>();
  const ahead = runs.flatMap((run) =>
    (run.ahead ?? []).filter((one) => one.provider === provider).map(({ left }) => ({ run, left })),
  );
  for (const { run, left } of ahead)
    for (const { why, interval, from, to, tickers } of left)
      for (const ticker of tickers) {
        if (!isInterval(interval)) continue;
        const key = seriesKey({ ticker, interval });
        const unheard = known.get(key)?.coverage.absent.filter(({ by }) => isUnheard(by, { provider, now }));
        const days = intersect(normalize(unheard ?? []), [{ from: parseDay(from), to: parseDay(to) + 1 }]);
        if (days.length === 0) continue;
        const before = all.get(key)?.days ?? [];
        const part = { ticker, interval, why, runId: run.id, again: false, ...lifeOf(run, ticker) };
        all.set(key, { ...part, days: normalize([...before, ...days]) });
      }
  return [...all.values()];
}

function lifeOf({ lives = {} }: RecordedRun, ticker: string): Pick<LeftSeries, 'life'> {
  const life = lifeOnRecord(lives, ticker);
  return life === undefined ? {} : { life };
}

/** What a run left; of the record of an earlier version what that names. */
function leftBy({ left, failures }: RecordedRun): readonly LeftUndone[] {
  if (left !== undefined) return left;
  return failures
    .filter(({ code }) => code !== 'unknown-ticker')
    .map(({ ticker, interval, from, to }) => ({ why: 'failed', interval, from, to, tickers: [ticker] }));
}

/**
 * Whether a session of the days is missing still, was lost in whole or in part, waits to be confirmed, or is known as absent
 * from others only, whom the provider has not been heard to agree with.
 */
function isOpen(
  { ticker, days }: LeftSeries,
  state: SeriesState | undefined,
  asking: { readonly provider: string; readonly now: number },
): boolean {
  if (state === undefined) return calendarFor(ticker).count(days) > 0;
  const { coverage } = state;
  const calendar = calendarById(state.calendar);
  const inPart = [...provisionalAt(coverage, asking.now), ...(coverage.lacking ?? [])];
  if (calendar.count(intersect(days, normalize(inPart))) > 0) return true;
  const isLeft = (by: readonly Claim[]): boolean =>
    leadingClaim(by).reason === 'rejected' || isUnheard(by, asking);
  return days
    .flatMap((range) => stateRuns(coverage, range, calendar))
    .some(({ state: is, absence }) => is === 'missing' || (absence !== null && isLeft(absence.by)));
}

/** Whether a provider, of a chain perhaps, has yet to say what the others say: also one whose word is in doubt. */
export function isUnheard(
  by: readonly Claim[],
  asking: { readonly provider: string; readonly now: number },
): boolean {
  const believed = by.filter(({ reason }) => reason !== 'doubted');
  return (
    believed.every(({ provider }) => provider !== asking.provider) &&
    isDue(believed, { ...asking, isReached: true })
  );
}

/** By series key: what is asked for of some of the series, be it what was left of them. */
export type OnlyLeft = ReadonlyMap<
  string,
  {
    /** Default: the whole range that is asked for. */
    readonly days?: readonly DayRange[];
    /** Whether whatever is there. */
    readonly again: boolean;
    /** Set where sessions of which rows were rejected wait until they are due. Default: they are asked for now. */
    readonly isRetried?: false;
    /** See `WantedSeries.takesBetween`. */
    readonly takesBetween?: true;
  }
>;

/** A request for what was left, in a range that is given, or of the days that each was asked for then. */
export function requestOfLeft(
  left: readonly LeftSeries[],
  range: RangeOptions,
): RangeOptions & {
  readonly tickers: readonly string[];
  readonly intervals: readonly Interval[];
  readonly only: OnlyLeft;
  readonly lives: Universe['lives'];
} {
  const isGiven = (range.days ?? range.years ?? range.start ?? range.end) !== undefined;
  const first = smallest(left.flatMap(({ days }) => days.map(({ from }) => from)));
  return {
    ...(!isGiven && left.length > 0 && { start: formatDay(first) }),
    tickers: [...new Set(left.map(({ ticker }) => ticker))],
    intervals: [...new Set(left.map(({ interval }) => interval))],
    // Whatever sessions are asked for now: beyond its life another one may have traded under its name.
    lives: new Map(left.flatMap(({ ticker, life }) => (life === undefined ? [] : [[ticker, life] as const]))),
    only: new Map(left.map((one) => [seriesKey(one), isGiven ? { again: one.again } : one])),
  };
}

/** What of the wanted series was left, as far as it is in the range. */
export function onlyLeft(wanted: readonly WantedSeries[], only: OnlyLeft): WantedSeries[] {
  return wanted.flatMap((one) => {
    const asked = only.get(seriesKey(one.series));
    if (asked === undefined) return [];
    const { days, again, isRetried = true, takesBetween } = asked;
    const lived = days && one.lived ? intersect(days, one.lived) : days;
    const its = { ...one, ...(isRetried && { isRetried }), ...(takesBetween && { takesBetween }) };
    return [{ ...its, ...(lived && livedIn(one.range, lived)), ...(again && { again }) }];
  });
}
