import { BackfillError } from '../index.ts';
import { closest, inOneLine, readTextFileIfAny } from '../terminal.ts';
import type { Declaration, Declarations, Setting, Settings } from './declaration.ts';
import { placesIn, placeText } from './json-places.ts';
import { OTHER_NAMES, TOKEN_VARIABLE, TOLD_VARIABLES } from './known-variables.ts';
import { type Variable, loadVariables } from './variables.ts';

const CONFIG_FILE = 'backfill.config.json';
const PREFIX = 'BACKFILL_';
const NO_OPTIONS: ReadonlySet<string> = new Set([...TOLD_VARIABLES, TOKEN_VARIABLE]);

/** These say one thing together: one of them on the command line sets aside what the settings say of the others. */
const ONE_CHOICE: readonly string[] = ['days', 'years', 'start', 'end'];

/** These list all there is: what the settings say of a range or a threshold is not meant for them. */
const WHOLE: readonly string[] = ['issues', 'revisions'];

/**
 * What variables say (`BACKFILL_*`, or under a name that other programs have for it), those of the environment above those
 * of `.env` or the file in its place, and below them `backfill.config.json`. An empty variable says nothing. Throws
 * `usage` for a name that no command knows, so that a slip of the pen does not go unnoticed.
 */
export function loadSettings(declared: Declarations, environmentFile?: string): Settings {
  const known = new Set(Object.keys(declared));
  const { given, filed } = loadVariables(environmentFile);
  const settings = new Map<string, Setting>();
  for (const [name, { value, source }] of readConfig()) {
    if (!known.has(name))
      throw new BackfillError(
        'usage',
        `${source}: there is no option "${name}"${optionMeant(name, declared)}`,
      );
    settings.set(name, { value, source });
  }
  const isGeneric = ({ name }: Variable): boolean => OTHER_NAMES.get(name)?.isGeneric === true;
  const inFile = filed.filter((variable) => !variable.isHidden || isGeneric(variable));
  const inEnvironment = given.filter((variable) => !isGeneric(variable));
  for (const place of [inFile, inEnvironment])
    for (const [name, setting] of [...byOtherName(place, known), ...byOwnName(place, declared)])
      settings.set(name, setting);
  return settings;
}

/** What the variables of one place say under names of other programs. Throws `usage` where two say different things. */
function byOtherName(variables: readonly Variable[], known: ReadonlySet<string>): Settings {
  const settings = new Map<string, Setting>();
  for (const variable of variables) {
    const {
      option = '',
      provider,
      read = valueOf,
      isMeant,
      givesWayTo,
    } = OTHER_NAMES.get(variable.name) ?? {};
    if (!known.has(option) || isMeant?.(variable.value) === false) continue;
    if (variables.some(({ name }) => name === givesWayTo)) continue;
    const setting = { value: read(variable), source: variable.source };
    const name = provider === undefined ? option : ofProvider(option, provider);
    const other = settings.get(name);
    if (other !== undefined && other.value !== setting.value)
      throw new BackfillError(
        'usage',
        `${other.source} and ${setting.source} are both --${option}, and differ; leave one out`,
      );
    settings.set(name, setting);
  }
  return settings;
}

/** How a setting is named that is of one provider alone: `rate-limit of polygon`. */
function ofProvider(option: string, provider: string): string {
  return `${option} of ${provider}`;
}

/** Settings with those of a provider alone where nothing else sets the same. */
export function settingsBeside(settings: Settings, provider: string): Settings {
  const end = ofProvider('', provider);
  const own = [...settings].flatMap(([name, setting]): [string, Setting][] =>
    name.endsWith(end) ? [[name.slice(0, -end.length), setting]] : [],
  );
  return new Map([...own, ...settings]);
}

function byOwnName(variables: readonly Variable[], declared: Declarations): Settings {
  const settings = new Map<string, Setting>();
  for (const { name: variable, value, source } of variables) {
    if (!variable.startsWith(PREFIX) || OTHER_NAMES.has(variable) || NO_OPTIONS.has(variable)) continue;
    const name = variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '-');
    if (!Object.hasOwn(declared, name)) {
      const near = optionMeant(name, declared, variableOf);
      throw new BackfillError('usage', `${source}: there is no option --${name}${near}`);
    }
    settings.set(name, { value, source });
  }
  return settings;
}

