import { openAttached } from '../index.ts';
import { command } from './command.ts';
import { done } from './fill.ts';
import { ALL, OUTPUT, STORE, WATCHED, given } from './options.ts';
import { openObservers } from './observers.ts';
import { CONNECTION } from './provider-options.ts';
import { QUEUE, assertQueueGiven, tellWorkers } from './queue-option.ts';
import { LOGGED } from './run-log.ts';

const { default: _default, ...store } = STORE.store;

/** `backfill attach`: goes on with a run whose planner is gone. */
export const attachCommand = command({
  name: 'attach',
  describe: 'Go on with a run of a queue whose own process is gone',
  examples: [
    { does: 'Where it stands, and to its end', line: 'backfill attach 20261120T211500Z-3f9a' },
    { does: 'Those that go on', line: 'backfill queue status' },
  ],
  options: {
    run: { word: 'one', value: 'RUN', required: true, describe: 'Its id, as it was told when it began' },
    ...QUEUE,
    store: { ...store, otherwise: 'the one that the run writes' },
    state: CONNECTION.state,
    ...ALL,
    json: { type: 'switch', group: OUTPUT, describe: 'Print the summary as JSON' },
    ...WATCHED,
    ...LOGGED,
  },
  notes:
    'It waits for what machines still have of the run, looks at the store, and has them do what lacks, under the same id. ' +
    'While the process that began it is there, that is refused.',
  explicit: ['run'],
  run: async (argv) => {
    const queue = assertQueueGiven(argv.queue, 'attach');
    const { run, state: stateFolder } = argv;
    await tellWorkers({ queue, quiet: argv.quiet });
    const attached = await openAttached({ queue, run, ...given({ store: argv.store, stateFolder }) });
    const { history, request } = attached;
    const telling = { ...argv, dryRun: false };
    const observers = await openObservers(
      {
        ...{ ...argv, store: argv.store ?? '', tickers: request.tickers, interval: request.intervals },
        ...{ now: undefined, dashboard: undefined, metricsPort: undefined, metricsFile: undefined },
        ...{ metricsTickers: 0 },
      },
      history,
    );
    try {
      return (await done({ history, requests: [request], telling, observer: observers.watch() })).code;
    } finally {
      await observers.close();
      await attached.close();
    }
  },
});
