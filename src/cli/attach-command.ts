import { type BackfillOptions, type Universe, openAttached } from '../index.ts';
import { batchLine, batchesName, beyond, neverBegunText } from '../terminal.ts';
import { command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { done } from './fill.ts';
import { tellTotal } from './fill-one.ts';
import { ALL, OUTPUT, STORE, WATCHED, given } from './options.ts';
import { openObservers } from './observers.ts';
import { tell } from './output.ts';
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
    'While the process that began it is there, that is refused. Of a run in batches it is the batch that was begun: what comes ' +
    'after it is told, with how to go on.',
  explicit: ['run'],
  run: async (argv) => {
    const queue = assertQueueGiven(argv.queue, 'attach');
    const { run, state: stateFolder } = argv;
    await tellWorkers({ queue, quiet: argv.quiet });
    const attached = await openAttached({ queue, run, ...given({ store: argv.store, stateFolder }) });
    const { history, request } = attached;
    const batch = batchOf(request);
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
      if (batch !== undefined) tellTotal(batchLine(batch), telling);
      const purpose = batch && { purpose: batchesName([batch]) };
      const filling = { history, requests: [request], telling, ...purpose, observer: observers.watch() };
      const { code } = await done(filling);
      // Those after it were the business of the process that is gone.
      const rest = beyond({ provider: history.capabilities.id, ...(batch && { batch }) });
      for (const one of rest) tell(neverBegunText(one));
      return rest.length > 0 ? Math.max(code, EXIT.someFailed) : code;
    } finally {
      await observers.close();
      await attached.close();
    }
  },
});

/** Which part of a list a run is of. */
function batchOf({ tickers }: BackfillOptions): Universe['batch'] {
  return typeof tickers === 'object' && 'batch' in tickers ? tickers.batch : undefined;
}
