import type { Argv } from 'yargs';
import { BackfillError, type Renamed, openHistory } from '../index.ts';
import { EXIT } from './exit-codes.ts';
import { given } from './options.ts';
import { tell } from './output.ts';
import { command } from './program.ts';

function options(yargs: Argv) {
  return yargs
    .positional('old', { type: 'string', describe: 'The ticker that it had' })
    .positional('new', { type: 'string', describe: 'The ticker that it has' })
    .option('store', { type: 'string', default: './data', describe: 'Where the bars are kept' })
    .option('on', { type: 'string', describe: 'First session under the new ticker, YYYY-MM-DD' })
    .option('start', {
      type: 'string',
      describe: 'First session under the old one, inclusive; default the first',
    })
    .option('end', { type: 'string', describe: 'Last session under the old one, inclusive, instead of --on' })
    .option('map-file', { type: 'string', describe: 'The renames of a map file of Lean instead: meta.csv' });
}

type Options = Awaited<ReturnType<typeof options>['argv']>;

/** `backfill rename`: an instrument got another ticker; what is stored under the old one becomes the new one's. */
export const renameCommand = command({
  name: 'rename [old] [new]',
  describe: 'Move bars of a renamed instrument to its new ticker',
  options,
  explicit: ['old', 'new', 'on', 'start', 'end', 'map-file'],
  run: async (argv) => {
    for (const renamed of await rename(argv)) report(renamed);
    return EXIT.done;
  },
});

async function rename(argv: Options): Promise<readonly Renamed[]> {
  const { mapFile, on, start, end } = argv;
  const history = openHistory({ store: argv.store });
  if (mapFile !== undefined) {
    if ((argv.old ?? on ?? start ?? end) !== undefined)
      throw new BackfillError(
        'usage',
        `--map-file ${mapFile} says all: give no tickers and no dates with it`,
      );
    const renamed = await history.renameByMapFile(mapFile);
    if (renamed.length === 0) tell(`${mapFile} tells of no rename.`);
    return renamed;
  }
  if (argv.old === undefined || argv.new === undefined)
    throw new BackfillError('usage', 'rename needs both tickers: backfill rename OLD NEW --on DATE');
  if (on === undefined && end === undefined)
    throw new BackfillError(
      'usage',
      `since when is it ${argv.new}? Give --on DATE, the first session so called`,
    );
  return [await history.rename(argv.old, argv.new, given({ on, start, end }))];
}

function report({ from, to, what, when, bars, actions, differing, setAside }: Renamed): void {
  for (const { path, reason } of setAside) tell(`set aside ${path}: ${reason}`);
  if (bars + actions + differing === 0) {
    tell(`${what}: nothing of ${from} is stored ${when}. The rename is recorded.`);
    return;
  }
  const moved = `${counted(bars, 'bar')}, ${counted(actions, 'split or dividend', 'splits and dividends')}`;
  tell(`${what}: moved ${moved} ${when}.`);
  if (differing > 0)
    tell(
      `${to}'s own stay where both know a session; of ${from} ${differing} differ and are in quarantine/.`,
    );
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
