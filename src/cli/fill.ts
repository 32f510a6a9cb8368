import type { Plan, RunSummary } from '../index.ts';
import { planJson, quotedForShell } from '../terminal.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { type Cut, planInBatches, runInBatches } from './fill-batches.ts';
import { type Filling, planOf, report, runOf } from './fill-one.ts';
import { printJson, tell } from './output.ts';
import { type SignalStop, stopOnSignal } from './signals.ts';

/**
 * Prints the plans of what is to be filled, at once or as it is cut, and changes nothing. `out`: where the one plan is written
 * besides. Gives the exit code.
 */
export async function planned(filling: Filling, cut?: Cut, out?: string): Promise<number> {
  const to = out !== undefined && { to: out };
  const requests = filling.requests.map((request) => ({ ...request, ...to }));
  const plans =
    cut === undefined ? await planAtOnce({ ...filling, requests }) : await planInBatches(filling, cut);
  tellOfFile(plans, filling, cut, out);
  if (filling.telling.json) {
    const all = plans.map(({ plan, ...batch }) => ({ ...batch, ...planJson(plan) }));
    await printJson(cut === undefined ? oneOrAll(all) : all);
  }
  return plans.some(({ plan }) => plan.notServed !== undefined) ? EXIT.someFailed : EXIT.done;
}

/** Tells where a plan was written, or whoever sits before a terminal how it can be. */
function tellOfFile(
  plans: readonly { readonly plan: Plan }[],
  { requests, telling }: Filling,
  cut: Cut | undefined,
  out: string | undefined,
): void {
  if (telling.quiet) return;
  if (out !== undefined)
    tell(`Plan written to ${out}; to carry it out, and nothing else: backfill --plan ${quotedForShell(out)}`);
  if (out !== undefined || cut !== undefined || telling.json || !process.stderr.isTTY) return;
  const [one, ...others] = plans;
  if (one === undefined || others.length > 0 || one.plan.tasks.length === 0) return;
  // What cannot be written out is not to be tried.
  if (one.plan.next !== undefined || requests.some(({ derive, plan }) => derive || plan !== undefined))
    return;
  tell('--plan-out FILE writes this plan out, to be carried out as it is by --plan FILE');
}

async function planAtOnce(filling: Filling): Promise<{ readonly plan: Plan }[]> {
  const plans: { readonly plan: Plan }[] = [];
  for (const request of filling.requests) plans.push({ plan: await planOf(request, filling) });
  return plans;
}

/** What came of the runs of a command. */
export interface Filled {
  /** Exit code. */
  readonly code: number;
  /** One a request; none where it was stopped before it began. */
  readonly summaries: readonly RunSummary[];
}

/** Fills, at once or as it is cut. `listening`: to signals, longer than it takes. Default: as long as it takes. */
export async function done(filling: Filling, cut?: Cut, listening?: SignalStop): Promise<Filled> {
  const { telling } = filling;
  const { stop, signal, signalOf, release } = listening ?? stopOnSignal();
  try {
    const summaries = await (cut === undefined ? runAtOnce(filling, stop) : runInBatches(filling, cut, stop));
    if (telling.json) await printJson(oneOrAll(summaries));
    if (summaries.some(({ stopped }) => stopped?.reason === 'unreachable')) tellOfProxy();
    const isInterrupted = summaries.some(({ stopped }) => stopped?.reason === 'interrupted');
    // Of the two codes of a run that ended by itself the quota's says more.
    const code = isInterrupted
      ? signal()
      : summaries.reduce((worst, summary) => Math.max(worst, exitCodeOf(summary, telling)), 0);
    return { code, summaries };
  } catch (error) {
    return { summaries: [], code: signalOf(error) };
  } finally {
    if (listening === undefined) release();
  }
}

async function runAtOnce(filling: Filling, stop: AbortSignal): Promise<readonly RunSummary[]> {
  const summaries: RunSummary[] = [];
  for (const request of filling.requests) {
    const summary = await runOf(request, filling, stop);
    summaries.push(summary);
    report(summary, filling.telling, filling.purpose);
    if (summary.stopped !== null) break;
  }
  return summaries;
}

/** One as it is; several as a list. */
export function oneOrAll<T extends object>(all: readonly T[]): T | readonly T[] {
  const [only, ...others] = all;
  return only !== undefined && others.length === 0 ? only : all;
}

/** Variables that name a proxy to other programs. */
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

function tellOfProxy(): void {
  const proxy = PROXIES.find((name) => process.env[name]);
  if (proxy !== undefined) tell(`${proxy} is set, but no proxy is used: a direct way out is needed.`);
}
