import { openHistory } from '../index.ts';
import { seriesStatusText, statusText } from '../terminal.ts';
import { command } from './command.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { openExisting } from './existing-history.ts';
import { EXIT } from './exit-codes.ts';
import { tellNotFound } from './not-found.ts';
import { ALL, INTERVAL, NOW, OUTPUT, STORE, TICKERS, WHICH, given } from './options.ts';
import { print, printJson, toldHere } from './output.ts';
import { dataPage } from './page.ts';
import { CONNECTION, SOURCES, connectionOf } from './provider-options.ts';

const OPTIONS = {
  tickers: { ...TICKERS.tickers, describe: 'Tell of these instead of the store' },
  interval: {
    ...INTERVAL.interval,
    needs: { tickers: 'given' },
    otherwise: 'all that are stored',
    group: WHICH,
  },
  ...STORE,
  ...SOURCES,
  'rate-limit': { ...CONNECTION['rate-limit'], needs: {} },
  timeout: { ...CONNECTION.timeout, needs: {} },
  'list-url': CONNECTION['list-url'],
  state: CONNECTION.state,
  quota: CONNECTION.quota,
  ...ALL,
  json: { type: 'switch', group: OUTPUT, describe: 'Print it as JSON' },
  ...NOW,
} as const satisfies Declarations;

/** `backfill status`: a store, its last run, keys and quotas; or what is stored of some tickers. */
export const statusCommand = command({
  name: 'status',
  describe: 'Tell of the store, its last run, keys and quotas, or of some tickers',
  examples: [
    { does: 'The store, the last run, keys and quotas', line: 'backfill status' },
    { does: 'What there is of a ticker', line: 'backfill status AAPL --interval 1d' },
  ],
  options: OPTIONS,
  notes:
    'It reads what is there and writes nothing, also while a run goes on. Of a key only its variable is told. Provider, ' +
    'tier and rate limit are those that quotas are told by.',
  run,
});

async function run(argv: ValuesOf<typeof OPTIONS>, onLine: ReadonlySet<string>): Promise<number> {
  const { tickers, interval: intervals, json, all } = argv;
  const connection = await connectionOf(argv);
  // Where nothing was filled yet status says how to begin; a store that is named has to be there.
  if (tickers !== undefined || onLine.has('store')) await openExisting(connection);
  if (tickers === undefined) {
    const status = await openHistory(connection).status();
    await (json ? printJson(status) : print(statusText(status, dataPage(all), toldHere())));
    return status.damaged > 0 ? EXIT.someFailed : EXIT.done;
  }
  const history = openHistory(connection);
  const selection = given({ tickers, intervals });
  const series = await history.seriesStatus(selection);
  if (json) await printJson(series);
  else await print(seriesStatusText(series, dataPage(all), toldHere()));
  return tellNotFound(await history.notFound(selection));
}
