import { runPrepared } from '../backfill/backfill.ts';
import { askableOf, prepareOpinions } from '../backfill/settle/second-opinion.ts';
import type { BackfillEvent } from '../backfill/run/events.ts';
import type { ChainRun } from '../backfill/settle/chain-summary.ts';
import type { SecondOpinion } from '../backfill/settle/provider-part.ts';
import type { Warning } from '../backfill/settle/warnings.ts';
import type { SeriesResult } from '../backfill/runner.ts';
import { formatDay } from '../core/session/day.ts';
import type { BackfillOptions } from './history.ts';
import type { Parts } from './parts.ts';
import { sourceOf, toolsOf } from './sourced.ts';

/** What others of a chain say of what is odd, and the runs in which they were asked. */
export interface Opinions {
  readonly said: readonly SecondOpinion[];
  readonly runs: readonly ChainRun[];
}

/**
 * Asks of each odd session that a run of the chain stored the first other provider that can have it. Revises nothing: bars of
 * another source stay.
 */
export async function secondOpinions(
  stages: readonly Parts[],
  runs: readonly ChainRun[],
  request: BackfillOptions,
): Promise<Opinions> {
  const said: SecondOpinion[] = [];
  const asked: ChainRun[] = [];
  let left = runs.flatMap(({ provider, summary }) =>
    summary.warnings.map((warning) => ({ provider, warning })),
  );
  for (const stage of stages) {
    const { id: provider, quotas } = stage.capabilities;
    const ofOthers = left.filter((one) => one.provider !== provider).map(({ warning }) => warning);
    const odd = askableOf(ofOthers, stage.capabilities, stage.clock());
    if (odd.length === 0) continue;
    left = left.filter(({ warning }) => !odd.includes(warning));
    request.onEvent?.({ type: 'opinion', provider, quotas, sessions: odd.length });
    const onEvent = (event: BackfillEvent): void => {
      if (event.type !== 'finished') return;
      const { series, range } = event.want;
      const about = odd.find(
        ({ ticker, interval, session }) =>
          ticker === series.ticker && interval === series.interval && session === formatDay(range.from),
      );
      if (about !== undefined) said.push(opinionOf(about, provider, event.result));
    };
    const tickers = [...new Set(odd.map(({ ticker }) => ticker))];
    const { onEvent: _onEvent, ...quiet } = request;
    const summary = await runPrepared(
      (store, now) => prepareOpinions(odd, store, sourceOf(stage), now),
      toolsOf(stage, { ...quiet, onEvent }, tickers),
    );
    asked.push({ provider, summary, asked: new Map() });
    if (summary.stopped?.reason === 'interrupted') break;
  }
  return { said, runs: asked };
}

/** What an answer says of a session, by how it compares with the stored bars. */
function opinionOf(
  { ticker, interval, session, kind }: Warning,
  provider: string,
  result: SeriesResult,
): SecondOpinion {
  const about = { ticker, interval, session, kind, provider };
  if (!result.ok) return { ...about, says: 'refused', note: result.error.message };
  const all = Object.values(result.report.drift);
  const sum = (name: 'compared' | 'changed'): number => all.reduce((total, one) => total + one[name], 0);
  const [compared, changed] = [sum('compared'), sum('changed')];
  if (compared === 0) return { ...about, says: 'no-bar', note: `${provider} has no bar of it` };
  if (changed === 0) return { ...about, says: 'same', note: `${provider} has the same` };
  const worst = all.reduce((most, one) => Math.max(most, one.worst), 0);
  const note = `${changed} of ${compared} bars are others at ${provider} (${Number((100 * worst).toPrecision(2))} % at most)`;
  return { ...about, says: 'other', note };
}
