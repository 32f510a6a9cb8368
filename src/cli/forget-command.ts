import type { Argv } from 'yargs';
import { BackfillError, openHistory } from '../index.ts';
import { EXIT } from './exit-codes.ts';
import { given, parseIntervals } from './options.ts';
import { command } from './program.ts';
import { tell } from './output.ts';

function options(yargs: Argv) {
  return yargs
    .positional('tickers', { type: 'string', demandOption: true, describe: 'AAPL,MSFT | @file | a universe' })
    .option('store', { type: 'string', default: './data', describe: 'Where the bars are kept' })
    .option('interval', { type: 'string', describe: 'Only these intervals; default all' })
    .option('start', {
      type: 'string',
      describe: 'First session date, YYYY-MM-DD, inclusive; default the first',
    })
    .option('end', {
      type: 'string',
      describe: 'Last session date, YYYY-MM-DD, inclusive; default the last',
    });
}

/** `backfill forget`: remove rows and knowledge of a range, on purpose, so that it is fetched again. */
export const forgetCommand = command({
  name: 'forget <tickers>',
  describe: 'Remove bars of a range, so that the next run fetches them again',
  options,
  explicit: ['start', 'end', 'interval', 'tickers'],
  run: async (argv) => {
    const { start, end } = argv;
    if (start !== undefined && end !== undefined && start > end) {
      throw new BackfillError('usage', `--start ${start} is after --end ${end}`);
    }
    const history = openHistory({ store: argv.store });
    const { rows, unknown, setAside } = await history.forget(
      argv.tickers,
      given({ start, end, intervals: parseIntervals(argv.interval) }),
    );
    for (const { path, reason } of setAside) tell(`set aside ${path}: ${reason}`);
    for (const ticker of unknown) tell(`Nothing was stored of ${ticker}.`);
    tell(`Forgot ${rows} ${rows === 1 ? 'row' : 'rows'}.`);
    return EXIT.done;
  },
});
