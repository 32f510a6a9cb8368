import { text } from 'node:stream/consumers';
import { ADJUSTMENTS, BackfillError, misspeltTickers } from '../index.ts';
import { saveText } from '../terminal.ts';
import { command } from './command.ts';
import { openExisting } from './existing-history.ts';
import { EXIT } from './exit-codes.ts';
import { tellLeftOut } from './left-out.ts';
import { OUTPUT, STORE, given } from './options.ts';
import { tell, tellDoubts } from './output.ts';
import { checkDate } from './quantities.ts';
import { FORMATS, printRows } from './query-output.ts';

/** `backfill query`: SQL over the store. Listens to no signal: the default ends the process while DuckDB works. */
export const queryCommand = command({
  name: 'query',
  describe: 'Run one SELECT over the store: bars, bars_adjusted, actions, coverage, revisions',
  examples: [
    { does: 'What is where', line: 'backfill query "SELECT * FROM coverage"' },
    { does: 'Prices as of today', line: 'backfill query "SELECT ts, close FROM bars_adjusted"' },
    { does: 'A longer one, from a file', line: 'backfill query - --format csv < report.sql' },
  ],
  options: {
    sql: {
      word: 'one',
      value: 'SQL',
      requiredUnless: ['write-sql'],
      describe: 'One SELECT; - reads it from stdin',
    },
    adjust: { choices: ADJUSTMENTS, default: 'all', describe: 'What bars_adjusted is adjusted for' },
    'as-of': {
      value: 'DATE',
      otherwise: 'the last bar of each series',
      read: checkDate,
      needs: { adjust: ['splits', 'all'] },
      describe: 'Adjust by what was known on this date',
    },
    ...STORE,
    format: {
      choices: FORMATS,
      otherwise: 'table on a terminal, else csv',
      needs: { sql: 'given' },
      group: OUTPUT,
      describe: 'Of the output',
    },
    'write-sql': { value: 'FILE', group: OUTPUT, describe: 'Write the views as SQL, for duckdb -init FILE' },
  },
  explicit: ['sql', 'as-of', 'write-sql', 'format'],
  run: async ({ sql, store, writeSql, ...argv }, onLine) => {
    const adjust = given({ adjust: argv.adjust, asOf: argv.asOf });
    const history = await openExisting({ store });
    if (writeSql !== undefined) {
      const { sql: script, leftOut, notAdjusted } = await history.views(adjust);
      await saveText(writeSql, script, store);
      if (sql === undefined) return leave(leftOut, notAdjusted);
    }
    if (sql === undefined)
      throw new BackfillError('usage', 'query needs one SELECT, or - to read it from stdin');
    const statement = sql === '-' ? await text(process.stdin) : sql;
    if (writeSql === undefined) assertAdjusts(statement, onLine);
    for (const [written, stored] of misspeltTickers(statement))
      tell(`no ticker is stored as '${written}'; it is '${stored}' in a store`);
    const format = argv.format ?? (process.stdout.isTTY ? 'table' : 'csv');
    const code = await history.query(
      statement,
      async (rows, leftOut, { notAdjusted, doubts }) => {
        tellDoubts(doubts);
        await printRows(rows, format, process.stdout.columns ?? 100);
        return leave(leftOut, notAdjusted);
      },
      adjust,
    );
    await history.close();
    return code;
  },
});

/** Refuses what is said of `bars_adjusted` to a query of other views: its prices would not be what was asked for. */
function assertAdjusts(statement: string, onLine: ReadonlySet<string>): void {
  const option = ['adjust', 'as-of'].find((name) => onLine.has(name));
  if (option === undefined || /bars_adjusted/i.test(statement)) return;
  throw new BackfillError(
    'usage',
    `--${option} has no effect on this query; it belongs to one of bars_adjusted`,
  );
}

/** Names what is missing in the answer; gives the exit code. */
function leave(
  leftOut: readonly { readonly path: string; readonly reason: string }[],
  notAdjusted: readonly string[],
): number {
  tellLeftOut([...leftOut.map(({ path, reason }) => `${path}: ${reason}`), ...notAdjusted]);
  return leftOut.length + notAdjusted.length > 0 ? EXIT.someFailed : EXIT.done;
}
