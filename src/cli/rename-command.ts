import { BackfillError, type Renamed, renamedTickers, type RenameUndone } from '../index.ts';
import { plural, setAsideLine } from '../terminal.ts';
import { command } from './command.ts';
import { openExisting } from './existing-history.ts';
import type { Declarations, ValuesOf } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { STORE, WHICH, given } from './options.ts';
import { tell } from './output.ts';
import { checkDate } from './quantities.ts';

const OPTIONS = {
  old: {
    word: 'one',
    value: 'OLD',
    requiredUnless: ['map-file'],
    describe: 'The ticker that it had',
  },
  new: {
    word: 'one',
    value: 'NEW',
    requiredUnless: ['map-file'],
    describe: 'The ticker that it has',
  },
  on: { value: 'DATE', read: checkDate, group: WHICH, describe: 'First session under the new ticker' },
  start: {
    value: 'DATE',
    otherwise: 'the first',
    read: checkDate,
    group: WHICH,
    describe: 'First session under the old one, inclusive',
  },
  end: {
    value: 'DATE',
    read: checkDate,
    group: WHICH,
    describe: 'Last session under the old one, inclusive, instead of --on',
  },
  undo: {
    type: 'switch',
    group: WHICH,
    describe: 'Take back what is recorded: what moved to NEW goes back to OLD',
  },
  'map-file': {
    value: 'FILE',
    group: WHICH,
    describe: 'The renames of a map file of Lean instead: meta.csv',
  },
  'keep-new': {
    type: 'switch',
    voidWith: ['undo'],
    group: WHICH,
    describe: "Where both have a session and prices differ, keep NEW's; restore brings OLD's back",
  },
  'in-advance': {
    type: 'switch',
    voidWith: ['undo'],
    group: WHICH,
    describe: 'Record it though nothing of it is stored yet',
  },
  ...STORE,
} as const satisfies Declarations;

type Options = ValuesOf<typeof OPTIONS>;

/** `backfill rename`: an instrument got another ticker; what is stored under the old one becomes the new one's. */
export const renameCommand = command({
  name: 'rename',
  describe: 'Move bars of a renamed instrument to its new ticker',
  examples: [
    { does: 'Facebook became Meta', line: 'backfill rename FB META --on 2022-06-09' },
    { does: 'That was a slip of the pen', line: 'backfill rename --undo FB META' },
    { does: 'All that a map file of Lean tells of', line: 'backfill rename --map-file tfcfa.csv' },
  ],
  options: OPTIONS,
  explicit: ['old', 'new', 'on', 'start', 'end', 'undo', 'map-file', 'keep-new', 'in-advance'],
  run: async (argv) => {
    if (argv.undo) {
      reportUndone(await undo(argv));
      return EXIT.done;
    }
    for (const renamed of await rename(argv)) report(renamed);
    return EXIT.done;
  },
});

async function rename(argv: Options): Promise<readonly Renamed[]> {
  const { mapFile, on, start, end, keepNew, inAdvance } = argv;
  const history = await openExisting({ store: argv.store });
  if (mapFile !== undefined) {
    if ((argv.old ?? on ?? start ?? end) !== undefined)
      throw new BackfillError(
        'usage',
        `--map-file ${mapFile} says all: give no tickers and no dates with it`,
      );
    const renamed = await history.renameByMapFile(mapFile, given({ keepNew }));
    if (renamed.length === 0) tell(`${mapFile} tells of no rename.`);
    return renamed;
  }
  if (argv.old === undefined || argv.new === undefined)
    throw new BackfillError('usage', 'rename needs both tickers: backfill rename OLD NEW --on DATE');
  // What cannot be is said before what is lacking.
  renamedTickers(argv.old, argv.new);
  if (on === undefined && end === undefined)
    throw new BackfillError(
      'usage',
      `since when is it ${argv.new}? Give --on DATE, the first session so called`,
    );
  return [await history.rename(argv.old, argv.new, given({ on, start, end, keepNew, inAdvance }))];
}

async function undo({ store, old, new: heir, mapFile, on, start, end }: Options): Promise<RenameUndone> {
  if (mapFile !== undefined)
    throw new BackfillError(
      'usage',
      `--undo takes back one rename: give its tickers, OLD and NEW, instead of --map-file ${mapFile}`,
    );
  if (old === undefined || heir === undefined)
    throw new BackfillError('usage', 'rename --undo needs both tickers: backfill rename --undo OLD NEW');
  const history = await openExisting({ store });
  return history.undoRename(old, heir, given({ on, start, end }));
}

function reportUndone({ from, what, when, bars, actions, revisions, forgotten }: RenameUndone): void {
  const back = movedText({ bars, actions, revisions });
  const moved =
    bars + actions + revisions > 0
      ? `${back} ${when} went back to ${from}`
      : `${forgotten.length > 0 ? 'nothing is there' : 'nothing had moved'} ${when}`;
  tell(`No more is recorded that ${what}: ${moved}.`);
  for (const line of forgotten) tell(sentence(line));
}

function sentence(line: string): string {
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}`;
}

function report(renamed: Renamed): void {
  const { from, to, what, when, bars, actions, revisions, differing, kept, keptBars, setAside } = renamed;
  for (const file of setAside) tell(setAsideLine(file));
  if (bars + actions + revisions + differing === 0) {
    tell(`${what}: nothing of ${from} is stored ${when}. The rename is recorded.`);
    return;
  }
  tell(`${what}: moved ${movedText(renamed)} ${when}.`);
  if (differing > 0)
    tell(
      `${to}'s own stay where both know a session; of ${from} ${differing} differ and are in quarantine/` +
        (kept === null
          ? '.'
          : `: backfill restore ${kept} brings ${plural(keptBars, 'bar')} of its sessions back.`),
    );
}

function movedText({ bars, actions, revisions }: Pick<Renamed, 'bars' | 'actions' | 'revisions'>): string {
  return [
    plural(bars, 'bar'),
    plural(actions, 'split or dividend', 'splits and dividends'),
    ...(revisions > 0 ? [plural(revisions, 'revision')] : []),
  ].join(', ');
}
