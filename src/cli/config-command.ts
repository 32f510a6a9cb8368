import { listProviders } from '../index.ts';
import { type Column, withoutPassword, wrappedTable } from '../terminal.ts';
import { type Command, command } from './command.ts';
import type { Declaration, Declarations, Setting, Settings } from './declaration.ts';
import { EXIT } from './exit-codes.ts';
import { TOKEN_VARIABLE, WITHOUT_EFFECT } from './known-variables.ts';
import { OUTPUT } from './options.ts';
import { print, printJson } from './output.ts';
import { columnsOf } from './page.ts';
import { PACE } from './pace-options.ts';
import { presetsOf } from './profiles.ts';
import { refusedSettings } from './refused-settings.ts';
import { poolVariables } from './pool-variables.ts';
import { loadSettings, readSetting } from './settings.ts';
import { loadVariables, sourceOfVariable } from './variables.ts';

/** One value that is in force, and where it comes from. */
interface Effective {
  readonly option: string;
  readonly value: string;
  readonly source: string;
  /** What a run says that refuses it. */
  readonly refused?: string;
}

/** A variable that is known and there, and sets nothing. */
interface Idle {
  readonly variable: string;
  readonly value: string;
  readonly source: string;
  readonly withoutEffect: string;
}

/**
 * `backfill config`: what the settings come to, and which of them a run refuses. `everyCommand`, the run first, is asked for
 * late: it lists this command too.
 */
export function configCommand(everyCommand: () => readonly [run: Command, ...others: Command[]]): Command {
  return command({
    name: 'config',
    describe: 'Show what is in force of defaults, settings and keys, and where it comes from',
    examples: [
      { does: 'With what a run of this folder begins', line: 'backfill config' },
      { does: 'What a profile sets, where nothing else does', line: 'backfill config --profile gentle' },
    ],
    options: {
      profile: PACE.profile,
      json: { type: 'switch', group: OUTPUT, describe: 'Print it as JSON' },
    },
    notes:
      'Of keys and passwords only that they are there is shown. Flags of a command go before all of this.',
    run: async ({ json, profile }, onLine, environmentFile) => {
      const commands = everyCommand();
      const declared = optionsOf(commands);
      const known = new Set(Object.keys(declared));
      const said = new Map(loadSettings(declared, environmentFile));
      if (profile !== undefined && onLine.has('profile'))
        said.set('profile', { value: profile, source: 'the command line' });
      const presets = [...presetsOf(profile ?? '', (option) => said.has(option))];
      const settings = new Map([...said, ...presets.filter(([option]) => known.has(option))]);
      const refused = await refusedSettings(new Map([...said, ...settings]), commands);
      const all = [
        ...optionsIn(declared, settings, refused),
        ...ofProviders(said, known, refused),
        ...keys(),
        dashboardToken(),
        ...connections(environmentFile),
      ];
      const idle = variablesWithoutEffect(environmentFile);
      if (json) await printJson([...all, ...idle]);
      else await print([...configText(all), ...idle.map(idleLine)]);
      return refused.size > 0 ? EXIT.usage : EXIT.done;
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

/** What a run refuses, by the names of settings. */
type Refused = ReadonlyMap<string, string>;

/** Every option that has a value though no flag gives it. */
function optionsIn(declared: Declarations, settings: Settings, refused: Refused): Effective[] {
  return Object.entries(declared).flatMap(([option, declaration]) => {
    const setting = settings.get(option);
    if (setting !== undefined) return [effective(option, setting, refused, declaration)];
    const { default: fallback, otherwise, elsewhere } = declaration;
    const there = elsewhere?.();
    if (there !== undefined) return [{ option, ...there }];
    const value = fallback ?? otherwise;
    return value === undefined ? [] : [{ option, value, source: 'default' }];
  });
}

/** What is set of one provider alone: `rate-limit of polygon`. */
function ofProviders(settings: Settings, known: ReadonlySet<string>, refused: Refused): Effective[] {
  return [...settings].flatMap(([option, setting]) =>
    known.has(option) ? [] : [effective(option, setting, refused)],
  );
}

/** A setting as it counts; one that is refused as it stands there. */
function effective(option: string, setting: Setting, refused: Refused, declaration?: Declaration): Effective {
  const { value, source } = setting;
  const message = refused.get(option);
  if (message !== undefined)
    return {
      ...{ option, value: withoutSecrets(writtenAs(value)), source },
      refused: message.replaceAll(/\S+/g, withoutSecrets),
    };
  const texts = declaration === undefined ? [writtenAs(value)] : readSetting(option, setting, declaration);
  return {
    option,
    value: texts === true ? 'on' : (texts?.map(withoutSecrets).join(',') ?? 'off'),
    source,
  };
}

function writtenAs(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Where the keys of the providers are. */
function keys(): Effective[] {
  return listProviders().flatMap(({ capabilities: { id }, keys: its, keysOfSettings }) =>
    [
      ...its.map((key) => ({ ...key, option: `key of ${id}` })),
      // Several settings may ask for the same ones.
      ...[...new Map(keysOfSettings.map((key) => [key.variable, key])).values()].map((key) => ({
        ...key,
        option: `key of ${id}, by its settings`,
      })),
    ].map(({ option, variable, isThere }) => ({
      option,
      value: isThere ? '***' : 'not set',
      source: sourceOfVariable(variable),
    })),
  );
}

/** Of a store in a database, where variables say how many it has. */
function connections(environmentFile: string | undefined): Effective[] {
  return [...poolVariables(environmentFile)].map(([name, { value, source }]) => ({
    option: `${name} of a store in a database`,
    ...{ value, source },
  }));
}

/** What a dashboard asks for. */
function dashboardToken(): Effective {
  const value = (process.env[TOKEN_VARIABLE] ?? '') === '' ? 'not set' : '***';
  return { option: 'token of the dashboard', value, source: sourceOfVariable(TOKEN_VARIABLE) };
}

/** Of those that are there, where they would count if they did. */
function variablesWithoutEffect(environmentFile: string | undefined): Idle[] {
  const { given, filed } = loadVariables(environmentFile);
  return [...WITHOUT_EFFECT].flatMap(([variable, { why, isGeneric, isSecret }]) => {
    const places = isGeneric ? filed : [...given, ...filed];
    const found = places.find(({ name }) => name === variable);
    if (found === undefined) return [];
    return [{ variable, value: isSecret ? '***' : found.value, source: found.source, withoutEffect: why }];
  });
}

function idleLine({ value, source, withoutEffect }: Idle): string {
  return `${source} (${value}) is known and has no effect: ${withoutEffect}`;
}

/** A URL may have a password, or a key in its query. */
function withoutSecrets(text: string): string {
  const shown = withoutPassword(text, ':***');
  return shown.includes('://') ? shown.replaceAll(/([?&][^=&#\s]*=)[^&#\s]+/g, '$1***') : shown;
}

function configText(all: readonly Effective[]): string[] {
  const columns: readonly Column<Effective>[] = [
    { title: 'OPTION', text: ({ option }) => option },
    { title: 'VALUE', text: ({ value }) => value },
    { title: 'FROM', text: ({ source }) => source },
    { title: 'REFUSED', text: ({ refused = '' }) => refused },
  ];
  const shown = all.some(({ refused }) => refused !== undefined) ? columns : columns.slice(0, 3);
  return wrappedTable(shown, all, columnsOf(process.stdout));
}
