import { BackfillError, type CopyReport, type CopyStep, copyStore } from '../index.ts';
import { copiedText, copyStepText, unequalText } from '../terminal.ts';
import { command } from './command.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { OUTPUT, TICKERS, given } from './options.ts';
import { print, printJson, tell } from './output.ts';
import { showingSteps } from './progress.ts';
import { stopOnSignal } from './signals.ts';

/** The words of this command are stores. */
const { word: _word, ...BY_NAME } = TICKERS.tickers;

const OPTIONS = {
  from: {
    word: 'one',
    value: 'FROM',
    requiredUnless: [],
    describe: 'The store that is copied: a folder, postgres://…, questdb://… or s3://…',
  },
  to: {
    word: 'one',
    value: 'TO',
    requiredUnless: [],
    describe: 'The store that becomes the same, of any of these kinds',
  },
  tickers: {
    ...BY_NAME,
    otherwise: 'all',
    describe: 'Only the bars, splits and dividends of these',
  },
  'dry-run': { type: 'switch', group: OUTPUT, describe: 'Compare, say what would be copied, and stop' },
  json: { type: 'switch', group: OUTPUT, describe: 'Print what became of it as JSON' },
  quiet: { type: 'switch', group: OUTPUT, describe: 'Print errors only' },
} as const satisfies Declarations;

/** `backfill copy`: one store becomes the same as another, of whatever kind both are. */
export const copyCommand = command({
  name: 'copy',
  describe: 'Copy a store into another one of any kind, and show that both are equal',
  examples: [
    { does: 'A folder into a database', line: 'backfill copy data postgres://me@host/prices' },
    { does: 'And into a bucket', line: 'backfill copy postgres://me@host/prices s3://bucket/prices' },
    { does: 'What that would be', line: 'backfill copy data s3://bucket/prices --dry-run' },
  ],
  options: OPTIONS,
  notes:
    'TO is empty, or the begun copy of FROM: interrupted, the same command goes on. What TO has of its own stays and is ' +
    'named, with exit code 1. FROM is only read.',
  explicit: ['from', 'to', 'tickers'],
  run,
});

async function run(argv: ValuesOf<typeof OPTIONS>): Promise<number> {
  const { from, to, dryRun, json, quiet } = argv;
  if (from === undefined || to === undefined)
    throw new BackfillError('usage', 'copy needs two stores: backfill copy FROM TO');
  const { stop, signalOf, release } = stopOnSignal();
  const copying = (onProgress: (step: CopyStep) => void): Promise<CopyReport> =>
    copyStore(from, to, { ...given({ tickers: argv.tickers }), dryRun, onProgress, stop });
  try {
    const report = await (quiet ? copying(() => undefined) : showingSteps(copyStepText, copying));
    if (json) await printJson(report);
    else if (!quiet) await print(copiedText(report));
    for (const line of unequalText(report)) tell(line);
    return codeOf(report);
  } catch (error) {
    const code = signalOf(error);
    tell('Interrupted. What was copied is whole. Run the same command to continue.');
    return code;
  } finally {
    release();
  }
}

/** A dry run fails where the copy would. */
function codeOf({ other, failed, restless, notFound }: CopyReport): number {
  return other.length + failed.length + restless.length + notFound.length > 0 ? EXIT.someFailed : EXIT.done;
}
