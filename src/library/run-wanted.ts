import { backfill } from '../backfill/backfill.ts';
import type { BackfillRequest, Source } from '../backfill/plan/prepare.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { backfillChain, type Stages } from './chain.ts';
import type { Wanted } from './chain-run.ts';
import type { BackfillOptions } from './history.ts';
import type { Parts } from './parts.ts';
import { type Sourced, sourcedFor, toolsOf, withSource } from './sourced.ts';
import { toppedUpSummary } from './topped-up.ts';

/** Those that a request asks, in their order. */
export function stagesOf(parts: Parts, request: BackfillOptions): Stages {
  const first = sourcedFor(parts, request);
  return [first, ...first.next];
}

/** Asks the providers of a history for what is wanted, which is found out once they are open. */
export async function runWanted(
  stages: Stages,
  wanted: () => Promise<Wanted>,
  request: BackfillOptions,
): Promise<RunSummary> {
  const [sourced] = stages;
  if (stages.length > 1) return backfillChain(stages, await wanted(), request);
  return withSource(sourced, async (source) => backfillAlone(sourced, source, await wanted(), request));
}

/** Asks the only provider of a history. */
async function backfillAlone(
  sourced: Sourced,
  source: Source,
  wanted: BackfillRequest,
  request: BackfillOptions,
): Promise<RunSummary> {
  const { origins: _origins, ...rest } = wanted;
  const run = (its: BackfillRequest): Promise<RunSummary> =>
    backfill(its, { ...toolsOf(sourced, request, its.tickers, request), ...source });
  return toppedUpSummary(await run(wanted), wanted.tickers, (tickers) => run({ ...rest, tickers }));
}
