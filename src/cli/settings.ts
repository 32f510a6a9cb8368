import { BackfillError } from '../index.ts';
import { didYouMean, readTextFileIfAny } from '../terminal.ts';
import type { Declaration, Declarations } from './declaration.ts';
import { readEnvironment } from './environment-file.ts';
import { tell } from './output.ts';

/** A value from outside the command line, and where it stands. */
export interface Setting {
  readonly value: unknown;
  /** `BACKFILL_DAYS`, or `backfill.config.json`. */
  readonly source: string;
}

/** Values of options by their name in kebab case, from outside the command line. */
export type Settings = ReadonlyMap<string, Setting>;

const ENVIRONMENT_FILE = '.env';
const CONFIG_FILE = 'backfill.config.json';
const PREFIX = 'BACKFILL_';

/** These say one thing together: one of them on the command line sets aside what the settings say of the others. */
const ONE_CHOICE: readonly string[] = ['days', 'years', 'start', 'end'];

/** These list all there is: what the settings say of a range or a threshold is not meant for them. */
const WHOLE: readonly string[] = ['issues', 'revisions'];

/**
 * What `BACKFILL_*` variables (`.env` included) and, below them, `backfill.config.json` say. An empty variable says
 * nothing. Throws `usage` for a name that no command knows, so that a slip of the pen does not go unnoticed.
 */
export function loadSettings(known: ReadonlySet<string>, environmentFile?: string): Settings {
  loadEnvironmentFile(environmentFile);
  const settings = new Map<string, Setting>();
  for (const [name, value] of Object.entries(readConfig())) {
    if (!known.has(name))
      throw new BackfillError(
        'usage',
        `${CONFIG_FILE}: there is no option "${name}"${didYouMean(name, known)}`,
      );
    settings.set(name, { value, source: CONFIG_FILE });
  }
  for (const [variable, value] of Object.entries(process.env)) {
    if (!variable.startsWith(PREFIX) || value === undefined || value === '') continue;
    const name = variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '-');
    if (!known.has(name)) {
      const near = didYouMean(variable, [...known].map(variableOf));
      throw new BackfillError('usage', `${variable}: there is no option --${name}${near}`);
    }
    settings.set(name, { value, source: variable });
  }
  return settings;
}

/** By variable: the file that it was read from. */
const fromFile = new Map<string, string>();

/**
 * Variables that are set already stay as they are. A line that is none is named by its number: it may be a secret. Throws
 * `usage` for a file that is named and not there.
 */
function loadEnvironmentFile(named: string | undefined): void {
  const path = named ?? ENVIRONMENT_FILE;
  const content = readTextFileIfAny(path, named === undefined ? path : `--env-file ${path}`);
  if (content === undefined && named !== undefined)
    throw new BackfillError('usage', `--env-file ${named}: there is no such file`);
  const { variables, stray } = readEnvironment(content ?? '');
  for (const line of stray) tell(`warning: ${path} line ${line} is left out: it is no NAME=VALUE`);
  for (const [name, value] of Object.entries(variables)) {
    if (process.env[name] !== undefined) continue;
    process.env[name] = value;
    fromFile.set(name, path);
  }
}

/** Where a setting stands in full: `BACKFILL_DAYS in .env`. */
export function sourceOf({ source }: Pick<Setting, 'source'>): string {
  const file = fromFile.get(source);
  return file === undefined ? source : `${source} in ${file}`;
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

function readConfig(): Record<string, unknown> {
  const content = readTextFileIfAny(CONFIG_FILE, CONFIG_FILE);
  if (content === undefined) return {};
  try {
    const config: unknown = JSON.parse(content);
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
      return config as Record<string, unknown>;
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BackfillError('usage', `${CONFIG_FILE} is no JSON: ${why}`, { cause: error });
  }
  throw new BackfillError('usage', `${CONFIG_FILE}: must be a JSON object such as { "store": "data" }`);
}
