// Options have other names on a command line than in the library: `--as-of` is `asOf`. Who makes an error does not know who
// gave them, so a message marks their names, and whoever shows it spells them.

const [OPEN, CLOSE] = ['\uE000', '\uE001'];
const MARKED = new RegExp(`${OPEN}([A-Za-z]+)${CLOSE}`, 'g');

/** Options of which errors of the library speak. */
export type OptionName =
  | (typeof OF_RANGES)[number]
  | 'tickers'
  | 'interval'
  | 'on'
  | 'asOf'
  | 'inAdvance'
  | 'keepNew'
  | 'startBatch'
  | 'batchSize'
  | 'maxBatches'
  | 'add'
  | 'withdraw'
  | 'to'
  | 'adjust'
  | 'store'
  | 'queue'
  | 'stateFolder'
  | 'quotaUrl'
  | 'provider'
  | 'providerUrl'
  | 'basis'
  | 'csvZone'
  | 'csvAsOf'
  | 'planOut'
  | 'fault'
  | 'limit';

const OF_RANGES = ['days', 'years', 'start', 'end'] as const;

/** How an option is called: `--days`. */
export type Spelling = (option: OptionName) => string;

/** The name of an option as a part of the message of a `BackfillError`, which shows it as `spelt` has it. */
export function option(name: OptionName): string {
  return OPEN + name + CLOSE;
}

/** A message with its options by the names that the library has for them, or as `spelling` has it. */
export function spelt(message: string, spelling: Spelling = libraryName): string {
  return message.replaceAll(MARKED, (_, name: OptionName) => spelling(name));
}

/** What a caller of the library gives that for: most are called alike. */
function libraryName(name: OptionName): string {
  return OF_LIBRARY[name] ?? name;
}

const OF_LIBRARY: Partial<Record<OptionName, string>> = {
  startBatch: 'start',
  batchSize: 'size',
  maxBatches: 'most',
  planOut: 'plan({ to })',
  providerUrl: 'the url of provider',
  csvZone: 'the setting zone',
  csvAsOf: 'the setting asOf',
  basis: 'the setting basis',
};
