import { RUN, fillGaps } from './backfill-command.ts';
import { command } from './command.ts';
import { TICKERS } from './options.ts';

/** `backfill run-once`: a run of tickers that are named, whatever the settings say. */
export const runOnceCommand = command({
  name: 'run-once',
  describe: 'Fetch what is missing of some tickers, to try one out',
  examples: [
    {
      does: 'One ticker, in two lengths of bars',
      line: 'backfill run-once AAPL --timeframes 1h,1d',
    },
  ],
  options: { tickers: { ...TICKERS.tickers, required: true }, ...RUN },
  explicit: ['tickers', 'on-done'],
  run: fillGaps,
});
