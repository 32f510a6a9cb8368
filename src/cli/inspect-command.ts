import { inspectFiles, inspectionText } from '../index.ts';
import { command } from './command.ts';
import type { Declarations } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { NOW, OUTPUT, PROVIDER, given } from './options.ts';
import { print } from './output.ts';

const { needs: _basis, ...BASIS } = PROVIDER.basis;
const { needs: _zone, ...ZONE } = PROVIDER['csv-zone'];
const { needs: _stamps, ...STAMPS } = PROVIDER['csv-stamps'];
const { needs: _dates, ...DATES } = PROVIDER['csv-dates'];
const { needs: _decimal, ...DECIMAL } = PROVIDER['csv-decimal'];
const AS_OF = { ...PROVIDER['csv-as-of'], needs: { basis: ['split-adjusted'] } } as const;

const OPTIONS = {
  path: { value: 'PATH', word: 'one', required: true, describe: 'A file of bars, or a folder of them' },
  basis: BASIS,
  'csv-as-of': AS_OF,
  'csv-zone': ZONE,
  'csv-stamps': STAMPS,
  'csv-dates': DATES,
  'csv-decimal': DECIMAL,
  ...NOW,
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
  run: async ({ path, json, now, ...options }) => {
    const inspection = await inspectFiles({ path, ...given(options) }, now);
    await print(json ? [JSON.stringify(inspection)] : inspectionText(inspection));
    const isRefused = inspection.files.some(({ refused }) => refused.length > 0);
    return isRefused ? EXIT.someFailed : EXIT.done;
  },
});
