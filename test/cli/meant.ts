import { backfillCommand } from '../../src/cli/backfill-command.ts';
import { COMMANDS, EVERY_COMMAND } from '../../src/cli/commands.ts';
import { interpret } from '../../src/cli/program.ts';
import type { Setting } from '../../src/cli/declaration.ts';

const BACKFILL = { name: 'backfill', main: backfillCommand, commands: COMMANDS, everyCommand: EVERY_COMMAND };

/** The words of a line; quotes hold one together. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** What a line means beside some settings. */
export function meant(line: string, settings: Readonly<Record<string, unknown>> = {}, program = BACKFILL) {
  const all = Object.entries(settings).map(([name, value]): [string, Setting] => [
    name,
    { value, source: 'backfill.config.json' },
  ]);
  return interpret(program, wordsOf(line), () => new Map(all));
}

/** The values of the options of a line that asks for neither help nor version. */
export function valuesOf(...args: Parameters<typeof meant>): Readonly<Record<string, unknown>> {
  const line = meant(...args);
  if (line.asked !== undefined) throw new Error(`it is read as a wish for ${line.asked}`);
  return line.values;
}
