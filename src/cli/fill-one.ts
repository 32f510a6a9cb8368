import type {
  BackfillEvent,
  BackfillOptions,
  Capabilities,
  History,
  Plan,
  PlanRequest,
  Quota,
  RunObserver,
  RunSummary,
} from '../index.ts';
import {
  type RunPurpose,
  askingLines,
  damagedLine,
  damagedAnswerLine,
  distrustedLines,
  errorText,
  listedLine,
  lostLine,
  meantLines,
  nextPlans,
  nothingToDoLine,
  notServedLines,
  marketActionsLines,
  openingLine,
  opinionLine,
  planText,
  relistedLines,
  setAsideLine,
  summaryText,
  totalLine,
  workLine,
} from '../terminal.ts';
import { observed } from './observers.ts';
import { print, tell } from './output.ts';
import { dataPage, messagePage } from './page.ts';
import { NO_PROGRESS, type Progress, startProgress } from './progress.ts';

/** What is said of a run, and what counts as its failure. */
export interface Telling {
  readonly dryRun: boolean;
  readonly all: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly noProgress: boolean;
  readonly strict: boolean;
}

/** What is to be filled, and how that is told. */
export interface Filling {
  readonly history: History;
  /** Carried out one after the other, until one is stopped. */
  readonly requests: readonly BackfillOptions[];
  readonly telling: Telling;
  /** What it is called at its end. Default: a backfill. */
  readonly purpose?: RunPurpose;
  /** Told of each run. Default: nobody. */
  readonly observer?: RunObserver;
}

/** Plans a request; prints the plan, unless it is wanted as JSON. */
export async function planOf(request: PlanRequest, { history, telling }: Filling): Promise<Plan> {
  const capabilities = capabilitiesFor(request, history);
  const plan = await history.plan({ ...request, onEvent: openingTold(request, { history, telling }) });
  if (telling.json) return plan;
  const page = dataPage(telling.all);
  await print([...planText(plan, capabilities.quotas, page), ...nextPlans(plan, capabilities.id, page)]);
  return plan;
}

/** Carries a request out, with its progress. */
export async function runOf(
  request: BackfillOptions,
  { history, telling, observer }: Filling,
  stop: AbortSignal,
): Promise<RunSummary> {
  const { quotas } = capabilitiesFor(request, history);
  const started = (of: readonly Quota[]): Progress =>
    telling.quiet || telling.noProgress ? NO_PROGRESS : startProgress(of, stop);
  let progress = started(quotas);
  const tellOpening = openingTold(request, { history, telling });
  try {
    const onEvent = (event: BackfillEvent): void => {
      if (event.type === 'asking' && (event.before.length > 0 || event.unnamed !== undefined)) {
        progress.end();
        progress = started(event.quotas);
      }
      tellOpening(event);
      progress.show(event);
      observer?.note(event);
    };
    return await observed(observer, () => history.backfill({ ...request, stop, onEvent }));
  } finally {
    progress.end();
  }
}

/** Whom a request asks: the store itself has no quota. */
function capabilitiesFor({ derive }: BackfillOptions, { capabilities }: History): Asked {
  return derive ? { id: 'their 1m bars', quotas: [] } : capabilities;
}

type Asked = Pick<Capabilities, 'id' | 'quotas'>;

/** Tells what a run of a request says before its work. */
export function openingTold(
  request: BackfillOptions,
  { history, telling }: Pick<Filling, 'history' | 'telling'>,
): (event: BackfillEvent) => void {
  let asked: Asked & { readonly isInChain?: true } = capabilitiesFor(request, history);
  return (event) => {
    if (event.type === 'asking') asked = { id: event.provider, quotas: event.quotas, isInChain: true };
    for (const line of openingOf(event, asked, telling)) tellTotal(line, telling);
  };
}

/** Tells a line of what is in the totals, unless only errors are wanted. */
export function tellTotal(text: string, { quiet, all }: Telling): void {
  if (!quiet) for (const line of totalLine(text, messagePage(all))) tell(line);
}

/** What a run says before its work; of one that would be, its plan says the rest. */
function openingOf(
  event: BackfillEvent,
  { id, quotas, isInChain }: Asked & { readonly isInChain?: true },
  { dryRun }: Pick<Telling, 'dryRun'>,
): string[] {
  if (event.type === 'listed') return [listedLine(event)];
  if (event.type === 'asking') return askingLines(event);
  if (event.type === 'opinion') return [opinionLine(event)];
  if (event.type === 'meant') return dryRun ? [] : meantLines(event.meant);
  if (event.type === 'damaged-answers') return event.answers.map(damagedAnswerLine);
  if (event.type === 'note') return [event.line];
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
    // Of a chain another one may have something to do.
    ...(dryRun
      ? []
      : [plan.tasks.length === 0 && isInChain !== true ? nothingToDoLine(plan) : openingLine(plan, quotas)]),
    ...(dryRun ? [] : marketActionsLines(plan)),
  ];
}

/** Tells what a run did, unless that is printed as JSON. */
export function report(summary: RunSummary, telling: Telling, purpose?: RunPurpose): void {
  if (telling.json) return;
  const page = messagePage(telling.all);
  if (!telling.quiet) for (const line of summaryText(summary, page, purpose)) tell(line);
  else for (const line of errorText(summary, telling, page)) tell(line);
}
