// A process that records minute after minute until it is killed. Says the number of each bar that is acknowledged.
import { openHistory } from '../../src/library/open-history.ts';
import { recordedMinute, RECORDED_SERIES } from './recorded-minutes.ts';

const [store = '', first = '0'] = process.argv.slice(2);
const history = openHistory({ store, provider: 'none' });
for (let n = Number(first); ; n++) {
  await history.record(RECORDED_SERIES, recordedMinute(n));
  console.log(n);
}
