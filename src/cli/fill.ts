import type { BackfillEvent, BackfillOptions, Capabilities, History, RunSummary } from '../index.ts';
import {
  damagedLine,
  distrustedLines,
  errorText,
  listedLine,
  lostLine,
  meantLines,
  nothingToDoLine,
  notServedLines,
  openingLine,
  planJson,
  planText,
  relistedLines,
  setAsideLine,
  summaryText,
  totalLine,
  workLine,
} from '../terminal.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { print, printJson, tell } from './output.ts';
import { dataPage, messagePage } from './page.ts';
import { NO_PROGRESS, startProgress } from './progress.ts';
import { stopOnSignal } from './signals.ts';

/** What is said of a run, and what counts as its failure. */
export interface Telling {
  readonly dryRun: boolean;
  readonly all: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly noProgress: boolean;
  readonly strict: boolean;
}

/** Prints the plans of the requests, and changes nothing. Gives the exit code. */
export async function planned(
  history: History,
  requests: readonly BackfillOptions[],
  telling: Telling,
): Promise<number> {
  const plans: object[] = [];
  let code: number = EXIT.done;
  for (const request of requests) {
    const capabilities = capabilitiesFor(request, history);
    const plan = await history.plan({
      ...request,
      onEvent: (event) => tellOpening(event, capabilities, telling),
    });
    if (plan.notServed !== undefined) code = EXIT.someFailed;
    if (telling.json) plans.push(planJson(plan));
    else await print(planText(plan, capabilities.quotas, dataPage(telling.all)));
  }
  if (telling.json) await printJson(oneOrAll(plans));
  return code;
}

/** Carries the requests out, one after the other, until one is stopped. Gives the exit code. */
export async function done(
  history: History,
  requests: readonly BackfillOptions[],
  telling: Telling,
): Promise<number> {
  const { stop, signal, signalOf, release } = stopOnSignal();
  const summaries: RunSummary[] = [];
  try {
    for (const request of requests) {
      const capabilities = capabilitiesFor(request, history);
      const { quotas } = capabilities;
      const progress = telling.quiet || telling.noProgress ? NO_PROGRESS : startProgress(quotas, stop);
      try {
        const onEvent = (event: BackfillEvent): void => {
          tellOpening(event, capabilities, telling);
          progress.show(event);
        };
        summaries.push(await history.backfill({ ...request, stop, onEvent }));
      } finally {
        progress.end();
      }
      const [summary] = summaries.slice(-1) as [RunSummary];
      if (!telling.json) report(summary, telling);
      if (summary.stopped !== null) break;
    }
    if (telling.json) await printJson(oneOrAll(summaries));
    if (summaries.some(({ stopped }) => stopped?.reason === 'unreachable')) tellOfProxy();
    const isInterrupted = summaries.some(({ stopped }) => stopped?.reason === 'interrupted');
    // Of the two codes of a run that ended by itself the quota's says more.
    return isInterrupted
      ? signal()
      : summaries.reduce((code, summary) => Math.max(code, exitCodeOf(summary, telling)), 0);
  } catch (error) {
    return signalOf(error);
  } finally {
    release();
  }
}

/** One as it is; several as a list. */
function oneOrAll<T extends object>(all: readonly T[]): T | readonly T[] {
  const [only, ...others] = all;
  return only !== undefined && others.length === 0 ? only : all;
}

/** Whom a request asks: the store itself has no quota. */
function capabilitiesFor({ derive }: BackfillOptions, { capabilities }: History): Asked {
  return derive ? { id: 'their 1m bars', quotas: [] } : capabilities;
}

type Asked = Pick<Capabilities, 'id' | 'quotas'>;

function tellOpening(event: BackfillEvent, asked: Asked, telling: Telling): void {
  const opening = telling.quiet ? [] : openingOf(event, asked, telling);
  for (const line of opening.flatMap((one) => totalLine(one, messagePage(telling.all)))) tell(line);
}

/** What a run says before its work; of one that would be, its plan says the rest. */
function openingOf(
  event: BackfillEvent,
  { id, quotas }: Asked,
  { dryRun }: Pick<Telling, 'dryRun'>,
): string[] {
  if (event.type === 'listed') return [listedLine(event)];
  if (event.type === 'running') return [workLine(event.plan, id, event.workers)];
  if (event.type !== 'planned') return [];
  const { plan, setAside, lost, distrusted, meant } = event;
  return [
    ...setAside.map(dryRun ? damagedLine : setAsideLine),
    ...lost.map(lostLine),
    ...distrustedLines(distrusted),
    ...relistedLines(plan),
    // Where nothing is to be done it is short, and the last lines come at once.
    ...(dryRun || plan.tasks.length === 0 || meant === undefined ? [] : meantLines(meant)),
    ...(dryRun || plan.tasks.length === 0 ? [] : notServedLines(plan)),
    ...(dryRun ? [] : [plan.tasks.length === 0 ? nothingToDoLine(plan) : openingLine(plan, quotas)]),
  ];
}

/** Variables that name a proxy to other programs. */
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

function tellOfProxy(): void {
  const proxy = PROXIES.find((name) => process.env[name]);
  if (proxy !== undefined) tell(`${proxy} is set, but no proxy is used: a direct way out is needed.`);
}

function report(summary: RunSummary, telling: Telling): void {
  if (!telling.quiet) for (const line of summaryText(summary, messagePage(telling.all))) tell(line);
  else for (const line of errorText(summary, telling, messagePage(telling.all))) tell(line);
}
