import type { CsvSettings } from '../index.ts';
import type { Declaration, Declarations, ValuesOf } from './declaration.ts';
import { given } from './options.ts';
import { checkDate } from './quantities.ts';

const CSV = 'Folders of CSV files';

/** Options that say how files of bars are read. */
export const CSV_FILES = {
  basis: {
    choices: ['raw', 'split-adjusted'],
    group: CSV,
    describe: 'What the prices are',
  },
  'csv-as-of': {
    value: 'DATE',
    read: checkDate,
    group: CSV,
    needs: { basis: ['split-adjusted'] },
    describe: 'Day up to which splits are in split-adjusted prices',
  },
  'csv-zone': {
    value: 'ZONE',
    otherwise: 'exchange',
    group: CSV,
    describe: 'Clock of times without an offset: UTC, America/New_York, …, or the exchange’s own',
  },
  'csv-stamps': {
    choices: ['start', 'end'],
    otherwise: 'start',
    group: CSV,
    describe: 'Whether times of intraday bars are their starts or ends',
  },
  'csv-dates': {
    choices: ['dmy', 'mdy', 'ymd'],
    otherwise: 'as they show',
    group: CSV,
    describe: 'Order of dates such as 01/02/24',
  },
  'csv-decimal': {
    choices: ['point', 'comma'],
    otherwise: 'as they show',
    group: CSV,
    describe: 'What parts the fraction of numbers',
  },
} as const satisfies Declarations;

/** Options that have an effect with one provider only. */
function ofProvider<Options extends Declarations>(provider: string, options: Options): Options {
  const theirs = Object.entries<Declaration>(options).map(([name, option]) => [
    name,
    { ...option, needs: { provider: [provider], ...option.needs } },
  ]);
  return Object.fromEntries(theirs) as Options;
}

/** The same beside a provider, where they have an effect with `csv` only. */
export const CSV_PROVIDER = ofProvider('csv', CSV_FILES);

/** How files are read, as the options say. */
export function csvSettingsOf(argv: Partial<ValuesOf<typeof CSV_FILES>>): CsvSettings {
  const {
    basis,
    csvZone: zone,
    csvStamps: stamps,
    csvDates: dates,
    csvDecimal: decimal,
    csvAsOf: asOf,
  } = argv;
  return given({ basis, zone, stamps, dates, decimal, asOf });
}
