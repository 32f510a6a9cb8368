import { plannedEvent } from '../backfill/backfill.ts';
import { type Earlier, NOTHING_CLOSED } from '../backfill/plan/cannot-give.ts';
import { type Prepared, prepare } from '../backfill/plan/prepare.ts';
import { type ChainRun, chainSummary, closedIn } from '../backfill/settle/chain-summary.ts';
import { type ListStanding, listStanding } from '../backfill/settle/list-standing.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { assertAnyIsAsked, type Chain, chainList } from '../backfill/plan/chain-list.ts';
import type { WantedSeries } from '../core/plan/gaps.ts';
import type { Plan } from '../core/plan/plan.ts';
import { askStage, type Wanted, withoutOrigins } from './chain-run.ts';
import type { BackfillOptions } from './history.ts';
import { type NotedRuns, noteNext } from './note-next.ts';
import type { Parts } from './parts.ts';
import { withSource } from './sourced.ts';
import { secondOpinions } from './second-opinion.ts';
import { secretsOf } from './secrets.ts';

// A chain is a run of each provider in order. What a later one is asked for follows from what the store knows once the earlier
// ones have ended, so that a chain that was killed goes on by the same call, and no stage hands another anything but that.

/** The parts of each provider of a chain, the first one first. */
export type Stages = readonly [Parts, ...Parts[]];

export function chainOf(stages: Stages): Chain {
  const [first, ...others] = stages;
  return [first.capabilities, ...others.map(({ capabilities }) => capabilities)];
}

/** The plan of the first provider, with those of the others by what is known before it is asked. */
export async function planChain(stages: Stages, wanted: Wanted, request: BackfillOptions): Promise<Plan> {
  const [first, ...others] = stages;
  const chain = chainOf(stages);
  const now = first.clock();
  assertAnyIsAsked(chain, wanted, now);
  const prepareFor = (stage: Parts, before: readonly Parts[]): Promise<Prepared> =>
    withSource(stage, (source) =>
      prepare(
        before.length === 0 ? wanted : withoutOrigins(wanted),
        stage.store,
        { ...source, chain: { before: before.map(neverClosed), all: chain, begunAt: now } },
        now,
        { isPriced: true },
      ),
    );
  const prepared = await prepareFor(first, []);
  request.onEvent?.(plannedEvent(prepared));
  const next: NonNullable<Plan['next']>[number][] = [];
  for (const [i, stage] of others.entries()) {
    const { plan } = await prepareFor(stage, stages.slice(0, i + 1));
    next.push({ provider: stage.capabilities.id, quotas: stage.capabilities.quotas, plan });
  }
  return { ...prepared.plan, next };
}

/**
 * Asks each provider for what those before it cannot give. One that fails, or whose quota is used up, leaves its work to its own
 * next run: the others are asked for what it is on record not to have. An interruption ends all.
 */
export async function backfillChain(
  stages: Stages,
  wanted: Wanted,
  request: BackfillOptions,
): Promise<RunSummary> {
  const [first] = stages;
  // A key that is not there is told before anything is asked.
  for (const { options, capabilities } of stages) secretsOf(options, capabilities);
  assertAnyIsAsked(chainOf(stages), wanted, first.clock());
  return first.engine.holding(() => askInTurn(stages, wanted, request));
}

async function askInTurn(stages: Stages, wanted: Wanted, request: BackfillOptions): Promise<RunSummary> {
  const [first] = stages;
  const chain = chainOf(stages);
  const begunAt = first.clock();
  const list = chainList(chain, wanted, begunAt);
  const before = await standingOf(stages, wanted, list);
  const earlier: Earlier[] = [];
  const runs: ChainRun[] = [];
  const noted: NotedRuns = new Map();
  for (const [i, stage] of stages.entries()) {
    const { capabilities } = stage;
    const beforeRecord = async (summary: RunSummary): Promise<void> => {
      // Where nothing can be stored nothing can be noted either.
      if (summary.stopped?.reason === 'store-failed') return;
      const asked = [...earlier, { capabilities, closed: closedIn(summary) }];
      const tools = { noted, isOver: endsAll(summary) };
      await noteNext(stages.slice(i + 1), { before: asked, all: chain, begunAt }, wanted, tools);
    };
    const turn = { chain, earlier, begunAt, runId: noted.get(stage), beforeRecord };
    const run = await askStage(stage, turn, wanted, request);
    if (run !== undefined) runs.push(run);
    if (run !== undefined && endsAll(run.summary)) break;
    earlier.push({ capabilities, closed: run === undefined ? NOTHING_CLOSED : closedIn(run.summary) });
  }
  const [one, ...others] = runs;
  if (one === undefined) throw new RangeError('a chain of which nobody was asked');
  const isOver = runs.some(({ summary }) => endsAll(summary));
  const opinions =
    request.secondOpinion && !isOver
      ? await secondOpinions(stages, runs, { ...request, ...wanted, begunAt })
      : undefined;
  const after = await standingOf(stages, wanted, list);
  const unserved = (one.summary.notServed ?? []).reduce((sum, { tickers }) => sum + tickers.length, 0);
  const standing = { before, after, unserved: unserved * wanted.intervals.length };
  return chainSummary([one, ...others], { ...standing, isOver }, opinions);
}

/** By what is known before anybody was asked. */
function neverClosed({ capabilities }: Parts): Earlier {
  return { capabilities, closed: NOTHING_CLOSED };
}

/** Whether nobody else is asked: the run was told to stop, or nothing can be stored. */
function endsAll({ stopped }: RunSummary): boolean {
  if (stopped === null || stopped.isClosed) return false;
  return ['interrupted', 'drained', 'store-failed', 'failed'].includes(stopped.reason);
}

async function standingOf(
  stages: Stages,
  { tickers, intervals }: Wanted,
  list: readonly WantedSeries[],
): Promise<ListStanding> {
  const [{ store, clock }] = stages;
  return listStanding(list, await store.scan({ tickers, intervals }), chainOf(stages), clock());
}
