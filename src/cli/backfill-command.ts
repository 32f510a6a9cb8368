import {
  BackfillError,
  type BackfillEvent,
  type BackfillOptions,
  type Capabilities,
  type History,
  type RunSummary,
  openHistory,
} from '../index.ts';
import {
  damagedLine,
  distrustedLines,
  listedLine,
  lostLine,
  nothingToDoLine,
  openingLine,
  planJson,
  planText,
  relistedLines,
  setAsideLine,
  errorText,
  summaryText,
  totalLine,
  workLine,
} from '../terminal.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { ALL, INTERVAL, NOW, OUTPUT, RANGE, STORE, TICKERS, WHICH, given, rangeOf } from './options.ts';
import { CONNECTION, PROVIDER, assertItsInstant, connectionOf } from './provider-options.ts';
import { command } from './command.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { tellNotes } from './notes.ts';
import { print, printJson, tell } from './output.ts';
import { dataPage, messagePage } from './page.ts';
import { NO_PROGRESS, startProgress } from './progress.ts';
import { stopOnSignal } from './signals.ts';

const OPTIONS = {
  tickers: { ...TICKERS.tickers, otherwise: 'portfolio, or what the provider lists' },
  interval: { ...INTERVAL.interval, otherwise: '1d' },
  ...RANGE,
  days: { ...RANGE.days, otherwise: '252, one trading year' },
  'include-provisional': {
    type: 'switch',
    group: WHICH,
    describe: 'Store sessions too that are not final yet, marked as such',
  },
  'no-gaps': { type: 'switch', group: WHICH, describe: 'Fetch the whole range again' },
  reset: { type: 'switch', group: WHICH, describe: 'The same as --no-gaps' },
  derive: {
    type: 'switch',
    group: WHICH,
    describe: 'Make all but 1m bars of the stored 1m bars instead of fetching them',
  },
  ...PROVIDER,
  ...CONNECTION,
  ...STORE,
  'dry-run': { type: 'switch', group: OUTPUT, describe: 'Print the plan and stop' },
  ...ALL,
  json: { type: 'switch', group: OUTPUT, describe: 'Print the plan or the summary as JSON' },
  quiet: { type: 'switch', group: OUTPUT, describe: 'Print errors only' },
  'no-progress': { type: 'switch', group: OUTPUT, describe: 'Show no progress' },
  strict: {
    type: 'switch',
    group: OUTPUT,
    describe: 'Exit 1 whenever something that was asked for cannot be had, be it one session',
  },
  ...NOW,
} as const satisfies Declarations;

type Options = ValuesOf<typeof OPTIONS>;

/** `backfill`: close the gaps. */
export const backfillCommand = command({
  name: 'backfill',
  describe: 'Keep a local store of historical bars complete: fetch what is missing',
  examples: [
    { does: 'A year of daily bars from Yahoo, into ./data', line: 'backfill AAPL MSFT AIR.PA BTC-USD' },
    { does: 'What it would ask for, without asking', line: 'backfill @tickers.txt --years 5 --dry-run' },
    { does: 'Without a network: an invented market', line: 'backfill --provider sample --store /tmp/try' },
    { does: 'What is there, and what is missing', line: 'backfill check-data' },
  ],
  options: OPTIONS,
  run,
});

async function run(argv: Options): Promise<number> {
  const connection = await connectionOf(argv);
  const requests = requestsOf(argv);
  if (!argv.dryRun && requests.some(({ derive }) => !derive)) assertItsInstant(connection);
  const history = openHistory(connection);
  try {
    await tellNotes(history, argv.quiet ? 'warnings' : 'all');
    return await (argv.dryRun ? planned : done)(history, requests, argv);
  } finally {
    await history.close();
  }
}

