import { type BackfillEvent, type Capabilities, type RunSummary, openHistory } from '../index.ts';
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
    describe: 'Exit 1 whenever something that was asked for cannot be had',
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
  if (!argv.dryRun) assertItsInstant(connection);
  const history = openHistory(connection);
  const request = {
    ...given({ tickers: argv.tickers, intervals: argv.interval }),
    ...rangeOf(argv),
    everything: argv.noGaps || argv.reset,
    includeProvisional: argv.includeProvisional,
  };
  const { quotas } = history.capabilities;
  const tellOpening = (event: BackfillEvent): void => {
    const opening = argv.quiet ? [] : openingOf(event, history.capabilities, argv);
    for (const line of opening.flatMap((one) => totalLine(one, messagePage(argv.all)))) tell(line);
  };
  await tellNotes(history, argv.quiet ? 'warnings' : 'all');
  if (argv.dryRun) {
    const plan = await history.plan({ ...request, onEvent: tellOpening });
    await (argv.json ? printJson(planJson(plan)) : print(planText(plan, quotas, dataPage(argv.all))));
    return EXIT.done;
  }
  const { stop, signal, signalOf, release } = stopOnSignal();
  const progress = argv.quiet || argv.noProgress ? NO_PROGRESS : startProgress(quotas, stop);
  try {
    const summary = await history.backfill({
      ...request,
      stop,
      onEvent: (event) => {
        tellOpening(event);
        progress.show(event);
      },
    });
    progress.end();
    await report(summary, argv);
    return summary.stopped?.reason === 'interrupted' ? signal() : exitCodeOf(summary, argv);
  } catch (error) {
    return signalOf(error);
  } finally {
    progress.end();
    release();
    await history.close();
  }
}

/** What a run says before its work; of one that would be, its plan says the rest. */
function openingOf(
  event: BackfillEvent,
  { id, quotas }: Capabilities,
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

async function report(summary: RunSummary, argv: Options): Promise<void> {
  if (argv.json) await printJson(summary);
  else if (!argv.quiet) for (const line of summaryText(summary, messagePage(argv.all))) tell(line);
  else for (const line of errorText(summary, argv, messagePage(argv.all))) tell(line);
  if (summary.stopped?.reason === 'unreachable') tellOfProxy();
}
