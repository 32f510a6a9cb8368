import {
  BackfillError,
  type BackfillOptions,
  type HistoryOptions,
  type RunObserver,
  enqueueRun,
  observedBy,
  openHistory,
  usualYears,
} from '../index.ts';
import {
  ALL,
  BATCHED,
  INTERVAL,
  NOW,
  OUTPUT,
  RANGE,
  STORE,
  TICKERS,
  WATCHED,
  WHICH,
  given,
  rangeOf,
} from './options.ts';
import { CONNECTION, PROVIDER, assertItsInstant, connectionOf } from './provider-options.ts';
import { command } from './command.ts';
import type { Declaration, Declarations, ValuesOf } from './declaration.ts';
import { type Filled, done, planned } from './fill.ts';
import type { Cut } from './fill-batches.ts';
import { EXIT } from './exit-codes.ts';
import { onlyLeft } from './retry-failed.ts';
import { assertStoreExists, queueCommand, quotedForShell, withoutPassword } from '../terminal.ts';
import { tellNotes } from './notes.ts';
import { OBSERVED, type Observers, openObservers } from './observers.ts';
import { print, printJson, tell } from './output.ts';
import { QUEUED, assertQueueGiven, tellWorkers } from './queue-option.ts';
import { FOLLOWED, followedBy, keysOf } from './on-done.ts';

/** What every run takes, beside its tickers. */
export const RUN = {
  interval: { ...INTERVAL.interval, otherwise: '1d' },
  ...RANGE,
  days: { ...RANGE.days, otherwise: '252, one trading year' },
  years: { ...RANGE.years, otherwise: usualYearsText() },
  'include-provisional': {
    type: 'switch',
    group: WHICH,
    describe: 'Store sessions too that are not final yet, marked as such',
  },
  'no-gaps': { type: 'switch', group: WHICH, describe: 'Fetch the whole range again' },
  reset: { type: 'switch', group: WHICH, describe: 'The same as --no-gaps' },
  resume: {
    type: 'switch',
    voidWith: ['reset', 'no-gaps'],
    group: WHICH,
    describe: 'Fetch only what is missing, as every run does without --reset',
  },
  'retry-failed': {
    type: 'switch',
    group: WHICH,
    describe: 'Of the tickers, by default all, only what the last runs left failed, in doubt or unfinished',
  },
  derive: {
    type: 'switch',
    group: WHICH,
    describe: 'Make all but 1m bars of the stored 1m bars instead of fetching them',
  },
  'second-opinion': {
    type: 'switch',
    voidWith: ['dry-run'],
    group: WHICH,
    describe: 'Ask another one of several providers about each odd session, and tell what it says',
  },
  ...BATCHED,
  ...PROVIDER,
  ...CONNECTION,
  ...STORE,
  'dry-run': { type: 'switch', group: OUTPUT, describe: 'Print the plan and stop' },
  ...ALL,
  json: { type: 'switch', group: OUTPUT, describe: 'Print the plan or the summary as JSON' },
  ...WATCHED,
  ...QUEUED,
  ...OBSERVED,
  ...FOLLOWED,
  ...NOW,
} as const satisfies Declarations;

/** What a plan that was written out has itself. */
const ITS_OWN: ReadonlySet<string> = new Set([
  ...['tickers', 'interval', ...Object.keys(RANGE), 'include-provisional', 'no-gaps', 'reset', 'resume'],
  ...['retry-failed', 'derive', 'second-opinion', ...Object.keys(BATCHED)],
]);

/** Options with those refused beside `--plan` that it has itself. */
function besidePlan<const Options extends Declarations>(options: Options): Options {
  const own = Object.entries<Declaration>(options).map(([name, one]): [string, Declaration] => [
    name,
    ITS_OWN.has(name) ? { ...one, voidWith: [...(one.voidWith ?? []), 'plan'] } : one,
  ]);
  return Object.fromEntries(own) as Options;
}

/** Options by which a plan is made now and carried out later. */
const PLANNED = {
  'plan-out': {
    value: 'FILE',
    voidWith: ['plan', 'derive', 'second-opinion', 'batch-size'],
    group: OUTPUT,
    describe: 'Print the plan, write it out to be carried out later, and stop',
  },
  plan: {
    value: 'FILE',
    group: WHICH,
    describe: 'Carry out what is left of a plan that was written out, and ask for nothing else',
  },
} as const satisfies Declarations;

/** What a run is told. */
export type RunValues = ValuesOf<typeof RUN> & { readonly tickers: BackfillOptions['tickers'] } & Partial<
    ValuesOf<typeof PLANNED>
  >;

/** `2 with alphavantage` */
function usualYearsText(): string {
  return [...usualYears()].map(([provider, years]) => `${years} with ${provider}`).join(', ');
}

/** `backfill`: close the gaps. */
export const backfillCommand = command({
  name: 'backfill',
  describe: 'Keep a local store of historical bars complete: fetch what is missing',
  examples: [
    { does: 'A year of daily bars from Yahoo, into ./data', line: 'backfill AAPL MSFT AIR.PA BTC-USD' },
    { does: 'What it would ask for, without asking', line: 'backfill @tickers.txt --years 5 --dry-run' },
    {
      does: 'Price a run, and have just that carried out',
      line: 'backfill @tickers.txt --plan-out night.plan',
    },
    { does: 'What was priced', line: 'backfill --plan night.plan' },
    { does: 'Only what the last runs did not get', line: 'backfill --retry-failed' },
    { does: 'Without a network: an invented market', line: 'backfill --provider sample --store /tmp/try' },
    { does: 'What is there, and what is missing', line: 'backfill check-data' },
  ],
  options: {
    ...besidePlan({
      tickers: { ...TICKERS.tickers, otherwise: 'portfolio, or what the provider lists' },
      ...RUN,
    }),
    ...PLANNED,
  },
  // A command of the shell comes from no file that lies about.
  explicit: ['on-done'],
  run: fillGaps,
});

