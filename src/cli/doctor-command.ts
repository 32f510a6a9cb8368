import type { Argv } from 'yargs';
import { doctorText, openHistory } from '../index.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './output.ts';
import { command } from './program.ts';

function options(yargs: Argv) {
  return yargs
    .option('store', { type: 'string', default: './data', describe: 'Where the bars are kept' })
    .option('fix', {
      type: 'boolean',
      default: false,
      describe: 'Mend what can be; what cannot stay moves to quarantine, for the next run to fetch',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print the whole report as JSON' });
}

/** `backfill doctor`: read everything of a store, say what is damaged, and mend it on demand. */
export const doctorCommand = command({
  name: 'doctor',
  describe: 'Look for damage in the whole store, and mend it',
  options,
  explicit: ['fix'],
  run: async ({ store, fix, json }) => {
    const examination = await openHistory({ store }).doctor({ fix });
    await print(json ? [JSON.stringify(examination)] : doctorText(examination, { fix }));
    return examination.damages.every(({ mended }) => mended) ? EXIT.done : EXIT.someFailed;
  },
});
