import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { periodRange } from '../../core/bars/partition.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { withoutMarkets } from '../../core/plan/limits.ts';
import { surerComparisons } from '../../core/plan/plan.ts';
import type { Task, Want } from '../../core/plan/task.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { BarStore } from '../../store/store.ts';
import type { SeriesResult } from '../runner.ts';
import { ownDays } from './probe.ts';
import type { StoredTwin } from './stored-twins.ts';

/** What a provider says of a stored series when it is asked again. */
export type SaidAgain =
  | 'same' // the stored bars
  | 'other' // others, as often as an answer is believed
  | 'unsure'; // whatever else: it was not asked, or not often enough

interface AskTools {
  readonly store: Pick<BarStore, 'readBars' | 'scan'>;
  readonly capabilities: Capabilities;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * Tasks that ask for the last bars of the stored series that others got the bars of, as far as they came from this provider
 * and it reaches them.
 */
export async function askingForTwins(twins: readonly StoredTwin[], tools: AskTools): Promise<Task[]> {
  const series = new Map(twins.flatMap(({ others }) => others).map((one) => [seriesKey(one), one]));
  if (series.size === 0) return [];
  const tickers = [...new Set([...series.values()].map(({ ticker }) => ticker))];
  const scan = await tools.store.scan({ tickers });
  const meant = [...series].flatMap(([key, one]) => {
    const state = scan.series.get(key);
    if (state === undefined) return [];
    return [{ series: one, calendar: calendarById(state.calendar), range: periodRange('all') }];
  });
  const { intervals, quotas, actions } = tools.capabilities;
  const limits = withoutMarkets(intervals);
  return surerComparisons(await ownDays(meant, scan, tools), { limits, quotas, actions, now: tools.now });
}

/** What came of those tasks, by series key; nothing of what was not answered. */
export function saidAgain(
  tasks: readonly Task[],
  answers: ReadonlyMap<Want, SeriesResult>,
  provider: string,
): Map<string, SaidAgain> {
  const said = new Map<string, SaidAgain>();
  for (const task of tasks) {
    const isOnce = 'questions' in task && task.questions === 1;
    for (const want of task.wants) {
      const result = answers.get(want);
      if (result !== undefined) said.set(seriesKey(want.series), saidBy(result, isOnce, provider));
    }
  }
  return said;
}

function saidBy(result: SeriesResult, isOnce: boolean, provider: string): SaidAgain {
  if (result.ok) {
    const { compared = 0, changed = 0 } = result.report.drift[provider] ?? {};
    return compared > 0 && changed === 0 ? 'same' : 'unsure';
  }
  const { code, contradicts } = result.error;
  const isOther = contradicts === true || code === 'identity-changed';
  // One answer of a provider that mixes them up says no more than the first did.
  return isOther && !isOnce ? 'other' : 'unsure';
}

/** Of some series those of which that was said. */
export function saidOf(
  series: readonly Series[],
  said: ReadonlyMap<string, SaidAgain>,
  meant: SaidAgain,
): Series[] {
  return series.filter((one) => (said.get(seriesKey(one)) ?? 'unsure') === meant);
}
