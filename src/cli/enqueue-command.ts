import { RUN, type RunValues, fillGaps } from './backfill-command.ts';
import { type Command, command } from './command.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { WHICH } from './options.ts';
import { parseDuration } from './quantities.ts';

/** Tickers a batch where nothing says how many, as in the pipelines that have this command. */
const BATCH_SIZE = '10';

const FILES = {
  files: {
    type: 'list',
    word: 'many',
    value: 'FILE',
    required: true,
    group: WHICH,
    describe: 'Lists of tickers, .txt, .csv or .json, or patterns such as lists/*.json; - is stdin',
  },
  ...RUN,
} as const satisfies Declarations;

const IN_BATCHES = {
  ...FILES,
  'batch-size': { ...RUN['batch-size'], default: BATCH_SIZE },
  delay: { ...RUN.delay, read: parsePause, describe: `${RUN.delay.describe}; a bare number is of seconds` },
} as const satisfies Declarations;

type FileValues = Omit<RunValues, 'tickers'> & Pick<ValuesOf<typeof FILES>, 'files'>;

/** `backfill enqueue`: a run of the tickers of files. */
export const enqueueCommand: Command = command({
  name: 'enqueue',
  describe: 'Fetch what is missing of the tickers in files',
  examples: [
    {
      does: 'Two lengths of bars of a universe',
      line: 'backfill enqueue universe/etf.json --timeframes 1h,1d',
    },
    { does: 'What all lists together would ask for', line: 'backfill enqueue "lists/*.txt" --dry-run' },
  ],
  options: FILES,
  explicit: ['files', 'on-done'],
  run: fillFiles,
});

/** `backfill enqueue-batch`: the same in batches. */
export const enqueueBatchCommand: Command = command({
  name: 'enqueue-batch',
  describe: 'Fetch what is missing of the tickers in files, in batches',
  examples: [
    {
      does: 'From the eleventh batch on, a minute between two',
      line: 'backfill enqueue-batch us.json --start-batch 10 --delay 60',
    },
  ],
  options: IN_BATCHES,
  explicit: ['files', 'on-done'],
  run: fillFiles,
});

async function fillFiles({ files, ...run }: FileValues): Promise<number> {
  return fillGaps({ ...run, tickers: files.map((file) => (file.startsWith('@') ? file : `@${file}`)) });
}

/** A duration; without a unit, seconds. */
function parsePause(name: string, text: string): number {
  return parseDuration(name, /^\d+$/.test(text) ? `${text}s` : text);
}
