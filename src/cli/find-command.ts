import { BackfillError } from '../index.ts';
import { closest } from '../terminal.ts';
import type { Command } from './command.ts';
import { ALWAYS, type Declarations } from './declaration.ts';
import { refuseOptionNames } from './option-words.ts';
import { optionsOf, wordsOf } from './read-line.ts';

/** The command that a line means, with the words that are left for it. */
export interface Found {
  readonly command: Command;
  readonly rest: readonly string[];
  /** Asked for by the word `help`. */
  readonly help: boolean;
}

/** What people call commands elsewhere. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  check: 'check-data',
  coverage: 'check-data',
  list: 'check-data',
  ls: 'check-data',
  report: 'check-data',
  'discover-all': 'discover all',
  'test-ticker': 'run-once',
  delete: 'forget',
  remove: 'forget',
  rm: 'forget',
  drop: 'forget',
  fix: 'doctor',
  repair: 'doctor',
  splits: 'actions',
  dividends: 'actions',
  sql: 'query',
  select: 'query',
  dump: 'export',
  move: 'rename',
  mv: 'rename',
  serve: 'simulate',
  server: 'simulate',
};

/** What people say of a run that stopped. */
const GOING_ON: ReadonlySet<string> = new Set(['continue', 'restart', 'retry']);

/** What people call the main command elsewhere. */
const MAIN_NAMES: ReadonlySet<string> = new Set([
  ...['backfill', 'download', 'fetch', 'fill', 'get', 'init', 'pull', 'refresh', 'run', 'start', 'sync'],
  ...['update', 'upgrade'],
]);

/**
 * Finds the command of a line: its first word, if it is a command's name; else the program's main command, whose words
 * are tickers. A word that looks like a slip for a command, or is an option's name without its dashes, is not taken for
 * a ticker; `everyCommand`: whose options are known. Throws `usage`.
 */
export function findCommand(
  program: string,
  argv: readonly string[],
  main: Command,
  commands: readonly Command[],
  everyCommand: readonly Command[],
): Found {
  const words = wordsOf(argv, everyOption([main, ...commands]));
  const [first, second] = words;
  const named = (name: string | undefined): Command | undefined =>
    commands.find((command) => command.name === name);
  if (first === undefined) return { command: main, rest: argv, help: false };
  const without = argv.filter((_, i) => i !== first.index);
  if (first.value === 'help') {
    if (second !== undefined && named(second.value) === undefined)
      refuseSlip(program, second.value, commands);
    return { command: named(second?.value) ?? main, rest: [], help: true };
  }
  const command = named(first.value);
  const declared = everyOption(everyCommand);
  // What stands behind an option that there is not may be its value: that option is what is wrong.
  const isSlip = optionsOf(argv, declared).some((name) => !Object.hasOwn(declared, name));
  const refuseOptions = (of: Command, from: number): void => {
    if (isSlip) return;
    refuseOptionNames(
      words.slice(from).map(({ value }) => value),
      of,
      everyCommand,
    );
  };
  if (command !== undefined) {
    refuseOptions(command, 1);
    return { command, rest: without, help: false };
  }
  refuseOptions(main, 0);
  if (commands.length > 0 && !isSlip) {
    refuseSlip(program, first.value, commands);
    const late = words.find(({ value }) => named(value) !== undefined);
    if (late !== undefined)
      throw new BackfillError('usage', `the command comes first: ${program} ${late.value} ${first.value} …`);
  }
  return { command: main, rest: argv, help: false };
}

/** Throws `usage` for a word that is more likely a command's name than a ticker. */
function refuseSlip(program: string, word: string, commands: readonly Command[]): void {
  if (!/^[a-z][a-z-]+$/i.test(word)) return;
  const lower = word.toLowerCase();
  const names = [...commands.map(({ name }) => name), 'help'];
  const near = names.includes(lower) ? lower : (OTHER_NAMES[word] ?? closest(word, names));
  // VERI is written like a ticker, and is one.
  const isTicker = word === word.toUpperCase() && near !== lower;
  if (isTicker) return;
  const ticker = `for the ticker: --tickers ${word.toUpperCase()}`;
  if (MAIN_NAMES.has(word))
    throw new BackfillError(
      'usage',
      `there is no command "${word}"; ${program} alone fetches what is missing (${ticker})`,
    );
  if (GOING_ON.has(word))
    throw new BackfillError(
      'usage',
      `there is no command "${word}"; the same ${program} once more goes on with a run that stopped, ` +
        `${program} --retry-failed with what failed (${ticker})`,
    );
  if (near !== undefined)
    throw new BackfillError('usage', `there is no command "${word}"; did you mean ${near}? (${ticker})`);
}

/** All that any command declares; where two differ, the first. */
export function everyOption(commands: readonly Command[]): Declarations {
  const options = commands.toReversed().flatMap((command) => Object.entries(command.options));
  return { ...Object.fromEntries(options), ...ALWAYS };
}
