import { extname } from 'node:path';
import { ADJUSTMENTS, BackfillError, INTERVALS } from '../index.ts';
import { saveText } from '../terminal.ts';
import { command } from './command.ts';
import { openExisting } from './existing-history.ts';
import { EXIT } from './exit-codes.ts';
import { INTERVAL, NOW, OUTPUT, RANGE, STORE, WHICH, given, rangeOf } from './options.ts';
import { printText, tell } from './output.ts';
import { checkDate } from './quantities.ts';

/** Throws `usage` for a name that promises another kind of picture than is drawn. */
function assertSvg(out: string | undefined): void {
  const extension = out === undefined ? '' : extname(out);
  if (['', '.svg'].includes(extension.toLowerCase())) return;
  throw new BackfillError(
    'usage',
    `--out ${out}: a plot is drawn as SVG, and not as ${extension}; end the name in .svg, or give --out - and have another ` +
      `program make of it what is wanted: backfill plot … --out - | rsvg-convert`,
  );
}

/** `backfill plot`: one series as a picture. */
export const plotCommand = command({
  name: 'plot',
  describe: 'Draw what is stored of a ticker as SVG',
  examples: [
    { does: 'Its daily bars, as AAPL.1d.svg', line: 'backfill plot AAPL' },
    { does: 'A year of it, adjusted for splits', line: 'backfill plot AAPL --days 252 --adjust splits' },
    { does: 'To another program', line: 'backfill plot AAPL --out - | rsvg-convert > aapl.png' },
  ],
  options: {
    ticker: { word: 'one', value: 'TICKER', required: true, describe: 'One ticker' },
    interval: {
      ...INTERVAL.interval,
      default: '1d',
      describe: `One length of bars, of ${INTERVALS.join(' ')}`,
    },
    ...RANGE,
    start: { ...RANGE.start, otherwise: 'the first that is known' },
    end: { ...RANGE.end, otherwise: 'the last settled one' },
    adjust: { choices: ADJUSTMENTS, default: 'none', group: WHICH, describe: 'Adjust prices and volumes' },
    'as-of': {
      value: 'DATE',
      otherwise: 'the last bar of the series',
      read: checkDate,
      needs: { adjust: ['splits', 'all'] },
      group: WHICH,
      describe: 'Adjust by what was known on this date',
    },
    out: {
      value: 'FILE',
      otherwise: 'TICKER.INTERVAL.svg',
      group: OUTPUT,
      describe: 'Where it is written; - is stdout',
    },
    ...STORE,
    ...NOW,
  },
  notes:
    'Up to 400 bars, those that are missing counted, are drawn as candles, more as a line of their closes. Sessions that are missing are red, those that are ' +
    'known to have no bar grey. Lines are splits, dotted ones dividends.',
  explicit: ['ticker', 'start', 'end', 'as-of', 'out'],
  run: async (argv) => {
    const { ticker, interval: intervals, adjust, asOf, store, now } = argv;
    const [interval = '1d', second] = intervals;
    if (second !== undefined)
      throw new BackfillError('usage', `--interval ${intervals.join(',')}: plot takes one interval`);
    assertSvg(argv.out);
    const history = await openExisting({ store, ...given({ clock: now }) });
    const svg = await history.plot({ ticker, interval }, { ...rangeOf(argv), adjust, ...given({ asOf }) });
    if (argv.out === '-') {
      await printText(`${svg}\n`);
      return EXIT.done;
    }
    const out = argv.out ?? `${ticker.replaceAll('/', '%2F')}.${interval}.svg`;
    await saveText(out, `${svg}\n`, store);
    tell(`Drawn to ${out}`);
    return EXIT.done;
  },
});
