import type { BackfillTools } from '../backfill/backfill.ts';
import type { Source } from '../backfill/plan/prepare.ts';
import { stagedAs } from '../backfill/run/staged-source.ts';
import { derivedFrom } from '../backfill/want/derived.ts';
import { threadEntry } from '../pool/entry.ts';
import type { Lease } from '../store/store.ts';
import type { Secrets } from '../providers/provider.ts';
import { openProvider } from '../providers/registry.ts';
import type { BackfillOptions } from './history.ts';
import type { Parts } from './parts.ts';
import { startQueueRun, withOrphan } from './queue-run.ts';
import { standingOf } from './run-tools.ts';
import { secretsOf } from './secrets.ts';
import type { Claim } from './turns.ts';

/** What a request takes its bars from: the provider, or the store itself. */
export interface Sourced extends Parts {
  readonly isDerived?: true;
}

export function sourcedFor(parts: Parts, { derive = false }: BackfillOptions): Sourced {
  return derive
    ? { ...parts, capabilities: derivedFrom(parts.capabilities), next: [], isDerived: true }
    : parts;
}

/** Plans or runs with what is known of a source without asking it. */
export async function withSource<T>(parts: Sourced, run: (source: Source) => Promise<T>): Promise<T> {
  const { config, capabilities, isDerived } = parts;
  if (capabilities.metered || isDerived) return run(sourceOf(parts));
  // A mistake in a folder's configuration is one error here instead of one a ticker.
  const provider = await openProvider(config);
  try {
    return await run({
      ...sourceOf(parts),
      editionOf: (ticker) => provider.editionOf?.(ticker) ?? null,
      ...(provider.notListed && { notListed: () => provider.notListed?.() ?? [] }),
      ...(provider.ownListOf && { ownListOf: (ticker) => provider.ownListOf?.(ticker) ?? null }),
    });
  } finally {
    await provider.close();
  }
}

export function sourceOf({ options, config, capabilities, isDerived }: Sourced): Source {
  const standing = (): ReturnType<typeof standingOf> => standingOf(options, config, capabilities);
  return { capabilities, standing, stagedAs: stagedAs(config), ...(isDerived && { isDerived }) };
}

/** Who executes the tasks of runs: the threads of this process, or machines. */
function runnersOf(
  { options, engine, store, attached }: Sourced,
  secrets: Secrets,
  onEvent: BackfillOptions['onEvent'],
  request: BackfillOptions | undefined,
): Pick<BackfillTools, 'startRunner' | 'expect'> {
  const { queue } = options;
  if (queue === undefined)
    return {
      expect: (tasks) => engine.expect(tasks),
      startRunner: (tasks) => engine.startRunner(tasks, secrets),
    };
  const onNote = (line: string): void => onEvent?.({ type: 'note', line });
  return {
    startRunner: (_, run) =>
      startQueueRun({ ...options, queue }, run, store, {
        onNote,
        request,
        isAttached: run.id === attached?.id,
        isWatched: attached?.isWatched === true,
      }),
  };
}

/** The run that is gone on with goes on once: what comes after it is a run of its own. */
function goingOn({ attached }: Sourced): Pick<BackfillTools, 'runId'> {
  const runId = attached?.take();
  return runId === undefined ? {} : { runId };
}

/** Tells of the store's lock by the run that holds it, where the queue knows of one that nobody plans any more. */
async function acquired(
  { engine, options: { queue }, store }: Sourced,
  claim: Claim,
  stop: AbortSignal | undefined,
): Promise<Lease> {
  try {
    return await engine.acquire(claim, stop);
  } catch (error) {
    throw queue === undefined ? error : await withOrphan(error, queue, store);
  }
}

/** `kept`: the request, where another planner can go on with it. Default: none can. */
export function toolsOf(
  parts: Sourced,
  { onEvent, stop }: Pick<BackfillOptions, 'onEvent' | 'stop'>,
  claim: Claim,
  kept?: BackfillOptions,
): BackfillTools {
  const { options, config, capabilities, engine, store, clock } = parts;
  // What these throw, they throw before a lock is taken or a quota opened.
  if (options.queue === undefined) threadEntry();
  const secrets = secretsOf(options, capabilities);
  const { isDerived } = parts;
  return {
    ...sourceOf(parts),
    store,
    acquire: () => acquired(parts, claim, stop),
    staging: engine.staging,
    context: { storeUrl: options.store, provider: config, ...(isDerived && { isDerived }) },
    ...runnersOf(parts, secrets, onEvent, kept),
    ...goingOn(parts),
    takeInRecorded: ({ scan, plan }) => {
      const tickers = plan.tasks.flatMap(({ wants }) => wants.map(({ series }) => series.ticker));
      return parts.settling.begin(scan, new Set(tickers));
    },
    clock,
    ...(onEvent && { onEvent }),
    ...(stop && { stop }),
  };
}
