import { BackfillError } from '../core/errors.ts';
import { option } from '../core/option-name.ts';
import type { Plan } from '../core/plan/plan.ts';
import { plannedEvent, runPrepared } from '../backfill/backfill.ts';
import { prepareWritten } from '../backfill/plan-file/carry-out.ts';
import { MAKE_AGAIN, type PlanFile, planFileIn, planFileText } from '../backfill/plan-file/plan-file.ts';
import type { Prepared } from '../backfill/plan/prepare.ts';
import { stagedAs } from '../backfill/run/staged-source.ts';
import type { Universe } from '../core/universe/universe.ts';
import { readTextFile } from '../market/text-file.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import type { BackfillOptions } from './history.ts';
import { outFileAt, realOf, writeOut, writeText } from './out-file.ts';
import type { Parts } from './parts.ts';
import { toolsOf, withSource } from './sourced.ts';
import { programVersion } from './version.ts';

/** A request for a plan that was written out. */
type Written = BackfillOptions & { readonly plan: string };

export function isWritten<R extends BackfillOptions>(request: R): request is R & Written {
  return request.plan !== undefined;
}

/** Throws `usage` for what cannot be written out. */
export function assertWritable({ derive, plan }: BackfillOptions, providers: readonly string[]): void {
  if (plan !== undefined)
    throw new BackfillError('usage', `${plan} is a plan already; it is written out once`);
  if (derive)
    throw new BackfillError('usage', 'bars that are derived are asked of nobody: no plan of them is written');
  if (providers.length > 1)
    throw new BackfillError(
      'usage',
      `what ${providers[1]} is asked for shows once ${providers[0]} has answered; write a plan of one provider`,
    );
}

/** Writes a plan to a file, whole or not at all. Throws `usage` where the system refuses. */
export async function writePlan(
  to: string,
  prepared: Prepared,
  lives: Universe['lives'],
  { store, config, capabilities, clock }: Parts,
): Promise<void> {
  const { plan, meant, wanted = [] } = prepared;
  const { totals, quotaMs, relisted = [], goneList = [], notYet } = plan;
  const head = {
    ...{ program: programVersion(), made: clock(), store: await placeOf(store) },
    ...{ provider: capabilities.id, source: stagedAs(config) },
    ...{ intervals: [...new Set(wanted.map(({ series }) => series.interval))], range: meant?.range ?? '' },
    tickers: new Set(wanted.map(({ series }) => series.ticker)).size,
    ...{ origins: meant?.origins ?? [], totals, quotaMs, relisted, goneList },
    ...(notYet !== undefined && { notYet }),
  };
  const text = planFileText(head, prepared, lives);
  const file = await outFileAt(to, store);
  await writeOut(file, (path) => writeText(path, (write) => write(text)));
}

/** By which a store is known again, however it was called. */
async function placeOf({ folder, url }: Parts['store']): Promise<string> {
  return folder === undefined ? url : realOf(folder);
}

/** What a request may say beside its plan. */
const BESIDE = new Set(['plan', 'onEvent', 'stop']);

/** The plan of a file, as it is left to do. Changes nothing. Throws as `backfill` does. */
export async function planWritten(parts: Parts, request: Written): Promise<Plan> {
  const file = await readPlan(parts, request);
  return withSource(parts, async (source) => {
    const prepared = await prepareWritten(file, request.plan, parts.store, source, parts.clock());
    request.onEvent?.(plannedEvent(prepared));
    return prepared.plan;
  });
}

/** Carries out what is left of the plan of a file. */
export async function carryOut(parts: Parts, request: Written): Promise<RunSummary> {
  const file = await readPlan(parts, request);
  const tickers = [...new Set(file.wanted.map(({ series }) => series.ticker))];
  return withSource(parts, (source) =>
    runPrepared(
      async (store, now) => {
        const prepared = await prepareWritten(file, request.plan, store, source, now);
        // Where it was told to stop before its turn came, nothing is begun.
        if (prepared.plan.tasks.length > 0 && !request.stop?.aborted)
          await store.begunPlans.note(file.digest, now);
        return prepared;
      },
      { ...toolsOf(parts, request, tickers), ...source },
      { intervals: file.head.intervals, lives: livesIn(file) },
    ),
  );
}

/** On which days its tickers are wanted, of those that did not always live. */
function livesIn({ wanted }: PlanFile): Universe['lives'] {
  return new Map(wanted.flatMap(({ series, life }) => (life ? [[series.ticker, life] as const] : [])));
}

async function readPlan({ store, config, capabilities, next }: Parts, request: Written): Promise<PlanFile> {
  const { plan: path } = request;
  const stranger = Object.entries(request).find(
    ([name, value]) => !BESIDE.has(name) && value !== undefined && value !== false,
  );
  if (stranger !== undefined)
    throw new BackfillError(
      'usage',
      `${stranger[0]} contradicts the plan ${path}, which has its own; leave it out`,
    );
  if (typeof (path as unknown) !== 'string' || path === '')
    throw new BackfillError('usage', `plan must be the path of a file that ${option('planOut')} wrote`);
  const file = planFileIn(readTextFile(path, `the plan ${path}`), {
    path,
    program: programVersion(),
    actionsOf: ({ provider, source }) => {
      const asked = [capabilities, ...next.map((one) => one.capabilities)].map(({ id }) => id).join(',');
      if (asked !== provider)
        throw new BackfillError(
          'usage',
          `${option('provider')} ${asked}: the plan ${path} asks ${provider}; say ${option('provider')} ${provider}`,
        );
      if (source !== stagedAs(config))
        throw new BackfillError(
          'usage',
          `${path} was made with other settings of ${provider}, or another URL; say them as then, or ${MAKE_AGAIN}`,
        );
      return capabilities.actions;
    },
  });
  const here = await placeOf(store);
  if (file.head.store !== here)
    throw new BackfillError(
      'usage',
      `${option('store')} ${here}: the plan ${path} was made for the store ${file.head.store}`,
    );
  return file;
}
