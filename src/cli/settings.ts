import { existsSync, readFileSync } from 'node:fs';
import { BackfillError } from '../index.ts';

/** Values of options by their name in kebab case, from outside the command line. */
export type Settings = ReadonlyMap<string, unknown>;

const CONFIG_FILE = 'backfill.config.json';
const PREFIX = 'BACKFILL_';

/** These say one thing together: one of them on the command line sets aside what the settings say of the others. */
const ONE_CHOICE: readonly string[] = ['days', 'years', 'start', 'end'];

/**
 * What `BACKFILL_*` variables (`.env` included) and, below them, `backfill.config.json` say. Throws `usage` for a
 * name that no command knows, so that a slip of the pen does not go unnoticed.
 */
export function loadSettings(known: ReadonlySet<string>): Settings {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const settings = new Map<string, unknown>();
  for (const [name, value] of Object.entries(readConfig())) {
    if (!known.has(name)) throw new BackfillError('usage', `${CONFIG_FILE}: there is no option "${name}"`);
    settings.set(name, value);
  }
  for (const [variable, value] of Object.entries(process.env)) {
    if (!variable.startsWith(PREFIX) || value === undefined) continue;
    const name = variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '-');
    if (!known.has(name)) throw new BackfillError('usage', `${variable}: there is no option --${name}`);
    settings.set(name, value);
  }
  return settings;
}

/** The settings that one command understands and that its command line does not overrule. */
export function settingsFor(
  settings: Settings,
  known: ReadonlySet<string>,
  argv: readonly string[],
): Record<string, unknown> {
  const isGiven = (name: string): boolean =>
    argv.some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  const overruled = ONE_CHOICE.some(isGiven) ? ONE_CHOICE : [];
  return Object.fromEntries([...settings].filter(([name]) => known.has(name) && !overruled.includes(name)));
}

function readConfig(): Record<string, unknown> {
  if (!existsSync(CONFIG_FILE)) return {};
  try {
    return JSON.parse(readFileSync(CONFIG_FILE, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BackfillError('usage', `${CONFIG_FILE} is no JSON: ${why}`, { cause: error });
  }
}
