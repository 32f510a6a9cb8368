import { type BackfillTools, backfill, plannedEvent, runPrepared } from '../backfill/backfill.ts';
import { type BackfillRequest, type Source, prepare } from '../backfill/plan/prepare.ts';
import { prepareVerification } from '../backfill/plan/verify.ts';
import { stagedAs } from '../backfill/run/staged-source.ts';
import { DERIVED_FROM, derivedFrom } from '../backfill/want/derived.ts';
import { partServed } from '../backfill/want/served.ts';
import { isUniverse } from '../backfill/want/universe.ts';
import { rangeMeant, rangeText, wantedSeries } from '../backfill/want/wanted.ts';
import { BackfillError } from '../core/errors.ts';
import { utcDayOf } from '../core/session/day.ts';
import type { Universe } from '../core/universe/universe.ts';
import type { Interval } from '../core/session/interval.ts';
import { requestOfLeft } from '../backfill/want/left-series.ts';
import { threadEntry } from '../pool/entry.ts';
import { openProvider } from '../providers/registry.ts';
import { checkRequest } from './check-request.ts';
import type { BackfillOptions, History, SourceNote, UniverseRequest } from './history.ts';
import { type Parts, scanOptionsOf } from './parts.ts';
import { leftUndoneOf } from './left-undone.ts';
import type { Claim } from './turns.ts';
import { secretsOf } from './secrets.ts';
import { standingOf, unknownQuotaNotes } from './run-tools.ts';

/** One final session in a hundred. */
const DEFAULT_SAMPLE = 0.01;

/** The methods that ask a provider, or would. */
export function runsOf(
  parts: Parts,
): Pick<History, 'notes' | 'universe' | 'plan' | 'leftUndone' | 'backfill' | 'verify'> {
  const { store, clock } = parts;
  return {
    notes: () => notesOf(parts),
    universe: (request = {}) => universeMeant(parts, request),
    leftUndone: async (request = {}) => {
      checkRequest(request);
      return leftUndoneOf(sourcedFor(parts, request), request);
    },
    plan: (request = {}) =>
      withSource(sourcedFor(parts, request), async (source) => {
        const prepared = await prepare(await requestOf(parts, request, false), store, source, clock());
        request.onEvent?.(plannedEvent(prepared));
        return prepared.plan;
      }),
    backfill: (request = {}) => {
      const sourced = sourcedFor(parts, request);
      return withSource(sourced, async (source) => {
        const wanted = await requestOf(parts, request, true);
        return backfill(wanted, { ...toolsOf(sourced, request, wanted.tickers), ...source });
      });
    },
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

/** The universe of a backfill, which is refused for what the whole of it would be refused for. */
async function universeMeant(
  parts: Parts,
  { keeps = false, ...request }: UniverseRequest,
): Promise<Universe> {
  const { capabilities } = sourcedFor(parts, request);
  const wanted = await requestOf(parts, request, keeps);
  const { tickers, lives = new Map(), origins = [], intervals } = wanted;
  const range = rangeMeant(wanted, capabilities);
  const { served } = partServed(tickers, intervals, capabilities);
  wantedSeries(served, intervals, range, capabilities, parts.clock(), { lives });
  request.onEvent?.({ type: 'meant', meant: { origins, range: rangeText(range), intervals } });
  return { tickers, lives };
}

/** What a request takes its bars from: the provider, or the store itself. */
interface Sourced extends Parts {
  readonly isDerived?: true;
}

function sourcedFor(parts: Parts, { derive = false }: BackfillOptions): Sourced {
  return derive ? { ...parts, capabilities: derivedFrom(parts.capabilities), isDerived: true } : parts;
}

async function notesOf({ options, config, capabilities }: Parts): Promise<readonly SourceNote[]> {
  if (capabilities.metered) return unknownQuotaNotes(options, config, capabilities);
  const provider = await openProvider(config);
  try {
    return (provider.notes?.() ?? []).map((text) => ({ kind: 'note', text }));
  } finally {
    await provider.close();
  }
}

/** Plans or runs with what is known of a source without asking it. */
async function withSource<T>(parts: Sourced, run: (source: Source) => Promise<T>): Promise<T> {
  const { config, capabilities, isDerived } = parts;
  if (capabilities.metered || isDerived) return run(sourceOf(parts));
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

/** `keeps`: what is made or fetched for it is kept in the store. */
async function requestOf(
  parts: Parts,
  request: BackfillOptions,
  keeps: boolean,
): Promise<BackfillRequest & { readonly intervals: readonly Interval[] }> {
  checkRequest(request);
  if (request.retryFailed) {
    const { series } = await leftUndoneOf(sourcedFor(parts, request), request);
    return { ...request, ...requestOfLeft(series, request) };
  }
  const intervals = [...new Set(request.intervals ?? ['1d' as const])];
  const part = isUniverse(request.tickers) ? request.tickers : undefined;
  const meant = {
    ...{ ...request, intervals, isPart: part !== undefined },
    ...(part?.batch && { batch: part.batch }),
  };
  if (!request.derive)
    return {
      ...meant,
      ...(await parts.universeToFetch(request.tickers, { ...request, keeps })),
    };
  if (intervals.includes(DERIVED_FROM))
    throw new BackfillError(
      'usage',
      `${DERIVED_FROM} bars are what others are derived from; fetch them by a call of its own`,
    );
  return { ...meant, tickers: await tickersToDerive(parts, request) };
}

/** Those that are named, or all that have something to derive from. */
async function tickersToDerive(parts: Parts, { tickers, stop }: BackfillOptions): Promise<readonly string[]> {
  const named = await parts.tickersToRead(tickers, stop);
  if (named !== undefined) return named;
  const { series } = await parts.store.scan({ intervals: [DERIVED_FROM] });
  const stored = [...new Set([...series.values()].map((one) => one.series.ticker))];
  if (stored.length > 0) return stored;
  throw new BackfillError(
    'usage',
    `nothing to derive from: no ${DERIVED_FROM} bars are stored in ${parts.options.store}; ` +
      `fetch them first, with --interval ${DERIVED_FROM}`,
  );
}

function toolsOf(
  parts: Sourced,
  { onEvent, stop }: Pick<BackfillOptions, 'onEvent' | 'stop'>,
  claim: Claim,
): BackfillTools {
  const { options, config, capabilities, engine, store, clock } = parts;
  // What these throw, they throw before a lock is taken or a quota opened.
  threadEntry();
  const secrets = secretsOf(options, capabilities);
  const { isDerived } = parts;
  return {
    ...sourceOf(parts),
    store,
    acquire: () => engine.acquire(claim, stop),
    staging: engine.staging,
    context: { storeUrl: options.store, provider: config, ...(isDerived && { isDerived }) },
    expect: (tasks) => engine.expect(tasks),
    startRunner: (tasks) => engine.startRunner(tasks, secrets),
    clock,
    ...(onEvent && { onEvent }),
    ...(stop && { stop }),
  };
}
