import { existsSync, readFileSync } from 'node:fs';
import { BackfillError } from '../index.ts';

/** Values of options by their name in kebab case, from outside the command line. */
export type Settings = ReadonlyMap<string, unknown>;

const CONFIG_FILE = 'backfill.config.json';
const PREFIX = 'BACKFILL_';

/** These say one thing together: one of them on the command line sets aside what the settings say of the others. */
const ONE_CHOICE: readonly string[] = ['days', 'years', 'start', 'end'];

/** These list all there is: what the settings say of a range or a threshold is not meant for them. */
const WHOLE: readonly string[] = ['issues', 'revisions'];

/**
 * What `BACKFILL_*` variables (`.env` included) and, below them, `backfill.config.json` say. Throws `usage` for a
 * name that no command knows, so that a slip of the pen does not go unnoticed.
 */
export function loadSettings(knownNames: () => ReadonlySet<string>): Settings {
  // Most command lines have no setting, and to list what every command knows takes a while.
  let known: ReadonlySet<string> | undefined;
  const isKnown = (name: string): boolean => (known ??= knownNames()).has(name);
  if (existsSync('.env')) process.loadEnvFile('.env');
  const settings = new Map<string, unknown>();
  for (const [name, value] of Object.entries(readConfig())) {
    if (!isKnown(name)) throw new BackfillError('usage', `${CONFIG_FILE}: there is no option "${name}"`);
    settings.set(name, value);
  }
  for (const [variable, value] of Object.entries(process.env)) {
    if (!variable.startsWith(PREFIX) || value === undefined) continue;
    const name = variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '-');
    if (!isKnown(name)) throw new BackfillError('usage', `${variable}: there is no option --${name}`);
    settings.set(name, value);
  }
  return settings;
}

/** What a command declares of its options, by their names in kebab case. */
export interface DeclaredOptions {
  readonly names: ReadonlySet<string>;
  readonly booleans: ReadonlySet<string>;
}

/** The settings that one command understands and that its command line does not overrule. Throws `usage`. */
export function settingsFor(
  settings: Settings,
  { names, booleans }: DeclaredOptions,
  argv: readonly string[],
): Record<string, string | boolean> {
  const isGiven = (name: string): boolean =>
    argv.some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  const overruled = new Set([
    ...(ONE_CHOICE.some(isGiven) ? ONE_CHOICE : []),
    ...(WHOLE.some(isGiven) ? [...ONE_CHOICE, 'missing', 'fail-under'] : []),
  ]);
  const meant = [...settings].filter(([name]) => names.has(name) && !overruled.has(name));
  return Object.fromEntries(
    meant.map(([name, value]) => [
      name,
      booleans.has(name) ? parseSwitch(name, value) : parseText(name, value),
    ]),
  );
}

const ON: ReadonlySet<string> = new Set(['true', '1', 'yes', 'on']);
const OFF: ReadonlySet<string> = new Set(['false', '0', 'no', 'off', '']);

function parseSwitch(name: string, value: unknown): boolean {
  const text = String(value).toLowerCase();
  if (ON.has(text)) return true;
  if (OFF.has(text)) return false;
  throw new BackfillError('usage', `the setting ${name} is "${String(value)}"; it must be true or false`);
}

/** A text or a number, or several of them for an option that takes a list. */
function parseText(name: string, value: unknown): string {
  const parts = Array.isArray(value) ? (value as unknown[]) : [value];
  if (parts.every((part) => typeof part === 'string' || typeof part === 'number')) return parts.join(',');
  throw new BackfillError(
    'usage',
    `the setting ${name} is ${JSON.stringify(value)}; it must be a text or a number`,
  );
}

function readConfig(): Record<string, unknown> {
  if (!existsSync(CONFIG_FILE)) return {};
  try {
    const config: unknown = JSON.parse(readFileSync(CONFIG_FILE, 'utf8'));
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
      return config as Record<string, unknown>;
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BackfillError('usage', `${CONFIG_FILE} is no JSON: ${why}`, { cause: error });
  }
  throw new BackfillError('usage', `${CONFIG_FILE}: must be a JSON object such as { "store": "data" }`);
}
