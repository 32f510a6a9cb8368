import { BackfillError } from '../index.ts';
import { bySource } from './by-source.ts';
import { messageInFlags } from './in-flags.ts';
import type { Command } from './command.ts';
import { ALWAYS, type Declarations, type Settings, type ValuesOf } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { everyOption, findCommand } from './find-command.ts';
import { helpText } from './help.ts';
import { setV8Flags } from './v8-flags.ts';
import { assertPrinted, print, reportError, tellAsHere, tolerateClosedOutput } from './output.ts';
import { type Given, readLine } from './read-line.ts';
import { STORE } from './options.ts';
import { withPool } from './pool-variables.ts';
import { loadSettings } from './settings.ts';
import { type Settled, settleValues } from './values.ts';
import { sameAsHere } from './told-commands.ts';
import { forgetVariables } from './variables.ts';
import { programVersion, withoutPassword } from '../terminal.ts';

/** A program: what it does without a command's name, and its other commands. */
export interface Program {
  readonly name: string;
  readonly main: Command;
  readonly commands: readonly Command[];
  /** Settings may be meant for any of these. */
  readonly everyCommand: readonly Command[];
}

/**
 * Runs a command line: options > environment (`BACKFILL_*`) > `.env` > `backfill.config.json` > `--profile` > defaults. Never
 * throws; sets the process's exit code.
 */
export async function runProgram(program: Program, argv: readonly string[]): Promise<void> {
  setV8Flags();
  forgetVariables();
  tellAsHere();
  tolerateClosedOutput();
  hidePasswords(program, argv);
  // Else Node opens its debugger to all of the machine, keys in memory and all; `node --inspect` opens it on purpose.
  process.on('SIGUSR1', () => undefined);
  try {
    process.exitCode = await runLine(program, argv);
    await assertPrinted();
  } catch (error) {
    process.exitCode = reportError(program.name, error);
  }
}

/** Whoever looks at the processes of the machine sees the line without a password in it. */
function hidePasswords({ name }: Program, argv: readonly string[]): void {
  const shown = argv.map((word) => withoutPassword(word));
  if (shown.some((word, i) => word !== argv[i])) process.title = [name, ...shown].join(' ');
}

async function runLine(program: Program, argv: readonly string[]): Promise<number> {
  const meant = interpret(program, argv, loadSettings);
  if (meant.asked === 'version') await print([`${program.name} ${programVersion()}`]);
  if (meant.asked === 'help')
    await print(helpText(program, meant.command, Math.min(100, process.stdout.columns ?? 80)));
  if (meant.asked !== undefined) return EXIT.done;
  const { store = STORE.store.default } = meant.values as Partial<ValuesOf<typeof STORE>>;
  tellAsHere(sameAsHere(store, meant.onLine));
  const { command, onLine, environmentFile, explain } = meant;
  // Where a command has another default of its own, none is given to it.
  const isStoreSaid = 'store' in meant.values && meant.values['store'] !== undefined;
  const values = isStoreSaid ? { ...meant.values, store: withPool(store, environmentFile) } : meant.values;
  return command.run(values as never, new Set(onLine.keys()), environmentFile).catch((error: unknown) => {
    throw explain(error);
  });
}

/** What a command line means. */
type Meant =
  | { readonly command: Command; readonly asked: 'help' | 'version' }
  | {
      readonly command: Command;
      readonly asked?: undefined;
      readonly values: Settled['values'];
      /** As `Command` has it. */
      readonly environmentFile: string | undefined;
      /** The options that the line itself gives. */
      readonly onLine: Given;
      /** What `run` throws, in the words of this command line. */
      readonly explain: (error: unknown) => unknown;
    };

/** Finds the command of a line and its values. Throws `usage`. */
export function interpret(
  program: Program,
  argv: readonly string[],
  settingsOf: (declared: Declarations, environmentFile?: string) => Settings,
): Meant {
  const { name, main, commands, everyCommand } = program;
  const { command: found, rest, help } = findCommand(name, argv, main, commands, everyCommand);
  const asked = help ? 'help' : askedFor(rest);
  if (asked !== undefined) return { command: found, asked };
  const declared = found.options;
  const said = found === main ? name : `${name} ${found.name}`;
  const line = readLine(said, rest, { ...declared, ...ALWAYS }, (option) =>
    whereElse(option, found, everyCommand),
  );
  const environmentFile = textOf(line.given.get('env-file'));
  const settings = settingsOf(everyOption(everyCommand), environmentFile);
  const { values, sources } = settleValues(said, line, declared, settings, found.explicit);
  const words = found === main && commands.length > 0 ? line.words : [];
  const explain = (error: unknown): unknown => noCommand(name, error, words) ?? bySource(error, sources);
  return { command: found, values, onLine: line.given, environmentFile, explain };
}

/** The value of an option that takes one. */
function textOf(given: true | readonly string[] | undefined): string | undefined {
  return given === true ? undefined : given?.[0];
}

/** Help and version are given whatever else stands there. */
function askedFor(argv: readonly string[]): 'help' | 'version' | undefined {
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  if (options.some((word) => word === '--help' || word === '-h')) return 'help';
  return options.some((word) => word === '--version' || word === '-V') ? 'version' : undefined;
}

function whereElse(option: string, here: Command, commands: readonly Command[]): string | undefined {
  const others = commands.filter((one) => one.name !== here.name && option in one.options);
  return others.length === 0
    ? undefined
    : `is no option of ${here.name}, but of ${others.map((one) => one.name).join(', ')}`;
}

/** A word that is no ticker and no universe was meant for a command, perhaps. */
function noCommand(program: string, error: unknown, words: readonly string[]): BackfillError | undefined {
  const [, word = ''] =
    /^--tickers (\S+): there is no universe/.exec(error instanceof Error ? messageInFlags(error) : '') ?? [];
  if (!words.includes(word)) return undefined;
  const message = `there is no command and no universe called ${word}; ${program} --help lists the options`;
  return new BackfillError('usage', message);
}
