import type { Argv } from 'yargs';
import { actionsJson, actionsText, openHistory } from '../index.ts';
import { EXIT } from './exit-codes.ts';
import { given, parseClock } from './options.ts';
import { print, tell } from './output.ts';
import { command } from './program.ts';

function options(yargs: Argv) {
  return yargs
    .positional('ticker', { type: 'string', demandOption: true, describe: 'One ticker' })
    .option('store', { type: 'string', default: './data', describe: 'Where the bars are kept' })
    .option('add', {
      type: 'string',
      describe: 'In force whatever providers say: 2020-08-31,split,4:1 or 2020-11-06,dividend,0.205',
    })
    .option('withdraw', {
      type: 'string',
      describe: 'In force no more, though providers list it on: 2020-08-31,split',
    })
    .option('all', {
      type: 'boolean',
      default: false,
      describe: 'Also what was withdrawn or replaced, when and by whom',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print all that is known as JSON' })
    .option('now', { type: 'string', describe: 'Pretend that it is this instant (ISO 8601)' })
    .epilogue(
      'A folder of csv files lists its splits and dividends in an actions.csv with the header ticker,date,kind,value: ' +
        'AAPL,2020-08-31,split,4:1 or AAPL,2020-11-06,dividend,0.205, by ex-date.',
    );
}

/** `backfill actions`: what is known of a ticker's splits and dividends, and what a user knows better. */
export const actionsCommand = command({
  name: 'actions <ticker>',
  describe: 'List splits and dividends of a ticker; add or withdraw one by hand',
  options,
  explicit: ['ticker', 'add', 'withdraw', 'all'],
  run: async ({ ticker, store, add, withdraw, all, json, now }) => {
    const history = openHistory({ store, clock: parseClock(now) });
    const change = given({ add, withdraw });
    const isChange = add !== undefined || withdraw !== undefined;
    const book = isChange ? await history.changeActions(ticker, change) : await history.actionBook(ticker);
    if (withdraw?.endsWith('split') === true)
      tell('Bars that were turned back with it are fetched again by the next run that asks for the ticker.');
    await print(
      json ? [JSON.stringify(actionsJson(ticker, book))] : actionsText(ticker, book, all || isChange),
    );
    return EXIT.done;
  },
});
