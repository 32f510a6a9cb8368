import { BackfillError } from '../index.ts';
import type { Command } from './command.ts';
import type { ALWAYS } from './declaration.ts';
import { everyOption, findCommand } from './find-command.ts';
import { helpText } from './help.ts';
import { print, reportError, tolerateClosedOutput } from './output.ts';
import { readLine } from './read-line.ts';
import { loadSettings } from './settings.ts';
import { settleValues, withSource } from './values.ts';
import { programVersion } from './version.ts';

/** A program: what it does without a command's name, and its other commands. */
interface Program {
  readonly name: string;
  readonly main: Command;
  readonly commands: readonly Command[];
  /** Settings may be meant for any of these. */
  readonly everyCommand: readonly Command[];
}

/**
 * Runs a command line: flags > environment (`BACKFILL_*`) > `backfill.config.json` > defaults. Never throws; sets the
 * process's exit code.
 */
export async function runProgram(program: Program, argv: readonly string[]): Promise<void> {
  tolerateClosedOutput();
  try {
    process.exitCode = await runLine(program, argv);
  } catch (error) {
    process.exitCode = reportError(program.name, error);
  }
}

async function runLine(program: Program, argv: readonly string[]): Promise<number> {
  const { name, main, commands, everyCommand } = program;
  const { command: found, rest, help } = findCommand(name, argv, main, commands);
  const asked = help ? 'help' : askedFor(rest);
  if (asked !== undefined) {
    const width = Math.min(100, process.stdout.columns ?? 80);
    await print(asked === 'version' ? [`${name} ${programVersion()}`] : helpText(program, found, width));
    return 0;
  }
  const declared = found.options;
  const said = found === main ? name : `${name} ${found.name}`;
  const line = readLine(said, rest, declared, (option) => whereElse(option, found, everyCommand));
  const settings = loadSettings(new Set(Object.keys(everyOption(everyCommand))));
  const { values, sources } = settleValues(said, line, declared, settings, found.explicit);
  return found.run(values as never).catch((error: unknown) => {
    throw noCommand(name, error, line.words) ?? bySource(error, sources);
  });
}

/** Help and version are given whatever else stands there. */
function askedFor(argv: readonly string[]): keyof typeof ALWAYS | undefined {
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

/** A complaint about an option says where it stands, if that is not the command line. */
function bySource(error: unknown, sources: ReadonlyMap<string, string>): unknown {
  const [, option = ''] = /^--([a-z-]+) /.exec(error instanceof Error ? error.message : '') ?? [];
  const source = sources.get(option);
  return source === undefined ? error : withSource(error, source);
}

/** A word that is no ticker and no universe was meant for a command, perhaps. */
function noCommand(program: string, error: unknown, words: readonly string[]): BackfillError | undefined {
  const [, word = ''] =
    /^--tickers (\S+): there is no universe/.exec(error instanceof Error ? error.message : '') ?? [];
  if (!words.includes(word)) return undefined;
  const message = `there is no command and no universe called ${word}; ${program} --help lists the options`;
  return new BackfillError('usage', message);
}