/** What is asked for: of a provider, then of what is stored by then. Throws `usage`. */
function requestsOf(argv: Options): readonly BackfillOptions[] {
  const request = {
    ...given({ tickers: argv.tickers, intervals: argv.interval }),
    ...rangeOf(argv),
    everything: argv.noGaps || argv.reset,
    includeProvisional: argv.includeProvisional,
  };
  if (!argv.derive) return [request];
  const intervals = argv.interval ?? ['1d'];
  const [fetched, derived] = [
    intervals.filter((one) => one === '1m'),
    intervals.filter((one) => one !== '1m'),
  ];
  if (derived.length === 0)
    throw new BackfillError(
      'usage',
      '--derive: 1m bars are what others are derived from; name those, e.g. --interval 1m,5m,1d',
    );
  const derivation = { ...request, intervals: derived, derive: true };
  return fetched.length === 0 ? [derivation] : [{ ...request, intervals: fetched }, derivation];
}

async function planned(
  history: History,
  requests: readonly BackfillOptions[],
  argv: Options,
): Promise<number> {
  const plans: object[] = [];
  for (const request of requests) {
    const capabilities = capabilitiesFor(request, history);
    const plan = await history.plan({
      ...request,
      onEvent: (event) => tellOpening(event, capabilities, argv),
    });
    if (argv.json) plans.push(planJson(plan));
    else await print(planText(plan, capabilities.quotas, dataPage(argv.all)));
  }
  if (argv.json) await printJson(oneOrAll(plans));
  return EXIT.done;
}

async function done(history: History, requests: readonly BackfillOptions[], argv: Options): Promise<number> {
  const { stop, signal, signalOf, release } = stopOnSignal();
  const summaries: RunSummary[] = [];
  try {
    for (const request of requests) {
      const capabilities = capabilitiesFor(request, history);
      const { quotas } = capabilities;
      const progress = argv.quiet || argv.noProgress ? NO_PROGRESS : startProgress(quotas, stop);
      try {
        const onEvent = (event: BackfillEvent): void => {
          tellOpening(event, capabilities, argv);
          progress.show(event);
        };
        summaries.push(await history.backfill({ ...request, stop, onEvent }));
      } finally {
        progress.end();
      }
      const [summary] = summaries.slice(-1) as [RunSummary];
      if (!argv.json) report(summary, argv);
      if (summary.stopped !== null) break;
    }
    if (argv.json) await printJson(oneOrAll(summaries));
    if (summaries.some(({ stopped }) => stopped?.reason === 'unreachable')) tellOfProxy();
    const isInterrupted = summaries.some(({ stopped }) => stopped?.reason === 'interrupted');
    // Of the two codes of a run that ended by itself the quota's says more.
    return isInterrupted
      ? signal()
      : summaries.reduce((code, summary) => Math.max(code, exitCodeOf(summary, argv)), 0);
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

function tellOpening(event: BackfillEvent, asked: Asked, argv: Options): void {
  const opening = argv.quiet ? [] : openingOf(event, asked, argv);
  for (const line of opening.flatMap((one) => totalLine(one, messagePage(argv.all)))) tell(line);
}

/** What a run says before its work; of one that would be, its plan says the rest. */
function openingOf(
  event: BackfillEvent,
  { id, quotas }: Asked,
  { dryRun }: Pick<Options, 'dryRun'>,
): string[] {
  if (event.type === 'listed') return [listedLine(event)];
  if (event.type === 'running') return [workLine(event.plan, id, event.workers)];
  if (event.type !== 'planned') return [];
  const { plan, setAside, lost, distrusted } = event;
  return [
    ...setAside.map(dryRun ? damagedLine : setAsideLine),
    ...lost.map(lostLine),
    ...distrustedLines(distrusted),
    ...relistedLines(plan),
    ...(dryRun ? [] : [plan.tasks.length === 0 ? nothingToDoLine(plan) : openingLine(plan, quotas)]),
  ];
}

/** Variables that name a proxy to other programs. */
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

function tellOfProxy(): void {
  const proxy = PROXIES.find((name) => process.env[name]);
  if (proxy !== undefined) tell(`${proxy} is set, but no proxy is used: a direct way out is needed.`);
}

function report(summary: RunSummary, argv: Options): void {
  if (!argv.quiet) for (const line of summaryText(summary, messagePage(argv.all))) tell(line);
  else for (const line of errorText(summary, argv, messagePage(argv.all))) tell(line);
}
