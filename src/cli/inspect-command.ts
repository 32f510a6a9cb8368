import { inspectFiles } from '../index.ts';
import { inspectionText } from '../terminal.ts';
import { command } from './command.ts';
import type { Declarations } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { NOW, OUTPUT } from './options.ts';
import { CSV_FILES, csvSettingsOf } from './csv-options.ts';
import { print, printJson } from './output.ts';
import { dataPage } from './page.ts';

const OPTIONS = {
  path: { value: 'PATH', word: 'one', required: true, describe: 'A file of bars, or a folder of them' },
  ...CSV_FILES,
  ...NOW,
  all: {
    type: 'switch',
    voidWith: ['json'],
    group: OUTPUT,
    describe: 'Say all of each file, however many there are',
  },
  json: { type: 'switch', group: OUTPUT, describe: 'Print all of it as JSON' },
} as const satisfies Declarations;

/** `backfill inspect`: what the provider csv understands of files, before anything is stored. */
export const inspectCommand = command({
  name: 'inspect',
  describe: 'Say what is understood of CSV files, and store nothing',
  examples: [
    { does: 'A folder', line: 'backfill inspect ./my-csv' },
    { does: 'A file whose times are of another clock', line: 'backfill inspect spy.csv --csv-zone UTC' },
  ],
  options: OPTIONS,
  explicit: ['path'],
  run: async ({ path, all, json, now, ...options }) => {
    const inspection = await inspectFiles({ path, ...csvSettingsOf(options) }, now);
    await (json
      ? printJson(inspection)
      : print(inspectionText(inspection, { ...dataPage(all), isWhole: all })));
    const { files } = inspection;
    const isRefused = files.some(({ refused }) => refused.length > 0);
    // A run refuses a folder of which it reads nothing.
    const isNothing = files.every(({ series }) => series.length === 0);
    return isRefused || isNothing ? EXIT.someFailed : EXIT.done;
  },
});
