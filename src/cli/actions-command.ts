import { actionsJson, actionsText } from '../terminal.ts';
import { command } from './command.ts';
import { openExisting } from './existing-history.ts';
import { tellNotFound } from './not-found.ts';
import { NOW, OUTPUT, STORE, given } from './options.ts';
import { print, printJson, tell } from './output.ts';
import { dataPage } from './page.ts';

const CHANGE = 'What you know better';

/** `backfill actions`: what is known of a ticker's splits and dividends, and what a user knows better. */
export const actionsCommand = command({
  name: 'actions',
  describe: 'List splits and dividends of a ticker; add or withdraw one by hand',
  examples: [
    { does: 'What is in force', line: 'backfill actions AAPL' },
    { does: 'One that the vendor does not know', line: 'backfill actions AAPL --add 2020-08-31,split,4:1' },
    { does: 'One that never was', line: 'backfill actions MSFT --withdraw 2017-12-15,split' },
  ],
  options: {
    ticker: { word: 'one', value: 'TICKER', required: true, describe: 'One ticker' },
    add: {
      value: 'DATE,KIND,VALUE',
      group: CHANGE,
      describe: 'In force whatever providers say: 2020-08-31,split,4:1 or 2020-11-06,dividend,0.205',
    },
    withdraw: {
      value: 'DATE,KIND',
      group: CHANGE,
      describe: 'In force no more, though providers list it on: 2020-08-31,split',
    },
    all: {
      type: 'switch',
      group: OUTPUT,
      describe: 'Also what was withdrawn or replaced, when and by whom',
    },
    json: { type: 'switch', group: OUTPUT, describe: 'Print all that is known as JSON' },
    ...STORE,
    ...NOW,
  },
  notes:
    'A folder of csv files lists its splits and dividends in an actions.csv with the header ticker,date,kind,value: ' +
    'AAPL,2020-08-31,split,4:1 or AAPL,2020-11-06,dividend,0.205, by ex-date.',
  explicit: ['ticker', 'add', 'withdraw', 'all'],
  run: async ({ ticker, store, add, withdraw, all, json, now }) => {
    const history = await openExisting({ store, ...given({ clock: now }) });
    const change = given({ add, withdraw });
    const isChange = add !== undefined || withdraw !== undefined;
    const book = isChange ? await history.changeActions(ticker, change) : await history.actionBook(ticker);
    if (withdraw?.endsWith('split') === true)
      tell('Bars that were turned back with it are fetched again by the next run that asks for the ticker.');
    if (add !== undefined) for (const line of await history.contradictedSplits(ticker)) tell(line);
    await (json
      ? printJson(actionsJson(ticker, book))
      : print(actionsText(ticker, book, all || isChange, dataPage(all))));
    const isKnown = book.entries.length + book.past.length > 0;
    return tellNotFound(isKnown ? [] : await history.notFound({ tickers: [ticker] }));
  },
});
