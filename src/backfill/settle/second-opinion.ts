import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { isInterval } from '../../core/session/interval.ts';
import { parseDay } from '../../core/session/day.ts';
import { reachedFrom, withoutMarkets } from '../../core/plan/limits.ts';
import { comparisons, planTasks } from '../../core/plan/plan.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { BarStore } from '../../store/store.ts';
import type { Warning } from './warnings.ts';
import { isServedAt } from '../want/served.ts';
import type { Prepared, Source } from '../plan/prepare.ts';

/** What is odd about a stored session itself, so that another provider may confirm or contradict it. */
const OF_BARS: ReadonlySet<Warning['kind']> = new Set([
  ...(['jump', 'spike', 'basis-flip', 'repeat', 'closed-day', 'thin', 'line'] as const),
  ...(['correction', 'outside-range'] as const),
]);

/** The odd sessions of which a provider can be asked at `now` (ms since the epoch), one a session. */
export function askableOf(
  warnings: readonly Warning[],
  capabilities: Capabilities,
  now: number,
): readonly Warning[] {
  const seen = new Set<string>();
  return warnings.filter(({ ticker, interval, session, kind }) => {
    const key = `${ticker} ${interval} ${session}`;
    if (!OF_BARS.has(kind) || !isInterval(interval) || seen.has(key)) return false;
    const limits = capabilities.intervals[interval];
    if (limits === undefined) return false;
    const isReached = parseDay(session) >= reachedFrom(limits, ticker, calendarFor(ticker), now);
    const isAsked = isServedAt(ticker, interval, capabilities) && isReached;
    if (isAsked) seen.add(key);
    return isAsked;
  });
}

/** A plan that compares stored sessions, each by a request that asks once; it wants none of them. */
export async function prepareOpinions(
  odd: readonly Warning[],
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
  const compared = odd.flatMap(({ session }, i) => {
    const one = series[i];
    const state = one && scan.series.get(seriesKey(one));
    if (one === undefined || state === undefined) return [];
    const day = parseDay(session);
    return [{ series: one, calendar: calendarFor(one.ticker), days: { from: day, to: day + 1 } }];
  });
  const asItStands = await standing?.();
  const options = { limits, quotas, actions, now, ...(asItStands && { standing: asItStands }) };
  const tasks = comparisons(compared, options);
  const requests = tasks.reduce((sum, task) => sum + task.requests, 0);
  const plan = planTasks([], options);
  return { scan, plan: { ...plan, tasks, totals: { ...plan.totals, requests } } };
}
