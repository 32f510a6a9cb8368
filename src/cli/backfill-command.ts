import type { Argv } from 'yargs';
import {
  type RunSummary,
  nothingToDoLine,
  openHistory,
  openingLine,
  planText,
  errorText,
  summaryText,
} from '../index.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import {
  connectionOptions,
  given,
  parseConnection,
  parseIntervals,
  parseRangeOptions,
  providerOptions,
  rangeOptions,
  storeOptions,
} from './options.ts';
import { command } from './program.ts';
import { print, tell } from './output.ts';
import { NO_PROGRESS, startProgress } from './progress.ts';
import { stopOnSignal } from './signals.ts';

function options(yargs: Argv) {
  return connectionOptions(providerOptions(rangeOptions(storeOptions(yargs))))
    .option('include-provisional', {
      type: 'boolean',
      default: false,
      describe: 'Store sessions too that are not final yet, marked as such',
    })
    .option('no-gaps', { type: 'boolean', default: false, describe: 'Fetch the whole range again' })
    .option('reset', { type: 'boolean', default: false, describe: 'The same as --no-gaps' })
    .option('strict', {
      type: 'boolean',
      default: false,
      describe: 'Exit 1 whenever something that was asked for cannot be had',
    })
    .option('dry-run', { type: 'boolean', default: false, describe: 'Print the plan and stop' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the plan or the summary as JSON' })
    .option('quiet', { type: 'boolean', default: false, describe: 'Print errors only' })
    .option('no-progress', { type: 'boolean', default: false, describe: 'Show no progress' });
}

type Options = Awaited<ReturnType<typeof options>['argv']>;

/** `backfill`: close the gaps. */
export const backfillCommand = command({
  name: '$0',
  describe: 'Fetch the bars that are missing',
  options,
  run,
});

async function run(argv: Options): Promise<number> {
  const history = openHistory(parseConnection(argv));
  const request = {
    ...given({ tickers: argv.tickers, intervals: parseIntervals(argv.interval) }),
    ...parseRangeOptions(argv),
    everything: argv.noGaps || argv.reset,
    includeProvisional: argv.includeProvisional,
  };
  const { quotas } = history.capabilities;
  if (!argv.quiet) for (const note of await history.notes()) tell(note);
  if (argv.dryRun) {
    const plan = await history.plan(request);
    await print(argv.json ? [JSON.stringify(plan)] : planText(plan, quotas));
    return EXIT.done;
  }
  const { stop, signal, release } = stopOnSignal();
  const progress = argv.quiet || argv.noProgress ? NO_PROGRESS : startProgress(quotas, stop);
  try {
    const summary = await history.backfill({
      ...request,
      stop,
      onEvent: (event) => {
        if (event.type === 'planned' && !argv.quiet) {
          for (const { path, reason } of event.setAside) tell(`set aside ${path}: ${reason}`);
          tell(event.plan.tasks.length === 0 ? nothingToDoLine(event.plan) : openingLine(event.plan, quotas));
        }
        progress.show(event);
      },
    });
    progress.end();
    await report(summary, argv);
    return summary.stopped?.reason === 'interrupted' ? signal() : exitCodeOf(summary, argv);
  } finally {
    progress.end();
    release();
    await history.close();
  }
}

async function report(summary: RunSummary, argv: Options): Promise<void> {
  if (argv.json) await print([JSON.stringify(summary)]);
  else if (!argv.quiet) for (const line of summaryText(summary)) tell(line);
  else for (const line of errorText(summary, argv)) tell(line);
}
