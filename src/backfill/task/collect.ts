import { NO_BARS } from '../../core/bars/columns.ts';
import { BackfillError, errorData } from '../../core/errors.ts';
import type { Collect } from '../../core/plan/task.ts';
import type { Part } from '../../providers/provider.ts';
import type { StagedSeries } from '../../store/staging.ts';
import type { TaskResult } from '../runner.ts';
import type { TaskTools } from './task-tools.ts';

/** Asks for one session of a whole market and stages the answer, unless it lies there already. Never rejects. */
export async function collect({ slice }: Collect, now: number, tools: TaskTools): Promise<TaskResult> {
  const { provider, source, store } = tools;
  try {
    const isThere = (await store.staging.list()).some(
      (one) => one.interval === slice.interval && one.session === slice.session && one.source === source,
    );
    if (isThere) return { series: [] };
    if (provider.fetchMarket === undefined)
      throw new BackfillError('internal', `${provider.capabilities.id} is asked for a market`);
    const { parts, asOf } = await provider.fetchMarket({ ...slice, now });
    const staged = { ...slice, source, fetchedAt: Math.floor(now) };
    await store.staging.put(staged, asOf, parts.map(stagedPart));
    return { series: [] };
  } catch (error) {
    return { series: [], error: errorData(error, { provider: provider.capabilities.id }) };
  }
}

function stagedPart(part: Part): StagedSeries {
  const { ticker } = part;
  if ('error' in part) return { ticker, bars: NO_BARS, said: { error: errorData(part.error, { ticker }) } };
  const { bars, ...answer } = part.answer;
  return { ticker, bars, said: { answer } };
}
