import { backfill, plannedEvent } from '../backfill/backfill.ts';
import type { Closed, Earlier } from '../backfill/plan/handed-on.ts';
import { type BackfillRequest, type Prepared, type Source, prepare } from '../backfill/plan/prepare.ts';
import type { BackfillEvent } from '../backfill/run/events.ts';
import { askedIn, type ChainRun, chainSummary, closedIn } from '../backfill/settle/chain-summary.ts';
import { type ListStanding, listStanding } from '../backfill/settle/list-standing.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { assertAnyIsAsked, type Chain, chainList } from '../backfill/plan/chain-list.ts';
import type { WantedSeries } from '../core/plan/gaps.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Interval } from '../core/session/interval.ts';
import type { BackfillOptions } from './history.ts';
import type { Parts } from './parts.ts';
import { toolsOf, withSource } from './sourced.ts';
import { secondOpinions } from './second-opinion.ts';
import { secretsOf } from './secrets.ts';

// A chain is a run of each provider in order. What a later one is asked for follows from what the store knows once the earlier
// ones have ended, so that a chain that was killed goes on by the same call, and no stage hands another anything but that.

/** The parts of each provider of a chain, the first one first. */
export type Stages = readonly [Parts, ...Parts[]];

type Wanted = BackfillRequest & { readonly intervals: readonly Interval[] };

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
        placed(source, chain, before.map(neverClosed)),
        now,
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
  const ids = chain.map(({ id }) => id);
  const list = chainList(chain, wanted, first.clock());
  const before = await standingOf(first, wanted, list);
  const earlier: Earlier[] = [];
  const runs: ChainRun[] = [];
  for (const stage of stages) {
    const { capabilities } = stage;
    const { id: provider, quotas } = capabilities;
    const isFirst = earlier.length === 0;
    let asked: ChainRun['asked'] = new Map();
    const onEvent = (event: BackfillEvent): void => {
      if (event.type === 'planned') asked = askedIn(event.plan);
      request.onEvent?.(event);
    };
    const its = isFirst ? wanted : withoutOrigins(wanted);
    const summary = await withSource(stage, async (bare) => {
      const source = placed(bare, chain, earlier);
      if (!isFirst && (await isIdle(its, stage, source))) return undefined;
      request.onEvent?.({
        type: 'asking',
        provider,
        quotas,
        before: ids.slice(0, earlier.length),
        chain: ids,
      });
      return backfill(its, { ...toolsOf(stage, { ...request, onEvent }, its.tickers), ...source });
    });
    if (summary !== undefined) runs.push({ provider, summary, asked });
    if (summary !== undefined && endsAll(summary)) break;
    earlier.push({ capabilities, closed: summary === undefined ? NOTHING_CLOSED : closedIn(summary) });
  }
  const [one, ...others] = runs;
  if (one === undefined) throw new RangeError('a chain of which nobody was asked');
  const isOver = runs.some(({ summary }) => endsAll(summary));
  const opinions = request.secondOpinion && !isOver ? await secondOpinions(stages, runs, request) : undefined;
  const after = await standingOf(first, wanted, list);
  const unserved = (one.summary.notServed ?? []).reduce((sum, { tickers }) => sum + tickers.length, 0);
  const standing = { before, after, unserved: unserved * wanted.intervals.length };
  return chainSummary([one, ...others], standing, opinions);
}

function placed(source: Source, chain: Chain, before: readonly Earlier[]): Source {
  return { ...source, chain: { before: [...before], all: chain } };
}

const NOTHING_CLOSED: Closed = { all: false, intervals: new Set(), series: new Set() };

/** By what is known before anybody was asked. */
function neverClosed({ capabilities }: Parts): Earlier {
  return { capabilities, closed: NOTHING_CLOSED };
}

/** What is wanted is told once. */
function withoutOrigins({ origins: _origins, ...wanted }: Wanted): Wanted {
  return wanted;
}

/** Whether there is nothing to ask a later provider for, nor to note: it needs no run on record. */
async function isIdle(wanted: Wanted, { store, clock }: Parts, source: Source): Promise<boolean> {
  const { expect: _expect, ...quiet } = source;
  const { plan } = await prepare(wanted, store, quiet, clock());
  return plan.tasks.length + plan.outOfReach.length === 0;
}

/** Whether nobody else is asked: the run was told to stop, or nothing can be stored. */
function endsAll({ stopped }: RunSummary): boolean {
  if (stopped === null || stopped.isClosed) return false;
  return ['interrupted', 'store-failed', 'failed'].includes(stopped.reason);
}

async function standingOf(
  { store, clock }: Parts,
  { tickers, intervals }: Wanted,
  list: readonly WantedSeries[],
): Promise<ListStanding> {
  return listStanding(list, await store.scan({ tickers, intervals }), clock());
}
