import { openHistory } from '../index.ts';
import { command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { DATES, INTERVAL, STORE, TICKERS, datesOf, given } from './options.ts';
import { tell } from './output.ts';

/** `backfill forget`: remove rows and knowledge of a range, on purpose, so that it is fetched again. */
export const forgetCommand = command({
  name: 'forget',
  describe: 'Remove bars of a range, so that the next run fetches them again',
  examples: [
    { does: 'A month that is in doubt', line: 'backfill forget AAPL --start 2024-06-03 --end 2024-06-28' },
    { does: 'All that is known of a ticker', line: 'backfill forget AAPL' },
  ],
  options: {
    tickers: { ...TICKERS.tickers, required: true },
    ...INTERVAL,
    ...DATES,
    ...STORE,
  },
  explicit: ['start', 'end', 'interval', 'tickers'],
  run: async (argv) => {
    const history = openHistory({ store: argv.store });
    const { rows, unknown, setAside } = await history.forget(argv.tickers, {
      ...given({ intervals: argv.interval }),
      ...datesOf(argv),
    });
    for (const { path, reason } of setAside) tell(`set aside ${path}: ${reason}`);
    for (const ticker of unknown) tell(`Nothing was stored of ${ticker}.`);
    tell(`Forgot ${rows} ${rows === 1 ? 'row' : 'rows'}.`);
    return EXIT.done;
  },
});
