// A planner, as the library is one. Says `begun` with its id, and how its run ended.
import { openHistory } from '../../src/library/open-history.ts';

const [queue = '', store = '', stateFolder = '', url = '', now = '', ...tickers] = process.argv.slice(2);
const history = openHistory({
  ...{ queue, store, stateFolder, provider: { id: 'yahoo', url }, quotas: [], clock: () => Number(now) },
});
const { fetched, failed } = await history.backfill({
  ...{ tickers, days: 20 },
  onEvent: (event) => void (event.type === 'begun' && console.log(`begun ${event.runId}`)),
});
console.log(`${fetched} fetched, ${failed} failed`);
await history.close();
