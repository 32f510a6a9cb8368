import { type Series, seriesKey } from '../../core/bars/bars.ts';
import { periodRange } from '../../core/bars/partition.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { withoutMarkets } from '../../core/plan/limits.ts';
import { type Compared, comparisons, mayAskOnce } from '../../core/plan/plan.ts';
import type { Task, Want } from '../../core/plan/task.ts';
import type { Capabilities } from '../../providers/provider.ts';
import type { BarStore } from '../../store/store.ts';
import { ANSWERS_BELIEVED } from '../judge/doubt.ts';
import type { SeriesResult } from '../runner.ts';
import { ownDays } from './probed-days.ts';
import type { StoredTwin } from './stored-twins.ts';

/** What a provider says of a stored series when it is asked again. */
export type SaidAgain =
  | 'same' // the stored bars
  | 'other' // others
  | 'unsure'; // neither often enough: it was not asked, or contradicts itself

/** So many answers of one kind decide what is said of a series, and so many are asked for at most. */
const MAJORITY = ANSWERS_BELIEVED;
const MOST_ANSWERS = 2 * MAJORITY - 1;

interface AskTools {
  readonly store: Pick<BarStore, 'readBars' | 'scan'>;
  readonly capabilities: Capabilities;
  /** ms since the epoch. */
  readonly now: number;
  /** Asks for what only compares. */
  readonly ask: (tasks: readonly Task[]) => Promise<ReadonlyMap<Want, SeriesResult>>;
}

/**
 * Asks for the last bars of the stored series that others got the bars of, as far as they came from this provider and it
 * reaches them: each until three answers say the same of it, five times at most. Where the day's requests are too few for
 * that it is asked once: a single answer may confirm what is stored, and refutes nothing. Gives what was said, by series key.
 */
export async function askForTwins(
  twins: readonly StoredTwin[],
  tools: AskTools,
): Promise<ReadonlyMap<string, SaidAgain>> {
  const { id, intervals, quotas, actions, metered } = tools.capabilities;
  const options = { limits: withoutMarkets(intervals), quotas, actions, now: tools.now };
  const said = new Map<string, SaidAgain>();
  const votes = new Map<string, Votes>();
  let open = await comparedTwins(twins, tools);
  const isOnce = mayAskOnce(open, options);
  // A source on this machine says what it says.
  const needed = metered && !isOnce ? MAJORITY : 1;
  for (let round = 0; open.length > 0 && round < (isOnce ? 1 : MOST_ANSWERS); round++) {
    const answers = await tools.ask(comparisons(open, options));
    for (const [want, result] of answers) {
      const key = seriesKey(want.series);
      const { same, other } = votes.get(key) ?? { same: 0, other: 0 };
      const vote = voteOf(result, id);
      const counted = { same: same + (vote === 'same' ? 1 : 0), other: other + (vote === 'other' ? 1 : 0) };
      votes.set(key, counted);
      if (counted.same >= needed) said.set(key, 'same');
      else if (counted.other >= needed && !isOnce) said.set(key, 'other');
    }
    // The run ended, or the day's requests did.
    if (answers.size === 0) break;
    open = open.filter(({ series }) => !said.has(seriesKey(series)));
  }
  return said;
}

/** Answers that have the stored bars, and those that have others. */
interface Votes {
  readonly same: number;
  readonly other: number;
}

/** The last days of the stored series that first answers have the bars of. */
async function comparedTwins(
  twins: readonly StoredTwin[],
  tools: Omit<AskTools, 'ask'>,
): Promise<readonly Compared[]> {
  const series = new Map(twins.flatMap(({ others }) => others).map((one) => [seriesKey(one), one]));
  if (series.size === 0) return [];
  const tickers = [...new Set([...series.values()].map(({ ticker }) => ticker))];
  const scan = await tools.store.scan({ tickers });
  const meant = [...series].flatMap(([key, one]) => {
    const state = scan.series.get(key);
    if (state === undefined) return [];
    return [{ series: one, calendar: calendarById(state.calendar), range: periodRange('all') }];
  });
  return ownDays(meant, scan, tools);
}

/** What one answer says. That a ticker is another instrument's by now says nothing of the bars that it had. */
function voteOf(result: SeriesResult, provider: string): SaidAgain {
  if (!result.ok) return result.error.contradicts === true ? 'other' : 'unsure';
  const { compared = 0, changed = 0 } = result.report.drift[provider] ?? {};
  return compared > 0 && changed === 0 ? 'same' : 'unsure';
}

/** Of some series those of which that was said. */
export function saidOf(
  series: readonly Series[],
  said: ReadonlyMap<string, SaidAgain>,
  meant: SaidAgain,
): Series[] {
  return series.filter((one) => (said.get(seriesKey(one)) ?? 'unsure') === meant);
}
