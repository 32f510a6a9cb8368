import type { Argv } from 'yargs';
import { ADJUSTMENTS, BackfillError, type Exported, openHistory } from '../index.ts';
import { EXIT } from './exit-codes.ts';
import { given, parseIntervals } from './options.ts';
import { printText, tell, tellDoubts } from './output.ts';
import { command } from './program.ts';
import { stopOnSignal } from './signals.ts';

function options(yargs: Argv) {
  return yargs
    .option('store', { type: 'string', default: './data', describe: 'Where the bars are kept' })
    .option('tickers', {
      alias: 't',
      type: 'string',
      describe: 'AAPL,MSFT | @file | a universe; default all',
    })
    .option('interval', { type: 'string', default: '1d', describe: 'One interval' })
    .option('start', { type: 'string', describe: 'First session date, YYYY-MM-DD, inclusive' })
    .option('end', { type: 'string', describe: 'Last session date, YYYY-MM-DD, inclusive' })
    .option('adjust', {
      choices: ADJUSTMENTS,
      default: 'none' as const,
      describe: 'Adjust prices and volumes',
    })
    .option('as-of', {
      type: 'string',
      describe: 'As known on this date; default the last bar of each series',
    })
    .option('format', {
      choices: ['csv', 'parquet', 'ndjson'] as const,
      default: 'csv' as const,
      describe: 'Of the output',
    })
    .option('out', { type: 'string', default: '-', describe: 'A file; - is stdout' });
}

/** `backfill export`: bars of many tickers as one file or stream, as traded or adjusted. */
export const exportCommand = command({
  name: 'export',
  describe: 'Write bars as CSV, NDJSON or Parquet, as traded or adjusted',
  options,
  explicit: ['start', 'end', 'as-of'],
  run: async (argv) => {
    const { start, end, adjust, asOf, format, out } = argv;
    if (start !== undefined && end !== undefined && start > end)
      throw new BackfillError('usage', `--start ${start} is after --end ${end}`);
    if (out === '-' && format === 'parquet')
      throw new BackfillError('usage', '--format parquet needs --out FILE: it is no text for stdout');
    const [interval = '1d', second] = parseIntervals(argv.interval) ?? [];
    if (second !== undefined)
      throw new BackfillError('usage', `--interval ${argv.interval}: export takes one interval`);
    const history = openHistory({ store: argv.store });
    const { stop, signal, release } = stopOnSignal();
    try {
      const exported = await history.export({
        ...given({ tickers: argv.tickers, start, end, asOf }),
        interval,
        adjust,
        format,
        to: out === '-' ? printText : out,
        stop,
      });
      return finished(exported);
    } catch (error) {
      if (stop.aborted) return signal();
      throw error;
    } finally {
      release();
      await history.close();
    }
  },
});

function finished({ rows, series, failures, doubts }: Exported): number {
  tellDoubts(doubts);
  for (const { reason } of failures) tell(`left out: ${reason}`);
  tell(`Exported ${rows} bars of ${series} series.`);
  return failures.length > 0 ? EXIT.someFailed : EXIT.done;
}
