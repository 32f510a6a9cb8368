import type { Want } from '../../core/plan/task.ts';
import { askedOtherwise } from '../plan/asked-otherwise.ts';
import type { Prepared } from '../plan/prepare.ts';
import type { BackfillEvent } from '../run/events.ts';
import { type HandOut, nothingDone, TaskHandOut } from '../run/hand-out.ts';
import type { StormMeasure } from '../run/ledger.ts';
import type { SeriesResult } from '../runner.ts';
import { besideProbe } from './beside-probe.ts';
import { type ProbeTools, measuredBy, probeFor } from './probe.ts';
import { refetchRestated } from './restated.ts';

type ProbeSource = Pick<ProbeTools, 'capabilities' | 'store'>;

/** Hands out a plan, and what comes of it; gives what its storms are measured by, where that was tried. */
export async function handOutPlan(
  prepared: Prepared,
  handingOut: HandOut,
  tools: ProbeSource,
): Promise<StormMeasure | undefined> {
  const { plan, scan } = prepared;
  const { done, clock } = handingOut;
  const { results } = done;
  const { capabilities } = tools;
  const handOut = new TaskHandOut(handingOut);
  const { first, rest } = besideProbe(plan, capabilities);
  await handOut.all(first);
  const early = rest.length === 0 ? undefined : await probed(prepared, handingOut, tools);
  const answered = results.tickers;
  await handOut.all(rest);
  await handOut.all(askedOtherwise(done.refused, capabilities, clock()));
  const before = { scan, planned: plan.tasks, lastBegun: done.lastBegun };
  await handOut.all(refetchRestated(results.kept, before, capabilities, clock()));
  if (early === undefined) return probed(prepared, handingOut, tools);
  return { ...early, asked: early.asked + results.tickers - answered };
}

/**
 * Asks for one ticker again that is complete, where only that tells whether a provider that has nothing is sound, and after all
 * else: no quota that a gap needs goes there, but where it would never have its turn, see `besideProbe`. What comes counts as
 * the run's, but for its failures, which say nothing of what was wanted.
 */
async function probed(
  { wanted = [], plan, scan }: Prepared,
  handingOut: HandOut,
  { capabilities, store }: ProbeSource,
): Promise<StormMeasure | undefined> {
  const { done, stops, clock } = handingOut;
  const { results } = done;
  if (stops.stopped !== null) return undefined;
  const about = { results, wanted, scan, planned: plan.tasks };
  const probe = await probeFor(about, { capabilities, store, now: clock() });
  if (probe === null) return undefined;
  const answers = new Map<Want, SeriesResult>();
  const onEvent = (event: BackfillEvent): void => {
    if (event.type === 'finished') answers.set(event.want, event.result);
  };
  const asking = nothingDone();
  await new TaskHandOut({ ...handingOut, done: asking, onEvent }).all(probe.tasks);
  done.requests += asking.requests;
  done.requestsLeft += asking.requestsLeft;
  const measure = measuredBy(probe, answers, { results, provider: capabilities.id });
  for (const [want, result] of answers) if (result.ok) results.add(want, result);
  return measure;
}
