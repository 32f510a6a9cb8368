import { writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Argv } from 'yargs';
import { ADJUSTMENTS, BackfillError, type History, openHistory } from '../index.ts';
import { EXIT } from './exit-codes.ts';
import { given } from './options.ts';
import { tell, tellDoubts } from './output.ts';
import { command } from './program.ts';
import { FORMATS, printRows } from './query-output.ts';

function options(yargs: Argv) {
  return yargs
    .positional('sql', { type: 'string', describe: 'One SELECT; - reads it from stdin' })
    .option('store', { type: 'string', default: './data', describe: 'Where the bars are kept' })
    .option('format', { choices: FORMATS, describe: 'Default table on a terminal, else csv' })
    .option('adjust', {
      choices: ADJUSTMENTS,
      default: 'all' as const,
      describe: 'What bars_adjusted is adjusted for',
    })
    .option('as-of', {
      type: 'string',
      describe: 'As known on this date; default the last bar of each series',
    })
    .option('write-sql', { type: 'string', describe: 'Write the views as SQL, for duckdb -init FILE' });
}

/** `backfill query`: SQL over the store. Listens to no signal: the default ends the process while DuckDB works. */
export const queryCommand = command({
  name: 'query [sql]',
  describe: 'Run one SELECT over the store: bars, bars_adjusted, actions, coverage, revisions',
  options,
  explicit: ['sql', 'as-of', 'write-sql', 'format'],
  run: async ({ sql, store, writeSql, ...argv }) => {
    const adjust = given({ adjust: argv.adjust, asOf: argv.asOf });
    const history = openHistory({ store });
    if (writeSql !== undefined) {
      const { sql: script, leftOut } = await history.views(adjust);
      await saveViews(writeSql, script);
      if (sql === undefined) return leave(leftOut);
    }
    if (sql === undefined)
      throw new BackfillError('usage', 'query needs one SELECT, or - to read it from stdin');
    // What yargs makes of a dash alone.
    const statement = sql === '-' || sql === '' ? await text(process.stdin) : sql;
    const format = argv.format ?? (process.stdout.isTTY ? 'table' : 'csv');
    if (/adjusted/i.test(statement)) await warnOfBasis(history, statement, adjust);
    const code = await history.query(
      statement,
      async (rows, leftOut) => {
        await printRows(rows, format, process.stdout.columns ?? 100);
        return leave(leftOut);
      },
      adjust,
    );
    await history.close();
    return code;
  },
});

/** Names what is missing in the answer; gives the exit code. */
function leave(leftOut: readonly { readonly path: string; readonly reason: string }[]): number {
  for (const { path, reason } of leftOut) tell(`left out: ${path}: ${reason}`);
  return leftOut.length > 0 ? EXIT.someFailed : EXIT.done;
}

async function warnOfBasis(
  history: History,
  statement: string,
  adjust: Parameters<History['unadjustable']>[0],
): Promise<void> {
  const [first, ...more] = await history.unadjustable(adjust);
  if (first !== undefined)
    tell(`warning: ${first}${more.length > 0 ? `; and ${more.length} more series` : ''}`);
  const tickers = await namedTickers(history, statement);
  tellDoubts(await history.doubtfulDividends({ ...adjust, ...given({ tickers }) }));
}

/** Stored tickers that a statement names; undefined if it names none and may mean all. */
async function namedTickers(history: History, statement: string): Promise<string[] | undefined> {
  const named = new Set([...statement.matchAll(/'([^']+)'/g)].map(([, name]) => name));
  const { series } = await history.scan();
  const stored = new Set([...series.values()].map((state) => state.series.ticker));
  const found = [...stored].filter((ticker) => named.has(ticker));
  return found.length > 0 ? found : undefined;
}

async function saveViews(path: string, sql: string): Promise<void> {
  try {
    await writeFile(path, sql);
  } catch (error) {
    throw new BackfillError('usage', `--write-sql ${path}: ${(error as Error).message}`, { cause: error });
  }
}
