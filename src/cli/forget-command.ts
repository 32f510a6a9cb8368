import { BackfillError, type DateRange, type Forgettable, type Interval } from '../index.ts';
import { amountsText, forgettableText, isAnything, plural, setAsideLine, tied } from '../terminal.ts';
import { ask, canAsk } from './ask.ts';
import { storeOption } from './told-commands.ts';
import { command } from './command.ts';
import type { ValuesOf } from './declaration.ts';
import { openExisting } from './existing-history.ts';
import { EXIT } from './exit-codes.ts';
import { tellNotFound } from './not-found.ts';
import { DATES, INTERVAL, STORE, TICKERS, WHICH, datesOf, given } from './options.ts';
import { tell } from './output.ts';
import { counting } from './progress.ts';

const OPTIONS = {
  tickers: TICKERS.tickers,
  all: {
    type: 'switch',
    group: WHICH,
    describe: 'Every ticker of the store (ALL is one ticker, Allstate)',
  },
  interval: { ...INTERVAL.interval, otherwise: 'all, and splits and dividends' },
  start: { ...DATES.start, otherwise: 'the first' },
  end: { ...DATES.end, otherwise: 'the last' },
  ...STORE,
  yes: { type: 'switch', short: 'y', describe: 'Ask nothing' },
} as const;

/** `backfill forget`: remove rows and knowledge of a range, on purpose, so that it is fetched again. */
export const forgetCommand = command({
  name: 'forget',
  describe: 'Remove bars of a range, so that the next run fetches them again',
  examples: [
    { does: 'A month that is in doubt', line: 'backfill forget AAPL --start 2024-06-03 --end 2024-06-28' },
    { does: 'All that is known of a ticker', line: 'backfill forget AAPL' },
    { does: 'Bring back what was forgotten last', line: 'backfill restore newest' },
  ],
  options: OPTIONS,
  notes:
    'More than one series, and more than a range with both ends, is asked about first; where nobody can be asked it needs ' +
    '--yes. What goes is kept in quarantine/ until you delete it there.',
  explicit: ['start', 'end', 'interval', 'tickers', 'all', 'yes'],
  run,
});

async function run(argv: ValuesOf<typeof OPTIONS>): Promise<number> {
  const tickers = tickersOf(argv);
  const range = { ...given({ intervals: argv.interval }), ...datesOf(argv) };
  const history = await openExisting({ store: argv.store });
  const wanted = await history.forgettable(tickers, range);
  if (!argv.yes && isMuch(wanted, range) && !(await mayForget(wanted))) {
    tell('Nothing was forgotten.');
    return EXIT.someFailed;
  }
  const forgotten = await counting((onProgress) => history.forget(tickers, { ...range, onProgress }));
  const { id, notFound, setAside, staged = 0 } = forgotten;
  for (const file of setAside) tell(setAsideLine(file));
  const code = Math.max(tellNotFound(notFound), setAside.length > 0 ? EXIT.someFailed : EXIT.done);
  tell(`Forgot ${amountsText(forgotten)}.`);
  if (staged > 0) tell(`Removed ${plural(staged, 'staged answer')} for whole markets, too.`);
  if (id !== null && isAnything(forgotten))
    tell(`To bring that back: ${tied(`backfill restore ${id}${storeOption(argv.store)}`)}`);
  return code;
}

/** Throws `usage` where it is not clear what is meant. */
function tickersOf({ tickers, all }: ValuesOf<typeof OPTIONS>): string {
  const whole = tickers?.split(/[\s,;]+/).find((word) => word !== 'ALL' && word.toLowerCase() === 'all');
  if (whole !== undefined)
    throw new BackfillError(
      'usage',
      `forget ${whole}: say --all to forget every ticker, or ALL in capitals for the ticker of Allstate`,
    );
  if (all && tickers !== undefined)
    throw new BackfillError('usage', `--all is every ticker: leave out ${tickers}, or leave out --all`);
  if (!all && tickers === undefined)
    throw new BackfillError('usage', 'forget needs a ticker, or --all for every one of the store');
  return tickers ?? 'all';
}

/** Whether that is more than somebody may have meant who mistyped: beyond one series, or beyond a range with both ends. */
function isMuch(
  { series }: Forgettable,
  { start, end }: DateRange & { intervals?: readonly Interval[] },
): boolean {
  return series.length > 1 || (series.length === 1 && (start === undefined || end === undefined));
}

/** Asks, or throws `usage` where there is nobody to ask. */
async function mayForget(wanted: Forgettable): Promise<boolean> {
  const { amount, which } = forgettableText(wanted);
  if (!canAsk())
    throw new BackfillError(
      'usage',
      `this would forget ${amount} (${which}); nothing was touched: add --yes to do it`,
    );
  tell(`This forgets ${amount}:`);
  tell(`  ${which}`);
  return ask('They can be brought back. Forget them?');
}
