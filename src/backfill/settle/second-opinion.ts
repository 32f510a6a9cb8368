import { type Series, seriesKey } from '../../core/bars/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { NEIGHBOUR_DAYS } from '../../core/checks/plausibility.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { isInterval } from '../../core/session/interval.ts';
import { type Day, type DayRange, parseDay } from '../../core/session/day.ts';
import { contains } from '../../core/session/ranges.ts';
import { reachedFrom, withoutMarkets } from '../../core/plan/limits.ts';
import { comparisons, planTasks } from '../../core/plan/plan.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { BarStore } from '../../store/store.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { OddSession, RecordedRun } from '../run/run-record.ts';
import { isServedAt } from '../want/served.ts';
import type { Prepared, Source } from '../plan/prepare.ts';

/** What is odd about a stored session itself, so that another provider may confirm or contradict it. */
const OF_BARS: ReadonlySet<OddSession['kind']> = new Set([
  ...(['jump', 'spike', 'basis-flip', 'repeat', 'closed-day', 'thin', 'line'] as const),
  ...(['correction', 'restated', 'outside-range'] as const),
]);

/** What lies between a session and the one before it: the session alone neither confirms nor contradicts it. */
const BETWEEN: ReadonlySet<OddSession['kind']> = new Set(['jump', 'basis-flip', 'spike', 'repeat', 'line']);

/** Those of them that are a step of the price. */
const STEPS: ReadonlySet<OddSession['kind']> = new Set(['jump', 'basis-flip', 'spike']);

/** Whether an oddity is a step of the price from one session to the next. */
export function isStep(kind: OddSession['kind']): boolean {
  return STEPS.has(kind);
}

/** The odd sessions of which a provider can be asked at `now` (ms since the epoch), one a session. */
export function askableOf<Odd extends OddSession>(
  warnings: readonly Odd[],
  capabilities: Capabilities,
  now: number,
): readonly Odd[] {
  const seen = new Set<string>();
  return warnings.filter(({ ticker, interval, session, kind }) => {
    const key = keyOf(ticker, interval, session);
    if (!OF_BARS.has(kind) || !isInterval(interval) || seen.has(key)) return false;
    const limits = capabilities.intervals[interval];
    if (limits === undefined) return false;
    const calendar = calendarFor(ticker);
    const day = parseDay(session);
    const first = BETWEEN.has(kind) ? calendar.previousSession(day) : day;
    const isReached = first >= reachedFrom(limits, ticker, calendar, now);
    const isAsked = isServedAt(ticker, interval, capabilities) && isReached;
    if (isAsked) seen.add(key);
    return isAsked;
  });
}

/** A plan that compares stored sessions, each by a request that asks once; it wants none of them. */
export async function prepareOpinions(
  odd: readonly OddSession[],
  store: BarStore,
  { capabilities, standing }: Source,
  now: number,
): Promise<Prepared> {
  const { quotas, actions } = capabilities;
  const limits = withoutMarkets(capabilities.intervals);
  const series = odd.flatMap(({ ticker, interval }): Series[] =>
    isInterval(interval) ? [{ ticker, interval }] : [],
  );
  const scan = await store.scan({ tickers: [...new Set(series.map(({ ticker }) => ticker))] });
  const compared = odd.flatMap(({ session, kind }, i) => {
    const one = series[i];
    const state = one && scan.series.get(seriesKey(one));
    if (one === undefined || state === undefined) return [];
    const day = parseDay(session);
    const calendar = calendarFor(one.ticker);
    const days = daysFor(kind, day, calendar, state.coverage.present);
    return [{ series: one, calendar, days, opinionOf: day }];
  });
  const asItStands = await standing?.();
  const options = { limits, quotas, actions, now, ...(asItStands && { standing: asItStands }) };
  const tasks = comparisons(compared, options);
  const requests = tasks.reduce((sum, task) => sum + task.requests, 0);
  const plan = planTasks([], options);
  return { scan, plan: { ...plan, tasks, totals: { ...plan.totals, requests } } };
}

/** An odd session with the stored ones beside it that it is odd against: what lies between them is compared too. */
function daysFor(
  kind: OddSession['kind'],
  day: Day,
  calendar: Calendar,
  present: readonly DayRange[],
): DayRange {
  const beside = (ofDay: (day: Day) => Day): Day => {
    let other = ofDay(day);
    while (!contains(present, other) && Math.abs(other - day) <= NEIGHBOUR_DAYS) other = ofDay(other);
    return contains(present, other) ? other : day;
  };
  const from = BETWEEN.has(kind) ? beside((one) => calendar.previousSession(one)) : day;
  const last = kind === 'spike' ? beside((one) => calendar.sessionOnOrAfter(one + 1)) : day;
  return { from, to: last + 1 };
}

/** Errors of an answer that came and was judged, or of what the provider gives to nobody: asking again is of no use. */
const ANSWERED: ReadonlySet<ErrorCode> = new Set([
  ...([
    'unknown-ticker',
    'no-data',
    'out-of-range',
    'incomplete',
    'mostly-rejected',
    'basis-unknown',
  ] as const),
  ...(['restated', 'identity-changed', 'not-entitled', 'invalid-ticker', 'unsupported-interval'] as const),
]);

/** Whether an error is one without which there might have been an opinion. */
export function isUnheard(code: ErrorCode): boolean {
  return !ANSWERED.has(code);
}

/** The odd sessions that a provider was asked about by the last run that did so, and of which it came to no answer. */
export function unheardOf(runs: readonly RecordedRun[], provider: string): readonly OddSession[] {
  const seen = new Set<string>();
  return runs
    .filter((run) => run.provider === provider)
    .flatMap(({ opinions = [], failures, left = [] }) => {
      const notRun = left.flatMap(({ why, interval, from, to, tickers }) =>
        why === 'not-run' ? tickers.map((ticker) => ({ ticker, interval, from, to })) : [],
      );
      const spans = [...notRun, ...failures.filter(({ code }) => isUnheard(code))];
      // What is compared with the sessions beside it was asked for with these.
      const isUnheardOf = ({ ticker, interval, session }: OddSession): boolean =>
        spans.some(
          (one) =>
            one.ticker === ticker && one.interval === interval && one.from <= session && session <= one.to,
        );
      return opinions.filter((one) => {
        const key = keyOf(one.ticker, one.interval, one.session);
        const isNews = !seen.has(key);
        seen.add(key);
        return isNews && isUnheardOf(one);
      });
    });
}

function keyOf(ticker: string, interval: string, session: string): string {
  return `${ticker} ${interval} ${session}`;
}
