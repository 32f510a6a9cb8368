import yargs, { type ArgumentsCamelCase, type Argv } from 'yargs';
import { BackfillError } from '../index.ts';
import { reportError } from './output.ts';
import { loadSettings, settingsFor } from './settings.ts';

/** One command of a program. `run` gives the exit code. */
export interface Command {
  /** `forget <tickers>`; `$0` for what the program does without a command. */
  readonly name: string;
  readonly describe: string;
  readonly options: (program: Argv) => Argv;
  readonly run: (argv: never) => Promise<number>;
}

/** A command whose `run` takes what its `options` declare. */
export function command<Options>(parts: {
  readonly name: string;
  readonly describe: string;
  readonly options: (program: Argv) => Argv<Options>;
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
  try {
    const settings = loadSettings(new Set(everyCommand.flatMap((one) => [...optionNames(one)])));
    const program = yargs()
      .scriptName(name)
      .parserConfiguration({ 'boolean-negation': false })
      .usage('$0 [options]')
      .strict()
      .wrap(Math.min(100, process.stderr.columns ?? 80))
      .version(false)
      .fail((message, error) => {
        throw error ?? new BackfillError('usage', `${message}; ${name} --help lists the options`);
      });
    for (const one of commands) {
      const options = (parser: Argv): Argv =>
        one
          .options(parser)
          .config(settingsFor(settings, optionNames(one), argv))
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

/** Names of a command's options, in kebab case. */
function optionNames({ options }: Command): ReadonlySet<string> {
  const declared = options(yargs([])) as Argv & { getOptions(): { key: object } };
  return new Set(Object.keys(declared.getOptions().key));
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
