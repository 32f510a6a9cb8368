import type { ErrorData } from '../../core/errors.ts';
import { askedOtherwise } from '../plan/asked-otherwise.ts';
import { askedNextIn } from '../plan/handed-on.ts';
import type { Prepared, Source } from '../plan/prepare.ts';
import type { Task, Want } from '../../core/plan/task.ts';
import { type HandOut, TaskHandOut } from '../run/hand-out.ts';
import type { StormMeasure } from '../run/ledger.ts';
import { stopOrThrow } from '../run/stops.ts';
import type { BarStore } from '../../store/store.ts';
import type { SeriesResult } from '../runner.ts';
import { askedBeside } from './asked-beside.ts';
import { besideProbe } from './beside-probe.ts';
import { type ProbeTools, measuredBy, measuredByList, probeFor } from './probe.ts';
import { refetchRestated } from './restated.ts';
import type { Twins } from './same-series.ts';
import { askForTwins } from './stored-again.ts';
import { storedTwins } from './stored-twins.ts';

type ProbeSource = Pick<ProbeTools, 'capabilities'> & Pick<Source, 'chain'> & { readonly store: BarStore };

/** What a plan brought to light that only the end of a run judges. */
export interface HandedOut {
  /** What its storms are measured by, where that was tried. */
  readonly measure?: StormMeasure;
  /** Undefined: the store could not be read to compare, which ended the run. */
  readonly twins?: Twins;
}

/** Hands out a plan, and what comes of it. */
export async function handOutPlan(
  prepared: Prepared,
  handingOut: HandOut,
  tools: ProbeSource,
): Promise<HandedOut> {
  if (prepared.isExact) return handOutExactly(prepared, handingOut, tools);
  const measure = await handOutTasks(prepared, handingOut, tools);
  const twins = await unlessLost(handingOut, () => twinsOf(prepared, handingOut, tools));
  return { ...(measure && { measure }), ...(twins && { twins }) };
}

/** A store that cannot be read any more ends the run, of which all that was done is told. */
async function unlessLost({ stops }: HandOut, compare: () => Promise<Twins>): Promise<Twins | undefined> {
  try {
    return await compare();
  } catch (error) {
    stops.stop(stopOrThrow(error));
    return undefined;
  }
}

/** Hands out what is planned and nothing that comes of it: what would have to be asked besides is left to another run. */
async function handOutExactly(
  { plan, scan }: Prepared,
  handingOut: HandOut,
  { store }: ProbeSource,
): Promise<HandedOut> {
  const { done } = handingOut;
  await new TaskHandOut(handingOut).all(plan.tasks);
  for (const want of done.refused) done.notRun.push(want);
  for (const [want, result] of done.results.kept)
    if (!result.ok && result.error.code === 'restated')
      done.results.kept.set(want, leftToOthers(result.error));
  const compare = async (): Promise<Twins> => ({
    found: await storedTwins(done.results, scan, store),
    said: new Map(),
  });
  const twins = await unlessLost(handingOut, compare);
  return { ...(twins && { twins }) };
}

function leftToOthers(error: ErrorData): SeriesResult {
  const message = `${error.message}: the whole series has to be fetched again, which this plan does not ask for; run again without --plan`;
  return { ok: false, error: { ...error, message } };
}

async function handOutTasks(
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
  if (prepared.list !== undefined) return { ...early, asked: Math.max(early.asked, results.tickers) };
  return { ...early, asked: early.asked + results.tickers - answered };
}

/**
 * Asks for one ticker again that is complete, where only that tells whether a provider that has nothing is sound, and after all
 * else: no quota that a gap needs goes there, but where it would never have its turn, see `besideProbe`.
 */
async function probed(
  { wanted = [], plan, scan, list }: Prepared,
  handingOut: HandOut,
  { capabilities, store, chain }: ProbeSource,
): Promise<StormMeasure | undefined> {
  const { done, stops, clock } = handingOut;
  const { results } = done;
  if (stops.stopped !== null || measuredByList(list, results) !== undefined) return undefined;
  const about = { results, wanted, scan, planned: plan.tasks, ...(list && { list }) };
  const [isAskedNext, before] = [askedNextIn(chain), chain?.before ?? []];
  const probe = await probeFor(about, { capabilities, store, now: clock(), isAskedNext, before });
  if (probe === null) return undefined;
  const answers = await askedBeside(probe.tasks, handingOut);
  const measure = measuredBy(probe, answers, { results, provider: capabilities.id });
  for (const [want, result] of answers) if (result.ok) results.add(want, result);
  return measure;
}

/** First answers that have stored bars of others; of those others the provider is asked again, after all else. */
async function twinsOf(
  { scan }: Prepared,
  handingOut: HandOut,
  { capabilities, store }: ProbeSource,
): Promise<Twins> {
  const { done, stops, clock } = handingOut;
  const found = await storedTwins(done.results, scan, store);
  if (found.length === 0 || stops.stopped !== null) return { found, said: new Map() };
  const ask = async (tasks: readonly Task[]): Promise<ReadonlyMap<Want, SeriesResult>> => {
    const answers = await askedBeside(tasks, handingOut);
    for (const [want, result] of answers) if (result.ok) done.results.add(want, result);
    return answers;
  };
  return { found, said: await askForTwins(found, { capabilities, store, now: clock(), ask }) };
}