/** `; did you mean BACKFILL_TICKERS?`, for what is near an option's name or the other name that it has on a command line. */
function optionMeant(
  name: string,
  declared: Declarations,
  written: (option: string) => string = (option) => option,
): string {
  const names = new Map(
    Object.entries(declared).flatMap(([option, { alias }]) => [
      [option, option] as const,
      ...(alias === undefined ? [] : [[alias, option] as const]),
    ]),
  );
  const option = names.get(closest(name, names.keys()) ?? '');
  return option === undefined ? '' : `; did you mean ${written(option)}?`;
}

function valueOf({ value }: Variable): string {
  return value;
}

function variableOf(name: string): string {
  return `${PREFIX}${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The settings that are meant for a command whose command line gives the options `given`. */
export function settingsFor(
  settings: Settings,
  declared: Declarations,
  given: ReadonlySet<string>,
  explicit: readonly string[],
): Settings {
  const isGiven = (name: string): boolean => given.has(name);
  const overruled = new Set([
    ...given,
    ...explicit,
    // A file's name says its format.
    ...(isGiven('out') ? ['format'] : []),
    ...(isGiven('resume') ? ['reset', 'no-gaps'] : []),
    ...(ONE_CHOICE.some(isGiven) ? ONE_CHOICE : []),
    ...(WHOLE.some(isGiven) ? [...ONE_CHOICE, 'missing', 'fail-under'] : []),
  ]);
  return new Map([...settings].filter(([name]) => name in declared && !overruled.has(name)));
}

const ON: ReadonlySet<string> = new Set(['true', '1', 'yes', 'on']);
const OFF: ReadonlySet<string> = new Set(['false', '0', 'no', 'off']);

/** A setting as the command line would give it; undefined for a switch that is off. Throws `usage`. */
export function readSetting(
  name: string,
  { value, source }: Setting,
  declaration: Declaration,
): true | readonly string[] | undefined {
  const { type, joined, isList } = declaration;
  if (type === 'switch') return readSwitch(name, value, source) ? true : undefined;
  const parts = Array.isArray(value) ? (value as unknown[]) : [value];
  const isListMeant = type === 'list' || joined === true || isList === true;
  // A number for a name or a path is a slip, and one for a ticker has lost its leading zeros.
  const types: readonly string[] = declaration.read === undefined ? ['string'] : ['string', 'number'];
  if (
    !parts.every((part) => types.includes(typeof part)) ||
    (Array.isArray(value) && !isListMeant) ||
    parts.length === 0
  )
    throw new BackfillError(
      'usage',
      `${source}: the setting ${name} is ${JSON.stringify(value)}; it must be ${types.length === 1 ? 'a text' : 'a text or a number'}`,
    );
  const texts = parts.map(String);
  if (texts.some((text) => text.trim() === ''))
    throw new BackfillError(
      'usage',
      `${source}: the setting ${name} is empty; give it a value, or leave it out`,
    );
  return type === 'list' || joined ? texts : [texts.join(',')];
}

function readSwitch(name: string, value: unknown, source: string): boolean {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const text = isScalar ? String(value).toLowerCase() : '';
  if (ON.has(text)) return true;
  if (OFF.has(text)) return false;
  throw new BackfillError(
    'usage',
    `${source}: the setting ${name} is ${JSON.stringify(value)}; it must be true or false`,
  );
}

/** What each field says, and where it stands. */
function readConfig(): Settings {
  const content = readTextFileIfAny(CONFIG_FILE, CONFIG_FILE);
  if (content === undefined) return new Map();
  const { fields, wrongAt } = placesIn(content);
  const placeOf = (at: number): string => `${CONFIG_FILE} ${placeText(content, at)}`;
  if (wrongAt !== undefined) {
    const [sign] = content.slice(wrongAt);
    const why = sign === undefined ? 'it ends too early' : `${quoted(sign)} cannot stand here`;
    throw new BackfillError('usage', `${placeOf(wrongAt)}: is no JSON: ${why}`);
  }
  const config: unknown = JSON.parse(content);
  if (typeof config === 'object' && config !== null && !Array.isArray(config))
    return new Map(
      Object.entries(config).map(([name, value]) => [
        name,
        { value, source: placeOf(fields.get(name) ?? 0) },
      ]),
    );
  throw new BackfillError(
    'usage',
    `${placeOf(content.search(/\S/))}: must be a JSON object such as { "store": "data" }`,
  );
}

function quoted(sign: string): string {
  return inOneLine(JSON.stringify(sign));
}
