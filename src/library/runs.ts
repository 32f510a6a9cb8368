import { withoutPassword } from '../core/without-password.ts';
import { plannedEvent, runPrepared } from '../backfill/backfill.ts';
import { type BackfillRequest, prepare } from '../backfill/plan/prepare.ts';
import { prepareVerification } from '../backfill/plan/verify.ts';
import { assertAnyIsAsked } from '../backfill/plan/chain-list.ts';
import { fetchingAnyMinutes } from '../backfill/want/ask-again.ts';
import { DERIVED_FROM } from '../backfill/want/derived.ts';
import { isUniverse } from '../backfill/want/universe.ts';
import { rangeMeant, rangeText } from '../backfill/want/wanted.ts';
import { BackfillError } from '../core/errors.ts';
import { utcDayOf } from '../core/session/day.ts';
import type { Universe } from '../core/universe/universe.ts';
import type { Interval } from '../core/session/interval.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { requestOfLeft } from '../backfill/want/left-series.ts';
import { openProvider } from '../providers/registry.ts';
import { chainOf, planChain } from './chain.ts';
import { checkRequest } from './check-request.ts';
import type { BackfillOptions, History, UniverseRequest } from './history.ts';
import type { SourceNote } from './source-note.ts';
import { assertProvider, hasNoProvider } from './no-provider.ts';
import { type Parts, scanOptionsOf } from './parts.ts';
import { leftUndoneIn } from './left-undone.ts';
import { runWanted, stagesOf } from './run-wanted.ts';
import { sourcedFor, sourceOf, toolsOf, withSource } from './sourced.ts';
import { unknownQuotaNotes } from './run-tools.ts';
import { assertWritable, carryOut, isWritten, planWritten, writePlan } from './written-plan.ts';

/** One final session in a hundred. */
const DEFAULT_SAMPLE = 0.01;

/** The methods that ask a provider, or would. */
export function runsOf(
  parts: Parts,
): Pick<History, 'notes' | 'universe' | 'plan' | 'leftUndone' | 'backfill' | 'verify'> {
  const { store, clock } = parts;
  return {
    notes: async () => {
      const all = await Promise.all([parts, ...parts.next].map(notesOf));
      return all.flat();
    },
    universe: (request = {}) => universeMeant(parts, request),
    leftUndone: async (request = {}) => {
      checkRequest(request);
      return leftUndoneIn(stagesOf(parts, request), request);
    },
    plan: async (request = {}) => {
      assertProvider(parts, 'plan');
      if (isWritten(request) && request.to === undefined) return planWritten(parts, request);
      const stages = stagesOf(parts, request);
      if (request.to !== undefined)
        assertWritable(
          request,
          chainOf(stages).map(({ id }) => id),
        );
      if (stages.length > 1) return planChain(stages, await requestOf(parts, request, false), request);
      return withSource(sourcedFor(parts, request), async (source) => {
        const wanted = await requestOf(parts, request, false);
        const prepared = await prepare(wanted, store, source, clock(), { isPriced: true });
        if (request.to !== undefined) await writePlan(request.to, prepared, wanted.lives ?? new Map(), parts);
        request.onEvent?.(plannedEvent(prepared));
        return prepared.plan;
      });
    },
    backfill: async (request = {}) => {
      assertProvider(parts, 'backfill');
      checkRequest(request);
      const { queue } = parts.options;
      if (queue === undefined) return backfillNow(parts, request);
      const { throughQueue } = await import('./through-queue.ts');
      const universe = (asked: BackfillOptions): Promise<Universe> => universeMeant(parts, asked);
      return throughQueue(parts, request, { queue, universe, run: (asked) => backfillNow(parts, asked) });
    },
    verify: async (request) => {
      assertProvider(parts, 'verify');
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

/** A run, or what of one was written out. */
async function backfillNow(parts: Parts, request: BackfillOptions): Promise<RunSummary> {
  if (isWritten(request)) return carryOut(parts, request);
  const stages = stagesOf(parts, request);
  if (request.secondOpinion && stages.length === 1 && !request.derive)
    throw new BackfillError(
      'usage',
      `secondOpinion: "${parts.capabilities.id}" is the only provider; name another one that can be asked`,
    );
  return runWanted(stages, () => requestOf(parts, request, true), request);
}

/** The universe of a backfill, which is refused for what the whole of it would be refused for. */
async function universeMeant(
  parts: Parts,
  { keeps = false, ...request }: UniverseRequest,
): Promise<Universe> {
  const chain = chainOf(stagesOf(parts, request));
  const wanted = await requestOf(parts, request, keeps);
  const { tickers, lives = new Map(), origins = [], intervals, isAllListed } = wanted;
  const range = rangeMeant(wanted, chain[0]);
  assertAnyIsAsked(chain, { ...wanted, isPart: false }, parts.clock());
  request.onEvent?.({ type: 'meant', meant: { origins, range: rangeText(range), intervals } });
  return { tickers, lives, ...(isAllListed && { isAllListed }) };
}

async function notesOf(parts: Parts): Promise<readonly SourceNote[]> {
  const { options, config, capabilities } = parts;
  if (hasNoProvider(parts)) return [];
  if (capabilities.metered) return unknownQuotaNotes(options, config, capabilities);
  const provider = await openProvider(config);
  try {
    return (provider.notes?.() ?? []).map((text) => ({ kind: 'note', text }));
  } finally {
    await provider.close();
  }
}

/** `keeps`: what is made or fetched for it is kept in the store. */
async function requestOf(
  parts: Parts,
  request: BackfillOptions,
  keeps: boolean,
): Promise<BackfillRequest & { readonly intervals: readonly Interval[] }> {
  checkRequest(request);
  if (request.retryFailed) {
    const { series } = await leftUndoneIn(stagesOf(parts, request), request);
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
async function tickersToDerive(parts: Parts, request: BackfillOptions): Promise<readonly string[]> {
  const { tickers, stop } = request;
  const named = await parts.tickersToRead(tickers, stop);
  if (named !== undefined) return named;
  const { series } = await parts.store.scan({ intervals: [DERIVED_FROM] });
  const stored = [...new Set([...series.values()].map((one) => one.series.ticker))];
  if (stored.length > 0) return stored;
  throw new BackfillError(
    'usage',
    `nothing to derive from: no ${DERIVED_FROM} bars are stored in ${withoutPassword(parts.options.store)}; ` +
      `fetch them first: ${fetchingAnyMinutes(parts.config, request)}`,
  );
}
