import { BackfillError, CATEGORIES, PUBLIC_INDICES, PUBLIC_LISTS, discover } from '../index.ts';
import { discoveredText } from '../terminal.ts';
import { command } from './command.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { NOW, OUTPUT, STORE, given } from './options.ts';
import { print, printJson, tell } from './output.ts';
import { CONNECTION, SOURCES, checkSource, configOf, connectionOf } from './provider-options.ts';
import { checkDate, wholeFrom } from './quantities.ts';

const CATEGORY = 'Which members';

/** The public lists that are no index. */
const LISTS = Object.keys(PUBLIC_LISTS).filter((name) => !PUBLIC_INDICES.includes(name));

/** What may be asked for. */
const LISTED = [...Object.keys(CATEGORIES), 'all', ...PUBLIC_INDICES];

const OPTIONS = {
  category: {
    value: 'CATEGORY',
    word: 'one',
    required: true,
    offers: LISTED,
    describe: `Of ${LISTED.join(', ')}`,
  },
  limit: {
    value: 'N',
    read: wholeFrom(1),
    group: CATEGORY,
    describe: 'Members at most, the first by ticker',
  },
  'as-of': {
    value: 'DATE',
    read: checkDate,
    group: CATEGORY,
    describe: 'Those that lived on that day, YYYY-MM-DD',
  },
  ...SOURCES,
  provider: {
    value: 'NAME',
    group: SOURCES.provider.group,
    otherwise: 'the first that lists it and lacks no key',
    read: checkSource,
    describe: `Who lists them: a provider, or ${LISTS.join(', ')}`,
  },
  'list-url': CONNECTION['list-url'],
  'rate-limit': { ...CONNECTION['rate-limit'], needs: {} },
  timeout: { ...CONNECTION.timeout, needs: {} },
  state: CONNECTION.state,
  quota: CONNECTION.quota,
  ...STORE,
  json: { type: 'switch', group: OUTPUT, describe: 'Print what was written as JSON' },
  ...NOW,
} as const satisfies Declarations;

/** `backfill discover`: list the members of a universe, and keep them in the store. */
export const discoverCommand = command({
  name: 'discover',
  describe: 'List the members of a universe, and keep them in the store',
  examples: [
    { does: 'The funds of the United States', line: 'backfill discover etf' },
    { does: 'The S&P 500 as it is now', line: 'backfill discover sp500' },
    { does: 'An invented market, without a network', line: 'backfill discover all --provider sample' },
  ],
  options: OPTIONS,
  notes: `Categories: ${Object.entries(CATEGORIES)
    .map(([name, what]) => `${name} (${what})`)
    .join(', ')}; all of them; and the index ${PUBLIC_INDICES.join(', ')}.`,
  run,
});

async function run(argv: ValuesOf<typeof OPTIONS>): Promise<number> {
  const { category: name, limit, asOf, provider, timeout: timeoutMs } = argv;
  if (provider !== undefined && PUBLIC_INDICES.includes(name))
    throw new BackfillError('usage', `--provider ${provider}: ${name} is a list of its own; leave it out`);
  const configFor = (id: string): ReturnType<typeof configOf> => configOf({ ...argv, provider: id });
  const asked = { name, timeoutMs, ...given({ limit, asOf, from: provider }), configOf: configFor };
  const found = await discover(asked, await connectionOf({ ...argv, provider: undefined }));
  const { text, notes } = discoveredText(found);
  await (argv.json ? printJson(found) : print([text]));
  for (const note of notes) tell(note);
  return EXIT.done;
}
