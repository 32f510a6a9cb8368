import { runPrepared } from '../backfill/backfill.ts';
import { judgeOpinion } from '../backfill/settle/judge-opinion.ts';
import { askableOf, prepareOpinions, unheardOf } from '../backfill/settle/second-opinion.ts';
import type { BackfillEvent } from '../backfill/run/events.ts';
import type { ChainRun } from '../backfill/settle/chain-summary.ts';
import type { SecondOpinion } from '../backfill/settle/provider-part.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import type { OddSession, RecordedChain } from '../backfill/run/run-record.ts';
import { saidBy } from '../core/said-by.ts';
import { parseDay } from '../core/session/day.ts';
import type { Wanted } from './chain-run.ts';
import type { BackfillOptions } from './history.ts';
import { lastRuns } from './left-undone.ts';
import type { Parts } from './parts.ts';
import { sourceOf, toolsOf } from './sourced.ts';

/** What others of a chain say of what is odd, and the runs in which they were asked. */
export interface Opinions {
  readonly said: readonly SecondOpinion[];
  readonly runs: readonly ChainRun[];
}

/**
 * Asks of each odd session that a run of the chain stored the first other provider that can have it, and again of those of
 * which it came to no answer before. Revises nothing: bars of another source stay.
 */
export async function secondOpinions(
  stages: readonly Parts[],
  runs: readonly ChainRun[],
  { tickers, intervals, begunAt, ...request }: Wanted & BackfillOptions & { readonly begunAt: number },
): Promise<Opinions> {
  const chain: RecordedChain = { providers: stages.map(({ capabilities }) => capabilities.id), begunAt };
  const said: (readonly SecondOpinion[])[] = [];
  const asked: ChainRun[] = [];
  const isMeant = new Set(tickers.flatMap((ticker) => intervals.map((interval) => `${ticker} ${interval}`)));
  let left = runs.flatMap(({ provider, summary }) =>
    summary.warnings.map((warning) => ({ provider, warning })),
  );
  for (const stage of stages) {
    const { id: provider } = stage.capabilities;
    const ofOthers = left.filter((one) => one.provider !== provider).map(({ warning }) => warning);
    const before = unheardOf(await lastRuns(stage.store), provider).filter(({ ticker, interval }) =>
      isMeant.has(`${ticker} ${interval}`),
    );
    const odd = askableOf<OddSession>([...ofOthers, ...before], stage.capabilities, stage.clock());
    if (odd.length === 0) continue;
    left = left.filter(({ warning }) => !odd.includes(warning));
    const run = await askOpinions(stage, odd, chain, request);
    said.push(run.said);
    asked.push({ provider, summary: run.summary, asked: new Map(), empty: new Set() });
    if (run.summary.stopped?.reason === 'interrupted') break;
  }
  return { said: said.flat(), runs: asked };
}

/** What one provider says of odd sessions, each of which has an entry. */
async function askOpinions(
  stage: Parts,
  odd: readonly OddSession[],
  chain: RecordedChain,
  { stop, onEvent: tell }: Pick<BackfillOptions, 'stop' | 'onEvent'>,
): Promise<{ readonly said: readonly SecondOpinion[]; readonly summary: RunSummary }> {
  const { id: provider, quotas } = stage.capabilities;
  const said = new Map<OddSession, SecondOpinion>();
  const onEvent = (event: BackfillEvent): void => {
    if (event.type === 'planned') {
      const { requests } = event.plan.totals;
      tell?.({ type: 'opinion', provider, quotas, sessions: odd.length, requests });
    }
    if (event.type !== 'finished') return;
    const { series, range, opinionOf } = event.want;
    const about = odd.find(
      ({ ticker, interval, session }) =>
        ticker === series.ticker && interval === series.interval && parseDay(session) === opinionOf,
    );
    if (about !== undefined) said.set(about, judgeOpinion(about, provider, range, event.result));
  };
  const opinions = odd.map(({ ticker, interval, session, kind }) => ({ ticker, interval, session, kind }));
  const summary = await runPrepared(
    (store, now) => prepareOpinions(odd, store, sourceOf(stage), now),
    toolsOf(stage, { ...(stop && { stop }), onEvent }, [...new Set(odd.map(({ ticker }) => ticker))]),
    { opinions, chain },
  );
  const why = summary.stopped?.message ?? summary.refused[0]?.message ?? 'it was not asked';
  const unasked = opinions.map((about): SecondOpinion => ({
    ...{ ...about, provider },
    ...{ says: 'unheard', note: saidBy(provider, why) },
  }));
  return { said: odd.flatMap((about, i) => said.get(about) ?? unasked[i] ?? []), summary };
}
