import { doctorText } from '../terminal.ts';
import { command } from './command.ts';
import { openExisting } from './existing-history.ts';
import { EXIT } from './exit-codes.ts';
import { print, printJson } from './output.ts';
import { dataPage } from './page.ts';
import { ALL, OUTPUT, STORE } from './options.ts';

/** `backfill doctor`: read everything of a store, say what is damaged, and mend it on demand. */
export const doctorCommand = command({
  name: 'doctor',
  describe: 'Look for damage in the whole store, and mend it',
  examples: [
    { does: 'What is damaged', line: 'backfill doctor' },
    {
      does: 'Mend it, and fetch again what could not be',
      line: 'backfill doctor --fix && backfill @tickers.txt',
    },
  ],
  options: {
    ...STORE,
    fix: {
      type: 'switch',
      describe: 'Mend what can be; what cannot stay moves to quarantine, for the next run to fetch',
    },
    ...ALL,
    json: { type: 'switch', group: OUTPUT, describe: 'Print the whole report as JSON' },
  },
  explicit: ['fix'],
  run: async ({ store, fix, all, json }) => {
    const examination = await (await openExisting({ store })).doctor({ fix });
    await (json ? printJson(examination) : print(doctorText(examination, { fix }, dataPage(all))));
    return examination.damages.every(({ mended, harmless }) => mended || harmless)
      ? EXIT.done
      : EXIT.someFailed;
  },
});
