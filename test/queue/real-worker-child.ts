// A machine's workers, as the library starts them. Says `there`, then every series that it takes or is done with, and
// what it notes; drains on SIGTERM.
import { startPlanner } from '../../src/library/queue-calls.ts';
import { startWorker } from '../../src/library/worker.ts';
import type { LeaseEvent } from '../../src/queue/lease-events.ts';

const [queue = '', store = '', stateFolder = '', name = '', pace = '{}', role = 'download'] =
  process.argv.slice(2);
const own = { queue, store, stateFolder, name, onNote: (line: string) => console.log(line) };
const quick = JSON.parse(pace) as object;
const workers = [
  ...(role === 'download' ? [] : [await startPlanner(own, quick)]),
  ...(role === 'discovery' ? [] : [await startWorker({ ...own, workers: 1, onLease: said }, quick)]),
];
console.log('there');
process.once('SIGTERM', () => {
  void Promise.all(workers.map((worker) => worker.drain(500))).then(() => process.exit(0));
});

function said({ what, node_id: node }: LeaseEvent): void {
  console.log(`${what} ${node}`);
}
