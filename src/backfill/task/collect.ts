import { type Bars, NO_BARS } from '../../core/bars/columns.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import { BackfillError, errorData } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import { type Slice, actionDaysOf, sliceKey } from '../../core/plan/slice.ts';
import type { Collect } from '../../core/plan/task.ts';
import type { Allowance } from '../../providers/allowance.ts';
import type {
  ActionsAnswer,
  AlikeParts,
  MarketPieces,
  MarketRequest,
  Part,
  PartOf,
  Provider,
} from '../../providers/provider.ts';
import type { StagedGroup } from '../../store/staging.ts';
import type { TaskResult } from '../runner.ts';
import type { TaskTools } from './task-tools.ts';

/**
 * Asks for one session of a whole market, or its splits and dividends, and stages the answer as it comes, unless it lies there
 * already, as it was written. Never rejects.
 */
export async function collect(
  { slice, list }: Collect,
  now: number,
  tools: TaskTools,
  allowance?: Allowance,
): Promise<TaskResult> {
  const { provider, source, store } = tools;
  try {
    for (const one of await store.staging.list()) {
      const isIt = sliceKey(one) === sliceKey(slice) && one.source === source;
      if (isIt && (await store.staging.examine(one)).is === 'whole') return { series: [] };
    }
    const staged = { ...slice, source, fetchedAt: Math.floor(now), ...(list !== undefined && { list }) };
    await store.staging.put(staged, async ({ add, restart }) => {
      const pieces: MarketPieces = { add: (piece) => add(groupsOf(piece)), restart };
      const { asOf, ...rest } = await ask(slice, { now, allowance }, provider, pieces);
      await add(groupsOf(rest));
      return asOf;
    });
    return { series: [] };
  } catch (error) {
    return { series: [], error: errorData(error, { provider: provider.capabilities.id }) };
  }
}

/** What a request brought, or a piece of that. */
interface Brought {
  readonly parts: readonly (Part | PartOf<ActionsAnswer>)[];
  readonly alike?: readonly AlikeParts[];
}

async function ask(
  slice: Slice,
  { now, allowance }: Pick<MarketRequest, 'now' | 'allowance'>,
  provider: Provider,
  pieces: MarketPieces,
): Promise<Brought & { readonly asOf: number }> {
  const { id } = provider.capabilities;
  const [range] = actionDaysOf(slice);
  if (range !== undefined) {
    const parts = await provider.fetchMarketActions?.({ range, now, allowance });
    if (parts !== undefined) return { parts, asOf: now };
    throw new BackfillError('internal', `${id} is asked for the splits and dividends of a market`);
  }
  const { interval, session } = slice;
  const answer = await provider.fetchMarket?.({ interval, session, now, pieces, allowance });
  if (answer !== undefined) return answer;
  throw new BackfillError('internal', `${id} is asked for a market`);
}

/** What is said of many tickers in the same words is kept once. */
function groupsOf({ parts, alike = [] }: Brought): StagedGroup[] {
  const bySaid = grouped(parts.map(toStage), ({ said }) => JSON.stringify(said));
  const joined = [...bySaid.values()].map((own): StagedGroup => ({
    tickers: own.map(({ ticker }) => ticker),
    counts: own.map(({ bars }) => bars.length),
    bars: concatBars(own.map(({ bars }) => bars)),
    said: own[0]?.said ?? {},
  }));
  return [...alike.map(({ answer, ...section }) => ({ ...section, said: { answer } })), ...joined];
}

function toStage(part: Part | PartOf<ActionsAnswer>): {
  readonly ticker: string;
  readonly bars: Bars;
  readonly said: object;
} {
  const { ticker } = part;
  if ('error' in part) return { ticker, bars: NO_BARS, said: { error: errorData(part.error, { ticker }) } };
  if (!('bars' in part.answer)) return { ticker, bars: NO_BARS, said: { answer: part.answer } };
  const { bars, ...answer } = part.answer;
  return { ticker, bars, said: { answer } };
}