/** A run, or its plan. Gives the exit code. */
export async function fillGaps(argv: RunValues): Promise<number> {
  const connection = await connectionOf(argv);
  const { plan, planOut, onDone } = argv;
  const requests = plan === undefined ? requestsOf(argv) : [{ plan }];
  const dryRun = argv.dryRun || planOut !== undefined;
  if (!dryRun && requests.some(({ derive }) => !derive)) assertItsInstant(connection);
  if (argv.async) return handedOver(requests, connection, argv);
  const fill = (observer?: RunObserver): Promise<Filled> =>
    fillRequests(requests, { ...argv, dryRun }, connection, observer);
  if (onDone !== undefined) return followedBy(onDone, fill, keysOf(connection));
  return (await fill()).code;
}

/** `--async`: whole runs are handed over, and their ids printed. Throws `usage` for what is to be cut into batches. */
async function handedOver(
  requests: readonly BackfillOptions[],
  connection: HistoryOptions,
  argv: RunValues,
): Promise<number> {
  const { json, quiet, store } = argv;
  const queue = assertQueueGiven(argv.queue, '--async');
  const cut = cutOf(argv);
  if (cut !== undefined)
    throw new BackfillError(
      'usage',
      `--async hands a run over whole, and --batch-size ${cut.size} cuts it: leave out one of them (enqueue-batch always cuts, enqueue does not)`,
    );
  const ids: string[] = [];
  for (const request of requests) ids.push(await enqueueRun({ ...connection, queue }, request));
  if (json) await printJson(ids.map((run) => ({ run })));
  else await print(ids);
  if (!quiet)
    tell(
      `Handed over, and kept in the store until a worker of the role all or discovery has carried it out: ${queueCommand('queue status', { queue })}, backfill runs show ${ids.at(-1)} --store ${quotedForShell(withoutPassword(store))}`,
    );
  return EXIT.done;
}

async function fillRequests(
  requests: readonly BackfillOptions[],
  argv: RunValues,
  connection: HistoryOptions,
  besides?: RunObserver,
): Promise<Filled> {
  const { plan, planOut, dryRun } = argv;
  const retryFailed = argv.retryFailed && plan === undefined;
  if (retryFailed) await assertStoreExists(argv.store);
  const history = openHistory(connection);
  let observers: Observers | undefined;
  try {
    if (!dryRun) await tellWorkers(argv);
    if (!dryRun) observers = await openObservers(argv, history);
    await tellNotes(history, argv.quiet ? 'warnings' : 'all');
    const { retries, isCut } = retryFailed
      ? await onlyLeft(history, requests, argv)
      : { retries: requests, isCut: false };
    // Of nothing there is a plan too, for whoever carries it out unattended.
    const meant = planOut !== undefined && retries.length === 0 ? requests.map(asRetry) : retries;
    const watching = [besides, observers?.watch()].flatMap((one) => one ?? []);
    const filling = { history, requests: meant, telling: argv, observer: observedBy(watching) };
    const cut = plan === undefined ? cutOf(argv) : undefined;
    const { code, summaries } = dryRun
      ? { code: await planned(filling, cut, planOut), summaries: [] }
      : await done(filling, cut);
    // What was stopped before it began is as little done as what was stopped in its middle.
    return { summaries, code: isCut ? Math.max(code, EXIT.someFailed) : code };
  } finally {
    await observers?.close();
    await history.close();
  }
}

function asRetry(request: BackfillOptions): BackfillOptions {
  return { ...request, retryFailed: true };
}

/** Asserts that a run can be told this, whatever its store has. Throws `usage` and `unknown-provider`, as the run does. */
export async function assertAskable(argv: RunValues): Promise<void> {
  const connection = await connectionOf(argv);
  requestsOf(argv);
  await openHistory(connection).close();
}

/** How it is cut into batches; undefined: not at all. */
export function cutOf(argv: RunValues): Cut | undefined {
  const { batchSize: size, startBatch, maxBatches, delay: pauseMs = 0, retryFailed } = argv;
  // What was left is known of runs, and a batch is one.
  if (size === undefined || retryFailed) return undefined;
  return { size, pauseMs, ...given({ start: startBatch, most: maxBatches }) };
}

/** What is asked for: of a provider, then of what is stored by then. Throws `usage`. */
export function requestsOf(argv: RunValues): readonly BackfillOptions[] {
  const request = {
    ...given({ tickers: argv.tickers, intervals: argv.interval }),
    ...rangeOf(argv),
    everything: argv.noGaps || argv.reset,
    secondOpinion: argv.secondOpinion,
    includeProvisional: argv.includeProvisional,
  };
  if (argv.secondOpinion && !argv.provider.includes(','))
    throw new BackfillError(
      'usage',
      `--second-opinion has no effect with --provider ${argv.provider} alone; name another one to ask, as in ` +
        `--provider ${argv.provider},${argv.provider === 'yahoo' ? 'polygon' : 'yahoo'}`,
    );
  if (!argv.derive) return [request];
  // What was left of derived bars is of whatever lengths those had.
  if (argv.retryFailed && argv.interval === undefined)
    return [{ ...request, derive: true, secondOpinion: false }];
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
  const derivation = { ...request, intervals: derived, derive: true, secondOpinion: false };
  return fetched.length === 0 ? [derivation] : [{ ...request, intervals: fetched }, derivation];
}
