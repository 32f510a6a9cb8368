import type { Argv } from 'yargs';
import {
  type RunSummary,
  nothingToDoLine,
  openHistory,
  openingLine,
  planText,
  summaryText,
} from '../index.ts';
import { EXIT } from './exit-codes.ts';
import {
  given,
  parseClock,
  parseCount,
  parseIntervals,
  parseProvider,
  providerOptions,
  rangeOptions,
  storeOptions,
} from './options.ts';
import { print, tell } from './output.ts';
import { NO_PROGRESS, startProgress } from './progress.ts';
import { stopOnSignal } from './signals.ts';

function options(yargs: Argv) {
  return providerOptions(rangeOptions(storeOptions(yargs)))
    .option('workers', { type: 'string', default: 'auto', describe: 'Worker threads; auto: one a CPU' })
    .option('concurrency', { type: 'string', default: 'auto', describe: 'Fetches in flight a worker' })
    .option('gaps', {
      type: 'boolean',
      default: true,
      describe: 'Fetch only what is missing; --no-gaps: everything again',
    })
    .option('reset', {
      type: 'boolean',
      default: false,
      describe: 'The same as --no-gaps; rows are never deleted',
    })
    .option('dry-run', { type: 'boolean', default: false, describe: 'Print the plan and stop' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the plan or the summary as JSON' })
    .option('quiet', { type: 'boolean', default: false, describe: 'Print errors only' })
    .option('progress', { type: 'boolean', default: true, describe: 'Show progress' });
}

type Options = Awaited<ReturnType<typeof options>['argv']>;

/** `backfill`: close the gaps. Sets the process's exit code. */
export function addBackfill(yargs: Argv): void {
  yargs.command('$0', 'Fetch the bars that are missing', options, async (argv) => {
    process.exitCode = await run(argv);
  });
}

async function run(argv: Options): Promise<number> {
  const history = openHistory({
    store: argv.store,
    provider: parseProvider(argv),
    workers: parseCount('--workers', argv.workers),
    concurrency: parseCount('--concurrency', argv.concurrency),
    clock: parseClock(argv.now),
  });
  const { tickers, days, years, start, end } = argv;
  const request = {
    ...given({ tickers, days, years, start, end, intervals: parseIntervals(argv.interval) }),
    everything: !argv.gaps || argv.reset,
  };
  const { quotas } = history.capabilities;
  if (argv.dryRun) {
    const plan = await history.plan(request);
    await print(argv.json ? [JSON.stringify(plan)] : planText(plan, quotas));
    return EXIT.done;
  }
  const isTerminal = process.stderr.isTTY && !process.env['CI'] && process.env['TERM'] !== 'dumb';
  const progress = argv.quiet || !argv.progress ? NO_PROGRESS : startProgress(isTerminal, Date.now);
  const { stop, signal, release } = stopOnSignal();
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
    return summary.interrupted ? signal() : exitCode(summary);
  } finally {
    progress.end();
    release();
    await history.close();
  }
}

async function report(summary: RunSummary, argv: Options): Promise<void> {
  if (argv.json) await print([JSON.stringify(summary)]);
  else if (!argv.quiet) for (const line of summaryText(summary)) tell(line);
  else
    for (const { ticker, interval, code, message } of summary.failures)
      tell(`${ticker} ${interval}: ${code}: ${message}`);
}

function exitCode(summary: RunSummary): number {
  return summary.failed > 0 ? EXIT.someFailed : EXIT.done;
}
