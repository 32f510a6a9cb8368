import { NO_BARS } from '../../core/bars/columns.ts';
import { BackfillError, errorData } from '../../core/errors.ts';
import { type Slice, actionDaysOf, sliceKey } from '../../core/plan/slice.ts';
import type { Collect } from '../../core/plan/task.ts';
import type { ActionsAnswer, Part, PartOf, Provider } from '../../providers/provider.ts';
import type { StagedSeries } from '../../store/staging.ts';
import type { TaskResult } from '../runner.ts';
import type { TaskTools } from './task-tools.ts';

/**
 * Asks for one session of a whole market, or its splits and dividends, and stages the answer, unless it lies there already.
 * Never rejects.
 */
export async function collect({ slice }: Collect, now: number, tools: TaskTools): Promise<TaskResult> {
  const { provider, source, store } = tools;
  try {
    const isThere = (await store.staging.list()).some(
      (one) => sliceKey(one) === sliceKey(slice) && one.source === source,
    );
    if (isThere) return { series: [] };
    const { parts, asOf } = await ask(slice, now, provider);
    const staged = { ...slice, source, fetchedAt: Math.floor(now) };
    await store.staging.put(staged, asOf, parts.map(stagedPart));
    return { series: [] };
  } catch (error) {
    return { series: [], error: errorData(error, { provider: provider.capabilities.id }) };
  }
}

async function ask(
  slice: Slice,
  now: number,
  provider: Provider,
): Promise<{ readonly parts: readonly (Part | PartOf<ActionsAnswer>)[]; readonly asOf: number }> {
  const { id } = provider.capabilities;
  const [range] = actionDaysOf(slice);
  if (range !== undefined) {
    const parts = await provider.fetchMarketActions?.({ range, now });
    if (parts !== undefined) return { parts, asOf: now };
    throw new BackfillError('internal', `${id} is asked for the splits and dividends of a market`);
  }
  const { interval, session } = slice;
  const answer = await provider.fetchMarket?.({ interval, session, now });
  if (answer !== undefined) return answer;
  throw new BackfillError('internal', `${id} is asked for a market`);
}

function stagedPart(part: Part | PartOf<ActionsAnswer>): StagedSeries {
  const { ticker } = part;
  if ('error' in part) return { ticker, bars: NO_BARS, said: { error: errorData(part.error, { ticker }) } };
  if (!('bars' in part.answer)) return { ticker, bars: NO_BARS, said: { answer: part.answer } };
  const { bars, ...answer } = part.answer;
  return { ticker, bars, said: { answer } };
}
