import { DASHBOARD_HOST, DASHBOARD_PORT } from '../index.ts';
import { command } from './command.ts';
import { addressOf, startedAt, withoutBrackets } from './dashboard-option.ts';
import { openExisting } from './existing-history.ts';
import { EXIT } from './exit-codes.ts';
import { DAILY } from './daily-option.ts';
import { given } from './options.ts';
import { print } from './output.ts';
import { QUEUE } from './queue-option.ts';
import { parsePort } from './quantities.ts';
import { DAILY_RUN, serveDaily } from './serve-daily.ts';

/** `backfill serve`: the dashboard of a store. Prints its URL, then serves until it is stopped. */
export const serveCommand = command({
  name: 'serve',
  describe: 'Show a store in a browser: coverage, runs, series',
  examples: [
    { does: 'To this machine alone', line: 'backfill serve' },
    { does: 'To others, who need the token that it prints', line: 'backfill serve --host 0.0.0.0' },
    {
      does: 'With the machines that share a queue, and its tasks below /queues',
      line: 'backfill serve --queue redis://box --store s3://lake',
    },
    {
      does: 'And have a run fill it every day',
      line: 'backfill serve --daily "06:00 America/New_York" AAPL MSFT',
    },
  ],
  options: {
    port: {
      value: 'N',
      default: String(DASHBOARD_PORT),
      read: parsePort,
      describe: 'Port to listen at; 0: any free one',
    },
    host: {
      value: 'HOST',
      default: DASHBOARD_HOST,
      read: (_, text) => withoutBrackets(text),
      describe: 'Address or name to listen at; 0.0.0.0: all of this machine',
    },
    ...QUEUE,
    ...DAILY,
    ...DAILY_RUN,
  },
  // A command of the shell comes from no file that lies about.
  explicit: ['on-done'],
  notes:
    'Without --daily it only shows: nothing is changed, nothing is fetched; with it it takes the options of a run. Runs of other processes are seen by the records that they leave. ' +
    'Programs ask it for bars at /api/bars?tickers=AAPL (JSON, CSV, Arrow), and for what lacks at /api/coverage. ' +
    'With --queue it shows the machines, and who may see them may retry and remove tasks. ' +
    'BACKFILL_TOKEN is the token that everybody has to bring; without it one is made up where others than this machine ' +
    'reach it. Ctrl-C ends it.',
  run: async (argv) => {
    const { daily, port, host, store, now, queue } = argv;
    if (daily !== undefined) return serveDaily(argv, daily);
    const history = await openExisting({ store, ...given({ clock: now }) });
    try {
      const dashboard = await startedAt(
        { host, port },
        {
          ...{ history, store, hasRuns: false },
          ...given({ queue }),
        },
      );
      const stopped = new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      await print([addressOf(dashboard)]);
      await stopped;
      await dashboard.close();
      return EXIT.done;
    } finally {
      await history.close();
    }
  },
});
