import { seriesKey } from '../core/bars/bars.ts';
import { backfill, type BackfillTools } from '../backfill/backfill.ts';
import { type BackfillRequest, type Source, prepare } from '../backfill/plan/prepare.ts';
import type { Chain } from '../backfill/plan/chain-list.ts';
import type { Earlier } from '../backfill/plan/cannot-give.ts';
import type { ChainPlace } from '../backfill/plan/handed-on.ts';
import { unnamedIn } from '../backfill/plan/unnamed.ts';
import type { BackfillEvent } from '../backfill/run/events.ts';
import { askedAgain } from '../backfill/settle/asked-again.ts';
import { askedIn, type ChainRun } from '../backfill/settle/chain-summary.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Interval } from '../core/session/interval.ts';
import type { BackfillOptions } from './history.ts';
import type { Parts } from './parts.ts';
import { toolsOf, withSource } from './sourced.ts';
import { toppedUp } from './topped-up.ts';

/** What is wanted of a chain. */
export type Wanted = BackfillRequest & { readonly intervals: readonly Interval[] };

/** Where a provider stands in its chain. */
interface Turn {
  readonly chain: Chain;
  /** Those that were asked before it. */
  readonly earlier: readonly Earlier[];
  /** When the first of them was begun to be asked, ms since the epoch. */
  readonly begunAt: number;
  /** The run by which it is on record already. Default: it is not. */
  readonly runId: string | undefined;
  /** As of `BackfillTools`. */
  readonly beforeRecord: (summary: RunSummary) => Promise<void>;
}

/**
 * Asks one provider of a chain; undefined where there is nothing to ask a later one for. Series that its answers for whole
 * markets do not name are asked for by themselves before anybody else is.
 */
export async function askStage(
  stage: Parts,
  { chain, earlier, begunAt, runId, beforeRecord }: Turn,
  wanted: Wanted,
  request: BackfillOptions,
): Promise<ChainRun | undefined> {
  const place: ChainPlace = { before: [...earlier], all: chain, begunAt };
  const its = earlier.length === 0 ? wanted : withoutOrigins(wanted);
  return withSource(stage, async (bare) => {
    const source = { ...bare, chain: place };
    if (earlier.length > 0 && runId === undefined && (await isIdle(its, stage, source))) return undefined;
    tellAsking(stage, place, request);
    const own = { beforeRecord, ...(runId !== undefined && { runId }) };
    const { plan, ...first } = await runStage(stage, its, { ...source, ...own }, request);
    const topUp = { ...bare, chain: place, beforeRecord };
    const run = await toppedUp(first, its.tickers, async (tickers) => {
      const rest = { ...withoutOrigins(its), tickers };
      const { plan: _plan, ...again } = await runStage(stage, rest, topUp, request);
      return again;
    });
    const isLast = earlier.length === chain.length - 1;
    if (isLast || plan === undefined || run.summary.stopped !== null) return run;
    const scan = await stage.store.scan({ tickers: its.tickers, intervals: its.intervals });
    const unnamed = unnamedIn(plan, scan, stage.capabilities);
    if (unnamed.size === 0) return run;
    tellAsking(stage, place, request, unnamed.size);
    // What is there was fetched again by now.
    const rest = { ...withoutOrigins(its), everything: false };
    const asked = { ...bare, chain: { ...place, unnamed }, beforeRecord };
    const again = await runStage(stage, rest, asked, request);
    return askedAgain(run, again);
  });
}

/** What is wanted is told once. */
export function withoutOrigins({ origins: _origins, ...wanted }: Wanted): Wanted {
  return wanted;
}

async function runStage(
  stage: Parts,
  wanted: Wanted,
  source: Source & Pick<BackfillTools, 'runId' | 'beforeRecord'>,
  request: BackfillOptions,
): Promise<ChainRun & { readonly plan: Plan | undefined }> {
  let plan: Plan | undefined;
  const [empty, others] = [new Set<string>(), new Set<string>()];
  const onEvent = (event: BackfillEvent): void => {
    if (event.type === 'planned') ({ plan } = event);
    if (event.type === 'finished') {
      const isEmpty = event.result.ok && event.result.report.unconfirmed !== null;
      (isEmpty ? empty : others).add(seriesKey(event.want.series));
    }
    request.onEvent?.(event);
  };
  const tools = toolsOf(stage, { ...request, onEvent }, wanted.tickers, request);
  const summary: RunSummary = await backfill(wanted, { ...tools, ...source });
  const asked = plan === undefined ? new Map<string, string>() : askedIn(plan);
  return {
    provider: stage.capabilities.id,
    summary,
    asked,
    empty: new Set([...empty].filter((key) => !others.has(key))),
    plan,
  };
}

function tellAsking(
  { capabilities: { id: provider, quotas, intervals } }: Parts,
  { before, all }: ChainPlace,
  { onEvent }: BackfillOptions,
  unnamed?: number,
): void {
  const [earlier, chain] = [before.map((one) => one.capabilities.id), all.map(({ id }) => id)];
  const isLast = before.length === all.length - 1;
  const asksUnnamed = Object.entries(intervals).flatMap(([interval, { market }]) =>
    market === undefined || market.hasAllSeries === true ? [] : [interval as Interval],
  );
  onEvent?.({
    ...{ type: 'asking', provider, quotas, before: earlier, chain },
    ...(unnamed !== undefined && { unnamed }),
    ...(unnamed === undefined && !isLast && asksUnnamed.length > 0 && { asksUnnamed }),
  });
}

/** Whether there is nothing to ask a later provider for, nor to note: it needs no run on record. */
async function isIdle(wanted: Wanted, { store, clock }: Parts, source: Source): Promise<boolean> {
  const { expect: _expect, ...quiet } = source;
  const { plan } = await prepare(wanted, store, quiet, clock());
  return plan.tasks.length + plan.outOfReach.length === 0;
}
