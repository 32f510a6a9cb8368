import { ADJUSTMENTS, BackfillError, EXPORT_FORMATS, type Exported, INTERVALS } from '../index.ts';
import { plural } from '../terminal.ts';
import { command } from './command.ts';
import { openExisting } from './existing-history.ts';
import type { Declarations } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { tellLeftOut } from './left-out.ts';
import { exportFormat } from './export-format.ts';
import { DATES, INTERVAL, OUTPUT, STORE, TICKERS, WHICH, datesOf, given } from './options.ts';
import { assertPrinted, printToReader, tell, tellCutShort, tellDoubts } from './output.ts';
import { checkDate } from './quantities.ts';
import { stopOnSignal } from './signals.ts';

const OPTIONS = {
  tickers: { ...TICKERS.tickers, otherwise: 'all that are stored' },
  interval: {
    ...INTERVAL.interval,
    default: '1d',
    describe: `One length of bars (with --per-ticker several), of ${INTERVALS.join(' ')}`,
  },
  ...DATES,
  adjust: { choices: ADJUSTMENTS, default: 'none', group: WHICH, describe: 'Adjust prices and volumes' },
  'as-of': {
    value: 'DATE',
    otherwise: 'the last bar of each series',
    read: checkDate,
    needs: { adjust: ['splits', 'all'] },
    group: WHICH,
    describe: 'Adjust by what was known on this date',
  },
  ...STORE,
  format: {
    choices: EXPORT_FORMATS,
    otherwise: 'by the name of --out, else csv',
    group: OUTPUT,
    describe: 'Of the output',
  },
  'per-ticker': {
    type: 'switch',
    group: OUTPUT,
    describe: 'Each series as a file of its own in the folder --out: AAPL/AAPL.1d.parquet',
  },
  out: { value: 'FILE', default: '-', group: OUTPUT, describe: 'Where it is written; - is stdout' },
} as const satisfies Declarations;

/** Other names of `-`: what stands there is written to as it is open, be it a socket. */
const STDOUT = /^\/(dev\/(stdout|fd\/1)|proc\/self\/fd\/1)$/;

/** `backfill export`: bars of many tickers as one file or stream, as traded or adjusted. */
export const exportCommand = command({
  name: 'export',
  describe: 'Write bars as CSV, NDJSON or Parquet, as traded or adjusted',
  examples: [
    { does: 'All daily bars as traded, as CSV', line: 'backfill export --out prices.csv' },
    { does: 'Adjusted, as Parquet', line: 'backfill export AAPL --adjust all --out prices.parquet' },
    { does: 'A file a ticker and length', line: 'backfill export --interval 1m,1d --per-ticker --out files' },
    { does: 'To another program', line: 'backfill export AAPL --format ndjson | jq .close' },
  ],
  options: OPTIONS,
  explicit: ['start', 'end', 'as-of'],
  run: async (argv) => {
    const { adjust, asOf, perTicker } = argv;
    const out = STDOUT.test(argv.out) ? '-' : argv.out;
    if (perTicker && out === '-') throw new BackfillError('usage', '--per-ticker needs --out FOLDER');
    const format = perTicker ? (argv.format ?? 'parquet') : exportFormat(out, argv.format);
    const [interval = '1d', second] = argv.interval;
    if (second !== undefined && !perTicker)
      throw new BackfillError(
        'usage',
        `--interval ${argv.interval.join(',')}: export takes one interval, or several with --per-ticker`,
      );
    const history = await openExisting({ store: argv.store });
    const { stop, signal, release } = stopOnSignal();
    const reader = readerOfLines();
    try {
      const exported = await history.export({
        ...given({ tickers: argv.tickers, asOf }),
        ...datesOf(argv),
        ...(perTicker ? { perTicker, intervals: argv.interval } : { interval }),
        adjust,
        format,
        to: out === '-' ? reader.take : out,
        stop,
      });
      return await finished(exported, out);
    } catch (error) {
      if (stop.aborted) return signal();
      if (reader.isGone()) {
        tellCutShort(reader.lines() - (format === 'csv' ? 1 : 0), 'bar');
        return EXIT.done;
      }
      throw error;
    } finally {
      release();
      await history.close();
    }
  },
});

/** Whoever reads stdout, and how many lines were offered. `take` throws as soon as nobody reads any more. */
function readerOfLines(): {
  readonly take: (text: string) => Promise<void>;
  readonly lines: () => number;
  readonly isGone: () => boolean;
} {
  let lines = 0;
  let gone = false;
  return {
    take: async (text) => {
      lines += text.split('\n').length - 1;
      gone = !(await printToReader(text));
      if (gone) throw new BackfillError('cancelled', 'the reader closed the pipe');
    },
    lines: () => lines,
    isGone: () => gone,
  };
}

async function finished({ rows, series, failures, doubts }: Exported, out: string): Promise<number> {
  await assertPrinted();
  tellDoubts(doubts);
  tellLeftOut(failures.map(({ reason }) => reason));
  if (series === 0 && failures.length === 0) tell('left out: no series has a bar in the range');
  const where = series === 0 && out !== '-' ? `; nothing was written to ${out}` : '';
  tell(`Exported ${plural(rows, 'bar')} of ${series.toLocaleString('en-US')} series${where}.`);
  return failures.length > 0 || series === 0 ? EXIT.someFailed : EXIT.done;
}
