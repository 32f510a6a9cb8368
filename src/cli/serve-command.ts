import { DASHBOARD_HOST, DASHBOARD_PORT } from '../index.ts';
import { command } from './command.ts';
import { addressOf, startedAt } from './dashboard-option.ts';
import { openExisting } from './existing-history.ts';
import { EXIT } from './exit-codes.ts';
import { NOW, STORE, given } from './options.ts';
import { print } from './output.ts';
import { parsePort } from './quantities.ts';

/** `backfill serve`: the dashboard of a store. Prints its URL, then serves until it is stopped. */
export const serveCommand = command({
  name: 'serve',
  describe: 'Show a store in a browser: coverage, runs, series',
  examples: [
    { does: 'To this machine alone', line: 'backfill serve' },
    { does: 'To others, who need the token that it prints', line: 'backfill serve --host 0.0.0.0' },
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
      describe: 'Address or name to listen at; 0.0.0.0: all of this machine',
    },
    ...STORE,
    ...NOW,
  },
  notes:
    'It only shows: nothing is changed, nothing is fetched. Runs of other processes are seen by the records that they leave. ' +
    'BACKFILL_TOKEN is the token that everybody has to bring; without it one is made up where others than this machine ' +
    'reach it. Ctrl-C ends it.',
  run: async ({ port, host, store, now }) => {
    const history = await openExisting({ store, ...given({ clock: now }) });
    try {
      const dashboard = await startedAt({ host, port }, { history, store, hasRuns: false });
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
