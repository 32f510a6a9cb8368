import { BackfillError } from '../index.ts';
import { comparisonText, runRecordText, runsText, spoiltText } from '../terminal.ts';
import { command } from './command.ts';
import { openExisting } from './existing-history.ts';
import { EXIT } from './exit-codes.ts';
import { ALL, OUTPUT, STORE, given } from './options.ts';
import { print, printJson, tell } from './output.ts';
import { dataPage } from './page.ts';
import { wholeFrom } from './quantities.ts';

/** `backfill runs`: the runs on record, one of them, or two side by side. */
export const runsCommand = command({
  name: 'runs',
  describe: 'List past runs, show one, compare two',
  examples: [
    { does: 'The last ones', line: 'backfill runs' },
    { does: 'What the last one said when it ended', line: 'backfill runs show last' },
    { does: 'That of a day and the last, side by side', line: 'backfill runs compare 20261120 last' },
  ],
  options: {
    what: {
      type: 'list',
      word: 'many',
      value: 'WHAT',
      offers: ['show', 'compare'],
      idsOf: { command: 'runs', words: ['last'] },
      describe: 'show ID, or compare ID ID; an id may be cut, last is the newest; without it runs are listed',
    },
    last: {
      value: 'N',
      read: wholeFrom(1),
      otherwise: '20',
      group: OUTPUT,
      describe: 'List so many, the newest first',
    },
    ...STORE,
    ...ALL,
    json: { type: 'switch', group: OUTPUT, describe: 'Print it as JSON' },
  },
  notes:
    'A run leaves its record when it ends: one that was killed has none. Of a chain of providers each has a record of its own, ' +
    'and so has each batch.',
  explicit: ['what', 'last'],
  run: async ({ what, last, store, all, json }) => {
    const history = await openExisting({ store });
    const [verb, ...ids] = what;
    const page = dataPage(all);
    if (verb === undefined) {
      const onRecord = await history.runs(given({ last }));
      await (json ? printJson(onRecord) : print(runsText(onRecord.runs, page)));
      if (onRecord.spoilt.length > 0) tell(spoiltText(onRecord.spoilt));
      return onRecord.spoilt.length > 0 ? EXIT.someFailed : EXIT.done;
    }
    if (last !== undefined)
      throw new BackfillError('usage', `--last ${last}: has an effect on the list alone`);
    const [id, otherId] = idsOf(verb, ids);
    const run = await history.run(id);
    if (otherId === undefined) {
      await (json ? printJson(run) : print(runRecordText(run, page)));
      return EXIT.done;
    }
    const other = await history.run(otherId);
    await (json ? printJson([run, other]) : print(comparisonText(run, other, page)));
    return EXIT.done;
  },
});

/** Throws `usage` for another word, and for more or fewer ids than it takes. */
function idsOf(verb: string, ids: readonly string[]): readonly [string, (string | undefined)?] {
  const [one, other, ...more] = ids;
  if (verb !== 'show' && verb !== 'compare')
    throw new BackfillError('usage', `runs ${verb}: write runs show ID, or runs compare ID ID`);
  if (one !== undefined && more.length === 0 && (other === undefined) === (verb === 'show'))
    return [one, other];
  throw new BackfillError(
    'usage',
    `runs ${verb} takes ${verb === 'show' ? 'one id' : 'two ids'}, not ${ids.length}; backfill runs lists them`,
  );
}
