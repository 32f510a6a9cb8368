import { openQueueDesk } from '../index.ts';
import { leasesText, plural } from '../terminal.ts';
import { command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { OUTPUT } from './options.ts';
import { print, printJson, tell } from './output.ts';
import { dataPage } from './page.ts';
import { QUEUE, assertQueueGiven } from './queue-option.ts';

/** `backfill leases`: tasks that workers of a queue have in work. */
export const leasesCommand = command({
  name: 'leases',
  describe: 'List the tasks that machines have in work, and free overdue ones',
  examples: [
    { does: 'Who has what, and until when', line: 'backfill leases --queue redis://box' },
    { does: 'Have others take what a dead worker had', line: 'backfill leases --recover' },
  ],
  options: {
    ...QUEUE,
    recover: {
      type: 'switch',
      describe: 'Put the overdue ones back, as workers do by themselves within half a minute',
    },
    json: { type: 'switch', group: OUTPUT, describe: 'Print it as JSON' },
  },
  explicit: ['recover'],
  run: async ({ queue, recover, json }) => {
    const desk = await openQueueDesk(assertQueueGiven(queue, 'leases'));
    try {
      const recovered = recover ? await desk.recover() : 0;
      const leases = await desk.leases();
      await (json ? printJson({ leases, recovered }) : print(leasesText(leases, dataPage(false))));
      if (recover && !json) tell(`${plural(recovered, 'overdue task')} put back`);
      return EXIT.done;
    } finally {
      await desk.close();
    }
  },
});
