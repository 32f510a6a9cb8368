import { BackfillError, type History } from '../index.ts';
import { amountsText, forgottenText, holdsAnything, isAnything } from '../terminal.ts';
import { command } from './command.ts';
import { openExisting } from './existing-history.ts';
import { EXIT } from './exit-codes.ts';
import { OUTPUT, STORE } from './options.ts';
import { print, printJson, tell } from './output.ts';
import { counting } from './progress.ts';

/** What stands for the id of what was forgotten last and not brought back. */
const NEWEST = 'newest';

/** `backfill restore`: list what was forgotten, and bring it back. */
export const restoreCommand = command({
  name: 'restore',
  describe: 'List what was forgotten, and bring it back',
  examples: [
    { does: 'What can be brought back', line: 'backfill restore' },
    { does: 'What was forgotten last', line: 'backfill restore newest' },
    { does: 'One of the list', line: 'backfill restore 20261120T211500Z-3f9a' },
  ],
  options: {
    id: {
      word: 'one',
      value: 'ID',
      idsOf: { command: 'restore', words: [NEWEST] },
      describe: 'Which: its id, or newest; without it they are listed',
    },
    ...STORE,
    json: { type: 'switch', group: OUTPUT, describe: 'Print the list, or what was brought back, as JSON' },
  },
  notes: 'Bars that are final now stay; where they differ from the forgotten ones nothing is brought back.',
  explicit: ['id'],
  run: async ({ id, store, json }) => {
    const history = await openExisting({ store });
    if (id === undefined) {
      const entries = await history.forgotten();
      await (json ? printJson(entries) : print(forgottenText(entries)));
      return EXIT.done;
    }
    const which = id === NEWEST ? await newest(history) : id;
    const restored = await counting((onProgress) => history.restore(which, { onProgress }));
    const { entry, elsewhere } = restored;
    if (json) await printJson(restored);
    else if (!isAnything(restored)) tell(`All that ${entry.id} holds is in the store.`);
    else tell(`Brought back ${amountsText(restored, { always: true })}.`);
    if (!json) for (const line of elsewhere) tell(`${line.charAt(0).toUpperCase()}${line.slice(1)}`);
    return EXIT.done;
  },
});

/** Throws `usage` where nothing is left to bring back. */
async function newest(history: History): Promise<string> {
  const left = (await history.forgotten()).filter((one) => one.restoredAt === null && holdsAnything(one));
  const last = left.at(-1);
  if (last !== undefined) return last.id;
  throw new BackfillError(
    'usage',
    'nothing that was forgotten is left to bring back; backfill restore lists all',
  );
}
