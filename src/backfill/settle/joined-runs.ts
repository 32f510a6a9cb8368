import { type HoleCounts, NO_HOLES, addHoles, joinUnavailable } from '../../core/coverage/unavailable.ts';
import { BackfillError } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import type { NotServed } from '../../core/plan/plan.ts';
import { shown } from '../../core/shown.ts';
import { sumDrift } from '../drift.ts';
import { ratesOf } from '../run/traffic-rates.ts';
import type { Refusal } from '../run/stops.ts';
import { kindOfLeft } from './left-undone.ts';
import type { ProviderPart } from './provider-part.ts';
import { sumRequestsBy } from './requests-by.ts';
import type { RunSummary } from './summary.ts';

/** What adds up. */
const SUMS = [
  ...(['series', 'complete', 'withHoles', 'waiting', 'unavailable', 'fetched', 'fetchedTickers'] as const),
  ...([
    'failed',
    'notRun',
    'requests',
    'sent',
    'succeeded',
    'retries',
    'throttles',
    'bytesReceived',
    'bars',
    'inserted',
  ] as const),
  ...(['changed', 'revised', 'provisional', 'rejected', 'dropped', 'unfinished', 'fillers'] as const),
] as const;

/**
 * The summaries of runs that followed each other, each of other tickers, as that of one run: it ended as the last of them
 * did, and nothing that failed in any of them is left out. It has no `runId`: each run has its own record. Throws `usage` for none.
 */
export function joinRuns(runs: readonly [RunSummary, ...RunSummary[]]): RunSummary {
  const given: unknown = runs;
  if (!Array.isArray(given) || given.length === 0)
    throw new BackfillError('usage', `joinRuns: runs ${shown(given)}: must be a list of one summary or more`);
  const [{ startedAt }] = runs;
  const { runId: _runId, ...last } = runs.at(-1) ?? runs[0];
  const sums = Object.fromEntries(SUMS.map((name) => [name, sumOf(runs.map((run) => run[name]))]));
  const lost = runs.flatMap((run) => run.lost ?? []);
  const goneList = [...new Set(runs.flatMap((run) => run.goneList ?? []))];
  const notServed = joinNotServed(runs.flatMap((run) => run.notServed ?? []));
  const byProvider = joinParts(runs.flatMap((run) => run.byProvider ?? []));
  const opinions = runs.flatMap((run) => run.secondOpinions ?? []);
  const renamesUnread = runs.find((run) => run.renamesUnread !== undefined)?.renamesUnread;
  const all = { ...last, ...(sums as Record<(typeof SUMS)[number], number>) };
  const offSession = sumOf(runs.map((run) => run.offSession ?? 0));
  const withoutSession = sumOf(runs.map((run) => run.withoutSession ?? 0));
  return {
    ...all,
    ...(offSession > 0 && { offSession }),
    ...(withoutSession > 0 && { withoutSession }),
    ...(runs.some(({ unrecorded }) => unrecorded) && { unrecorded: true }),
    ...ratesOf(all),
    requestsBy: sumRequestsBy(runs.map((run) => run.requestsBy)),
    ...runs.reduce<HoleCounts>(addHoles, NO_HOLES),
    startedAt,
    cannotBeHad: joinUnavailable(
      runs.flatMap((run) => run.cannotBeHad),
      [],
    ),
    newlyUnavailable: runs.some((run) => run.newlyUnavailable),
    newlyLost: {
      sessions: sumOf(runs.map((run) => run.newlyLost.sessions)),
      tickers: [...new Set(runs.flatMap((run) => run.newlyLost.tickers))].toSorted(),
    },
    refused: joinRefusals(runs.flatMap((run) => run.refused)),
    warnings: runs.flatMap((run) => run.warnings),
    notRead: [...new Set(runs.flatMap((run) => run.notRead))],
    drift: sumDrift(runs.map((run) => run.drift)),
    absent: sumAbsent(runs.map((run) => run.absent)),
    failures: runs.flatMap((run) => run.failures),
    left: joinLeft(runs.flatMap((run) => run.left)),
    setAside: runs.flatMap((run) => run.setAside),
    ...(lost.length > 0 && { lost }),
    ...(notServed.length > 0 && { notServed }),
    ...(goneList.length > 0 && { goneList }),
    ...(renamesUnread !== undefined && { renamesUnread }),
    ...(byProvider.length > 0 && { byProvider }),
    ...(opinions.length > 0 && { secondOpinions: opinions }),
  };
}

/** What each provider did in several runs of a chain: it ended as the last that was ended before its time. */
function joinParts(parts: readonly ProviderPart[]): ProviderPart[] {
  return [...grouped(parts, ({ provider }) => provider).values()].map((own) => {
    const [{ runId: _runId, ...first }] = own as [ProviderPart];
    const sum = (name: (typeof PART_SUMS)[number]): number => sumOf(own.map((one) => one[name]));
    const sums = Object.fromEntries(PART_SUMS.map((name) => [name, sum(name)]));
    const all = { ...first, ...(sums as Record<(typeof PART_SUMS)[number], number>) };
    const stopped = own.findLast((one) => one.stopped !== null)?.stopped ?? null;
    const continued = sumOf(own.map((one) => one.continued ?? 0));
    const handedOn = sumOf(own.map((one) => one.handedOn ?? 0));
    const mended = { ...(continued > 0 && { continued }), ...(handedOn > 0 && { handedOn }) };
    return {
      ...{ ...all, ...mended, ...ratesOf(all), stopped },
      requestsBy: sumRequestsBy(own.map((one) => one.requestsBy)),
      refused: joinRefusals(own.flatMap((one) => one.refused)),
    };
  });
}

const PART_SUMS = [
  ...(['requests', 'fetched', 'failed', 'unavailable', 'bars', 'inserted'] as const),
  ...(['sent', 'succeeded', 'retries', 'throttles', 'bytesReceived'] as const),
] as const;

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** An interval that was refused in several runs was refused once. */
function joinRefusals(refusals: readonly Refusal[]): Refusal[] {
  return [...grouped(refusals, ({ interval }) => interval).values()].map((alike) => {
    const [first] = alike as [Refusal];
    return { ...first, tickers: alike.flatMap(({ tickers }) => tickers).toSorted() };
  });
}

function joinLeft(parts: RunSummary['left']): RunSummary['left'] {
  return [...grouped(parts, kindOfLeft).values()].map((group) => {
    const [first] = group as [RunSummary['left'][number]];
    return { ...first, tickers: group.flatMap(({ tickers }) => tickers) };
  });
}

function joinNotServed(parts: readonly NotServed[]): NotServed[] {
  return [...grouped(parts, ({ why, intervals = [] }) => `${intervals.join()} ${why}`).values()].map(
    (alike) => {
      const [first] = alike as [NotServed];
      return { ...first, tickers: alike.flatMap(({ tickers }) => tickers) };
    },
  );
}

function sumAbsent(parts: readonly RunSummary['absent'][]): RunSummary['absent'] {
  const sum: Record<string, number> = {};
  for (const part of parts)
    for (const [reason, sessions] of Object.entries(part)) sum[reason] = (sum[reason] ?? 0) + sessions;
  return sum;
}
