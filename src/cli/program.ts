import yargs, { type ArgumentsCamelCase, type Argv } from 'yargs';
import { BackfillError } from '../index.ts';
import { reportError, tolerateClosedOutput } from './output.ts';
import { type DeclaredOptions, loadSettings, settingsFor } from './settings.ts';

/** One command of a program. `run` gives the exit code. */
export interface Command {
  /** `forget <tickers>`; `$0` for what the program does without a command. */
  readonly name: string;
  readonly describe: string;
  readonly options: (program: Argv) => Argv;
  /** Options that no setting may give, because that would be dangerous: `forget`'s range. */
  readonly explicit?: readonly string[];
  readonly run: (argv: never) => Promise<number>;
}

/** A command whose `run` takes what its `options` declare. */
export function command<Options>(parts: {
  readonly name: string;
  readonly describe: string;
  readonly options: (program: Argv) => Argv<Options>;
  readonly explicit?: readonly string[];
  readonly run: (argv: ArgumentsCamelCase<Options>) => Promise<number>;
}): Command {
  return parts;
}

/**
 * Runs a command line: flags > environment (`BACKFILL_*`) > `backfill.config.json` > defaults. Settings may be meant
 * for any of `everyCommand`. Never throws; sets the process's exit code.
 */
export async function runProgram(
  name: string,
  argv: readonly string[],
  commands: readonly Command[],
  everyCommand: readonly Command[],
): Promise<void> {
  tolerateClosedOutput();
  try {
    const settings = loadSettings(() => new Set(everyCommand.flatMap((one) => [...declaredBy(one).names])));
    const program = yargs()
      .scriptName(name)
      .parserConfiguration({ 'boolean-negation': false })
      .usage('$0 [options]')
      .strict()
      .wrap(Math.min(100, process.stderr.columns ?? 80))
      .version(false)
      .fail((message, error) => {
        throw (
          error ?? new BackfillError('usage', `${mistake(message, argv)}; ${name} --help lists the options`)
        );
      });
    for (const one of commands) {
      const options = (parser: Argv): Argv =>
        one
          .options(parser)
          .config(settingsFor(settings, declaredBy(one), argv))
          .middleware(assertGivenOnce, true);
      program.command(one.name, one.describe, options, async (parsed) => {
        process.exitCode = await one.run(parsed as never);
      });
    }
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = reportError(name, error);
  }
}

/** What a command declares; of its settings without those that it must be told in so many words. */
function declaredBy({ options, explicit = [] }: Command): DeclaredOptions {
  const declared = options(yargs([])) as Argv & { getOptions(): { key: object; boolean: string[] } };
  const { key, boolean } = declared.getOptions();
  const names = new Set(Object.keys(key));
  for (const name of explicit) names.delete(name);
  return { names, booleans: new Set(boolean) };
}

/** What yargs complains of, in one line, and what it cannot know: that a value began with a dash. */
function mistake(message: string, argv: readonly string[]): string {
  const line = message.replaceAll(/\s*\n\s*/g, ' ').trim();
  const at = argv.findIndex((word, i) => /^-[\d.]/.test(word) && /^--[^=]+$/.test(argv[i - 1] ?? ''));
  const [option, value] = [argv[at - 1], argv[at]];
  return line.startsWith('Unknown argument') && value !== undefined
    ? `${option} ${value}: a value that begins with a dash is written ${option}=${value}`
    : line;
}

/** Options that may be given several times. */
const LISTS: ReadonlySet<string> = new Set(['_', 'provider-url', 'providerUrl']);

function assertGivenOnce(argv: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(argv)) {
    if (!Array.isArray(value) || LISTS.has(name)) continue;
    throw new BackfillError(
      'usage',
      `--${name} is given ${value.length} times (${value.join(', ')}); give it once`,
    );
  }
}
