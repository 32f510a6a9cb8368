import { listProviders } from '../index.ts';
import { table } from '../terminal.ts';
import { type Command, command } from './command.ts';
import type { Declaration, Declarations } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { OUTPUT } from './options.ts';
import { print, printJson } from './output.ts';
import { type Settings, loadSettings, readSetting, sourceOf } from './settings.ts';

/** One value that is in force, and where it comes from. */
interface Effective {
  readonly option: string;
  readonly value: string;
  readonly source: string;
}

/** `backfill config`: what the settings come to. `everyCommand` is asked for late: it lists this command too. */
export function configCommand(everyCommand: () => readonly Command[]): Command {
  return command({
    name: 'config',
    describe: 'Show what is in force of defaults, settings and keys, and where it comes from',
    examples: [{ does: 'With what a run of this folder begins', line: 'backfill config' }],
    options: { json: { type: 'switch', group: OUTPUT, describe: 'Print it as JSON' } },
    notes:
      'Of keys and passwords only that they are there is shown. Flags of a command go before all of this.',
    run: async ({ json }, _, environmentFile) => {
      const declared = optionsOf(everyCommand());
      const settings = loadSettings(new Set(Object.keys(declared)), environmentFile);
      const all = [...optionsIn(declared, settings), ...keys()];
      if (json) await printJson(all);
      else await print(configText(all));
      return EXIT.done;
    },
  });
}

/** The options of all commands, those of the first one first. */
function optionsOf(commands: readonly Command[]): Declarations {
  const all = new Map<string, Declaration>();
  for (const { options } of commands)
    for (const [name, option] of Object.entries(options)) if (!all.has(name)) all.set(name, option);
  return Object.fromEntries(all);
}

/** Every option that has a value though no flag gives it. */
function optionsIn(declared: Declarations, settings: Settings): Effective[] {
  return Object.entries(declared).flatMap(([option, declaration]) => {
    const setting = settings.get(option);
    const texts = setting && readSetting(option, setting, declaration);
    if (setting !== undefined) {
      const value = texts === true ? 'on' : (texts?.map(withoutPassword).join(',') ?? 'off');
      return [{ option, value, source: sourceOf(setting) }];
    }
    const { default: fallback, otherwise } = declaration;
    const value = fallback ?? otherwise;
    return value === undefined ? [] : [{ option, value, source: 'default' }];
  });
}

/** Where the keys of the providers are. */
function keys(): Effective[] {
  return listProviders().flatMap(({ capabilities: { id }, keys: its }) =>
    its.map(({ variable, isThere }) => ({
      option: `key of ${id}`,
      value: isThere ? '***' : 'not set',
      source: sourceOf({ source: variable }),
    })),
  );
}

/** A URL may have a password. */
function withoutPassword(text: string): string {
  return text.replace(/(\/\/[^/:@]*:)[^/@]*@/, '$1***@');
}

function configText(all: readonly Effective[]): string[] {
  return table(
    [
      { title: 'OPTION', text: ({ option }: Effective) => option },
      { title: 'VALUE', text: ({ value }) => value },
      { title: 'FROM', text: ({ source }) => source },
    ],
    all,
  );
}
