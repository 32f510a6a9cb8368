import { type BackfillTools, backfill, plannedEvent, runPrepared } from '../backfill/backfill.ts';
import { type BackfillRequest, type Source, prepare } from '../backfill/plan/prepare.ts';
import { prepareVerification } from '../backfill/plan/verify.ts';
import { stagedAs } from '../backfill/run/staged-source.ts';
import { utcDayOf } from '../core/session/day.ts';
import { threadEntry } from '../pool/entry.ts';
import { openProvider } from '../providers/registry.ts';
import { checkRequest } from './check-request.ts';
import type { BackfillOptions, History } from './history.ts';
import { type Parts, scanOptionsOf } from './parts.ts';
import type { Claim } from './turns.ts';
import { secretsOf } from './secrets.ts';
import { standingOf, unknownQuotaNotes } from './run-tools.ts';

/** One final session in a hundred. */
const DEFAULT_SAMPLE = 0.01;

/** The methods that ask a provider, or would. */
export function runsOf(parts: Parts): Pick<History, 'notes' | 'plan' | 'backfill' | 'verify'> {
  const { store, clock } = parts;
  return {
    notes: () => notesOf(parts),
    plan: (request = {}) =>
      withSource(parts, async (source) => {
        const prepared = await prepare(await requestOf(parts, request), store, source, clock());
        request.onEvent?.(plannedEvent(prepared));
        return prepared.plan;
      }),
    backfill: (request = {}) =>
      withSource(parts, async (source) => {
        const wanted = await requestOf(parts, request);
        return backfill(wanted, { ...toolsOf(parts, request, wanted.tickers), ...source });
      }),
    verify: async (request) => {
      checkRequest(request);
      const { sample = DEFAULT_SAMPLE, seed = utcDayOf(clock()) } = request;
      const { tickers: _tickers, intervals: _intervals, ...range } = request;
      const drawn = { ...range, ...(await scanOptionsOf(parts, request)), sample, seed };
      return runPrepared(
        (opened, now) => prepareVerification(drawn, opened, sourceOf(parts), now),
        toolsOf(parts, request, drawn.tickers ?? 'all'),
      );
    },
  };
}

async function notesOf({ options, config, capabilities }: Parts): Promise<readonly string[]> {
  if (capabilities.metered) return unknownQuotaNotes(options, config, capabilities);
  const provider = await openProvider(config);
  try {
    return provider.notes?.() ?? [];
  } finally {
    await provider.close();
  }
}

/** Plans or runs with what is known of a source without asking it. */
async function withSource<T>(parts: Parts, run: (source: Source) => Promise<T>): Promise<T> {
  const { config, capabilities } = parts;
  if (capabilities.metered) return run(sourceOf(parts));
  // A mistake in a folder's configuration is one error here instead of one a ticker.
  const provider = await openProvider(config);
  try {
    return await run({
      ...sourceOf(parts),
      editionOf: (ticker) => provider.editionOf?.(ticker) ?? null,
      ...(provider.ownListOf && { ownListOf: (ticker) => provider.ownListOf?.(ticker) ?? null }),
    });
  } finally {
    await provider.close();
  }
}

function sourceOf({ options, config, capabilities }: Parts): Source {
  const standing = (): ReturnType<typeof standingOf> => standingOf(options, config, capabilities);
  return { capabilities, standing, stagedAs: stagedAs(config) };
}

async function requestOf({ tickersToFetch }: Parts, request: BackfillOptions): Promise<BackfillRequest> {
  checkRequest(request);
  const tickers = await tickersToFetch(request.tickers, request);
  return { ...request, tickers, intervals: [...new Set(request.intervals ?? ['1d' as const])] };
}

function toolsOf(
  parts: Parts,
  { onEvent, stop }: Pick<BackfillOptions, 'onEvent' | 'stop'>,
  claim: Claim,
): BackfillTools {
  const { options, config, capabilities, engine, store, clock } = parts;
  // What these throw, they throw before a lock is taken or a quota opened.
  threadEntry();
  const secrets = secretsOf(options, capabilities);
  return {
    ...sourceOf(parts),
    store,
    acquire: () => engine.acquire(claim, stop),
    staging: engine.staging,
    context: { storeUrl: options.store, provider: config },
    expect: (tasks) => engine.expect(tasks),
    startRunner: (tasks) => engine.startRunner(tasks, secrets),
    clock,
    ...(onEvent && { onEvent }),
    ...(stop && { stop }),
  };
}
