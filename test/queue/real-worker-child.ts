// A machine's worker, as the library starts it. Says `there`, then every series that it takes or is done with; drains on SIGTERM.
import { startWorker } from '../../src/library/worker.ts';

const [queue = '', store = '', stateFolder = '', name = '', pace = '{}', role = 'download'] =
  process.argv.slice(2);
const worker = await startWorker(
  {
    ...{ queue, store, stateFolder, name, workers: 1, role: role as 'all' },
    onLease: ({ what, node_id: node }) => console.log(`${what} ${node}`),
    onNote: (line) => console.log(line),
  },
  JSON.parse(pace) as object,
);
console.log('there');
process.once('SIGTERM', () => {
  void worker.drain(500).then(() => process.exit(0));
});
