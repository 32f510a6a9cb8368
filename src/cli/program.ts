import yargs, { type Argv } from 'yargs';
import { EXIT } from './exit-codes.ts';
import { BackfillError } from '../index.ts';
import { loadConfiguration } from './options.ts';
import { reportError } from './output.ts';

/**
 * Runs a command line: flags > environment (`BACKFILL_*`) > `backfill.config.json` > defaults. Never throws; sets
 * the process's exit code.
 */
export async function runProgram(
  name: string,
  argv: readonly string[],
  commands: readonly ((program: Argv) => void)[],
): Promise<void> {
  try {
    const program = yargs()
      .scriptName(name)
      .usage(`$0 [options]`)
      .env('BACKFILL')
      .config(loadConfiguration())
      .strict()
      .wrap(Math.min(100, process.stderr.columns ?? 80))
      .help()
      .version(false)
      .fail((message, error) => {
        throw error ?? new BackfillError('usage', `${message}; ${name} --help lists the options`);
      });
    for (const add of commands) add(program);
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = reportError(error);
  }
  process.exitCode ??= EXIT.done;
}
